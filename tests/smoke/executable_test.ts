/**
 * What every executable must show on the machine that it is for: that it does its job, and that it sends a refresh
 * token once. `TOKEN_SERVER_EXECUTABLE` names it. Nothing here needs a shell, a signal that Windows lacks, or a fast
 * machine.
 */
import assert from "node:assert/strict";
import { sendsOnce } from "../../src/twitch/client.ts";
import { type Make, runCommand } from "../support/real_program.ts";
import { ask, askUntil, play, type Scene, statusLine, until } from "../support/scene.ts";
import { fault } from "../support/simulated_twitch/faults.ts";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT } from "../support/simulated_twitch/options.ts";

const MINUTES = 60_000;
/** Seconds: long enough for an emulated processor, short enough for a test. */
const LIFE = 20;

const executable = Deno.env.get("TOKEN_SERVER_EXECUTABLE") || undefined;
const ignore = executable === undefined;
const why = ignore ? " (not run: TOKEN_SERVER_EXECUTABLE names none)" : "";

/** Without these no program can use the network on Windows. */
const NEEDED = ["SystemRoot", "TEMP", "TMP"];

function make(): Make {
  const env = NEEDED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { name: "executable", command: executable ?? "", args: [], env: Object.fromEntries(env) };
}

/** The version of Deno in the executable. */
async function denoOf(scene: Scene): Promise<string> {
  const { code, stdout, stderr } = await scene.run(["version", "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout).deno;
}

Deno.test({
  name: `the executable says its version, and ends with 2 at words that it does not know${why}`,
  ignore,
  fn: async () => {
    const start = { make: make(), directory: Deno.cwd() };
    const version = await runCommand(start, ["version"]);
    assert.equal(version.code, 0, version.stderr);
    assert.match(version.stdout, /^companion-token-server \d+\.\d+\.\d+/);
    assert.equal((await runCommand(start, ["no-such-command"])).code, 2);
  },
});

for (const client of [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]) {
  const type = client.secret === undefined ? "public" : "confidential";
  Deno.test({
    name: `the executable signs in, serves, refreshes and starts again, with a ${type} app${why}`,
    ignore,
    fn: () =>
      play({ make: make(), client, twitch: { accessTokenLife: LIFE }, limit: 4 * MINUTES }, async (scene) => {
        const { sim } = scene;
        if (client === PUBLIC_CLIENT && !sendsOnce(await denoOf(scene))) return await refusesToSignIn(scene);
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
      }),
  });
}

/** A version of Deno that may send a refresh token twice makes no login whose tokens work once. */
async function refusesToSignIn(scene: Scene): Promise<void> {
  const { code, stderr } = await scene.run(["login", "--device", "--json"]);
  assert.ok(code === 2 || code === 3, `${code} ${stderr}`);
  assert.match(stderr, /Deno/);
}

Deno.test({
  name: `the executable sends a refresh token once when the connection is cut after the request${why}`,
  ignore,
  fn: () =>
    play(
      { make: make(), client: PUBLIC_CLIENT, twitch: { accessTokenLife: 60 }, limit: 4 * MINUTES },
      async (scene) => {
        if (!sendsOnce(await denoOf(scene))) return;
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
      },
    ),
});

function refreshesIn({ sim }: Scene): number {
  return sim.requests.filter(({ params }) => params["grant_type"] === "refresh_token").length;
}
