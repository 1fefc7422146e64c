/** `accounts refresh --last-try`, by the real program: on a person's word alone, and never again by itself. */
import assert from "node:assert/strict";
import { makes } from "../support/real_program.ts";
import { play, type Scene, statusLine, until } from "../support/scene.ts";
import { fault } from "../support/simulated_twitch/faults.ts";
import { PUBLIC_CLIENT } from "../support/simulated_twitch/options.ts";

/** Seconds. A lost answer is proved after a twentieth of it. */
const LIFE = 60;

for (const make of makes()) {
  Deno.test(`${make.name}: a lost answer ends a public login, and --last-try sends its token once more`, () =>
    play({ make, client: PUBLIC_CLIENT, twitch: { accessTokenLife: LIFE } }, lastTry));
}

async function lastTry(scene: Scene): Promise<void> {
  const { sim } = scene;
  const server = await scene.serve();
  const { id, alias } = await scene.signIn();
  const again = ["accounts", "refresh", alias, "--last-try"];
  const early = await scene.run([...again, "--yes"]);
  assert.equal(early.code, 3, early.stderr);
  assert.match(early.stderr, /has not ended by a lost answer/);

  sim.faults.add({ endpoint: "token", grantType: "refresh_token", when: "after", kind: fault.reset });
  assert.equal((await scene.run(["accounts", "refresh", alias])).code, 4);
  await until(async () => (await statusLine(server, id)).startsWith("SIGN IN"));
  assert.equal((await scene.run(["accounts", "refresh", alias])).code, 3);
  const unasked = await scene.run(again);
  assert.equal(unasked.code, 2, unasked.stderr);
  assert.match(unasked.stderr, /Twitch may end every login of this app and user/);
  assert.equal(sim.counters.replays, 0);

  const tried = await scene.run([...again, "--yes"]);
  assert.equal(tried.code, 3, tried.stderr);
  assert.match(tried.stderr, /may end every login[^]*Twitch refused the refresh token/);
  assert.equal(sim.counters.replays, 1);
  assert.equal((await server.stop()).code, 0);
}
