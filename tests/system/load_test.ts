/** Many questions at once, and a Twitch that hangs or is gone, by the real program. */
import assert from "node:assert/strict";
import type { RealServer } from "../support/real_program.ts";
import {
  type Answer,
  ask,
  type Connected,
  playAll,
  type Scene,
  statusLine,
  until,
} from "../support/scene.ts";
import { fault } from "../support/simulated_twitch/faults.ts";
import { PUBLIC_CLIENT } from "../support/simulated_twitch/options.ts";

function askAtOnce(server: RealServer, id: string, count: number): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, () => ask(server, id)));
}

function refreshesIn({ sim }: Scene): number {
  return sim.requests.filter(({ params }) => params["grant_type"] === "refresh_token").length;
}

/** A public app's login is left to the questions from the half of its life until a quarter of it remains. */
async function untilDue({ expiresAt }: Connected, life: number): Promise<void> {
  await until(() => Date.now() >= Date.parse(expiresAt) - life * 1000 / 2);
}

Deno.test("200 questions at once about a login that is due lead to one refresh, and all get the new token", () =>
  playAll({ client: PUBLIC_CLIENT, twitch: { accessTokenLife: 6 } }, async (scene) => {
    const { sim } = scene;
    const server = await scene.serve();
    const connected = await scene.signIn();
    const old = await ask(server, connected.id);
    sim.faults.add({
      endpoint: "token",
      grantType: "refresh_token",
      when: "after",
      kind: { kind: "slow body", bytes: 1000, milliseconds: 700 },
    });
    await untilDue(connected, 6);
    assert.equal(refreshesIn(scene), 0);
    const validates = sim.counters.requests.validate;
    const answers = await askAtOnce(server, connected.id, 200);
    const [token] = sim.accessTokens();
    assert.notEqual(token, old.body);
    for (const answer of answers) assert.deepEqual(answer, { status: 200, body: token, retryAfter: null });
    assert.equal(refreshesIn(scene), 1);
    assert.ok(
      sim.counters.requests.validate <= validates + 2,
      "proof before, and a look at the old token after",
    );
  }));

Deno.test("while Twitch hangs the old token is answered after the hold", () =>
  playAll({ client: PUBLIC_CLIENT, twitch: { accessTokenLife: 16 } }, async (scene) => {
    const { sim } = scene;
    const server = await scene.serve();
    const connected = await scene.signIn();
    const old = await ask(server, connected.id);
    sim.faults.add({ endpoint: "any", when: "before", kind: fault.hang, times: Infinity });
    await untilDue(connected, 16);
    const answers = await askAtOnce(server, connected.id, 20);
    assert.ok(sim.isLive(old.body), "they came while it lived");
    for (const answer of answers) assert.deepEqual(answer, old);
    assert.ok(sim.counters.requests.validate > 0, "Twitch was asked");
  }));

Deno.test("a Twitch that refuses connections costs nothing: the token is there soon after it is back", () =>
  playAll({ twitch: { accessTokenLife: 2 } }, async (scene) => {
    const { sim } = scene;
    const server = await scene.serve();
    const { id } = await scene.signIn();
    await scene.twitchGoes();
    await until(async () => await statusLine(server, id) === "TWITCH AWAY");
    assert.match(server.process.stderr, /reason=unreachable/);
    sim.switches.accessTokenLife = 3600;
    scene.twitchReturns();
    await until(async () => sim.isLive((await ask(server, id)).body));
    assert.equal(sim.counters.refreshes.get(1), 1);
    const list = await scene.run(["accounts", "list", "--json"]);
    assert.equal(JSON.parse(list.stdout)[0].health, "connected");
  }));
