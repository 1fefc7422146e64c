/**
 * What every make of the program must show on the machine that it is for: that it does its job, and that it sends a
 * refresh token once. Nothing here needs a shell, a signal that Windows lacks, or a fast machine.
 */
import assert from "node:assert/strict";
import { type Make, runCommand } from "../support/real_program.ts";
import { ask, askUntil, play, Scene, statusLine, until } from "../support/scene.ts";
import { fault } from "../support/simulated_twitch/faults.ts";
import {
  CONFIDENTIAL_CLIENT,
  PUBLIC_CLIENT,
  type SimulatedClient,
} from "../support/simulated_twitch/options.ts";

const MINUTES = 60_000;
/** Seconds: long enough for an emulated processor, short enough for a test. */
const LIFE = 20;

/**
 * Declares the tests of a make; with a text instead of one they are skipped, and it says why. `sends` tells whether its
 * version of Deno is known to send a refresh token once.
 */
export function smokeTests(made: Make | string, sends = true): void {
  const make = typeof made === "string" ? { name: "executable", command: "", args: [], env: {} } : made;
  function declare(does: string, fn: () => Promise<void>): void {
    const why = typeof made === "string" ? ` (not run: ${made})` : "";
    Deno.test({ name: `${make.name}: ${does}${why}`, ignore: why !== "", fn });
  }
  declare("version and wrong words end as they should", () => speaks(make));
  declare(
    "signs in, serves, refreshes and starts again, with a confidential app",
    () => works(make, CONFIDENTIAL_CLIENT),
  );
  if (!sends) {
    declare("makes no login whose tokens work once, on this version of Deno", () => refuses(make));
    return;
  }
  declare(
    "signs in, serves, refreshes and starts again, with a public app",
    () => works(make, PUBLIC_CLIENT),
  );
  declare("sends a refresh token once when the connection is cut after the request", () => sendsOnce(make));
}

async function speaks(make: Make): Promise<void> {
  const start = { make, directory: Deno.cwd() };
  const version = await runCommand(start, ["version"]);
  assert.equal(version.code, 0, version.stderr);
  assert.match(version.stdout, /^companion-token-server \d+\.\d+\.\d+/);
  assert.equal((await runCommand(start, ["no-such-command"])).code, 2);
}

async function works(make: Make, client: SimulatedClient): Promise<void> {
  const setting = { make, client, twitch: { accessTokenLife: LIFE }, limit: 4 * MINUTES };
  await play(setting, async (scene) => {
    const { sim } = scene;
    const first = await scene.serve();
    const { id } = await scene.signInByDevice();
    const token = await ask(first, id);
    assert.ok(sim.isLive(token.body));
    const next = await askUntil(first, id, ({ body }) => body !== token.body);
    assert.ok(sim.isLive(next.body), next.body);
    first.process.kill("SIGKILL");
    await first.process.ended();

    const second = await scene.serve();
    await askUntil(second, id, ({ status, body }) => status === 200 && sim.isLive(body));
    assert.equal((await scene.run(["healthcheck", "--port", `${second.port}`])).code, 0);
    assert.equal(sim.counters.replays, 0);
    const { code } = await second.stop();
    if (Deno.build.os !== "windows") assert.equal(code, 0);
  });
}

async function refuses(make: Make): Promise<void> {
  await using scene = new Scene({ make, client: PUBLIC_CLIENT });
  const { code, stderr } = await scene.run(["login", "--device", "--json"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /Deno/);
  assert.equal(scene.sim.counters.requests.device, 0);
}

async function sendsOnce(make: Make): Promise<void> {
  const setting = { make, client: PUBLIC_CLIENT, twitch: { accessTokenLife: 60 }, limit: 4 * MINUTES };
  await play(setting, async (scene) => {
    const { sim } = scene;
    const server = await scene.serve();
    const { id, alias } = await scene.signInByDevice();
    sim.faults.add({ endpoint: "token", grantType: "refresh_token", when: "after", kind: fault.reset });
    assert.equal((await scene.run(["accounts", "refresh", alias])).code, 4);
    await until(async () => (await statusLine(server, id)).startsWith("SIGN IN"));
    assert.equal(refreshesIn(scene), 1);
    assert.equal(sim.counters.replays, 0);
    // The counters would have seen a second one.
    await scene.run(["accounts", "refresh", alias, "--last-try", "--yes"]);
    assert.equal(refreshesIn(scene), 2);
    assert.equal(sim.counters.replays, 1);
  });
}

function refreshesIn({ sim }: Scene): number {
  return sim.requests.filter(({ params }) => params["grant_type"] === "refresh_token").length;
}
