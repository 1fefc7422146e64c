/** The main job, by the real program: sign in once, be answered a fresh token for ever. */
import assert from "node:assert/strict";
import { makes } from "../support/real_program.ts";
import { ask, askUntil, play, playAll } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT } from "../support/simulated_twitch/options.ts";

/** Seconds: short enough that a whole life of a token fits into a test. */
const LIFE = 4;

for (const client of [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]) {
  const type = client.secret === undefined ? "public" : "confidential";
  Deno.test(`a ${type} app signs in by device code, is served, refreshed and survives kill -9`, () =>
    playAll({ client, twitch: { accessTokenLife: LIFE } }, async (scene) => {
      const { sim } = scene;
      const first = await scene.serve();
      const { id } = await scene.signInByDevice();
      const token = await ask(first, id);
      assert.ok(sim.isLive(token.body));
      const next = await askUntil(first, id, ({ status, body }) => {
        assert.equal(status, 200, body);
        return body !== token.body;
      });
      assert.ok(sim.isLive(next.body));
      first.process.kill("SIGKILL");
      await first.process.ended();

      const second = await scene.serve();
      await askUntil(second, id, ({ status, body }) => status === 200 && sim.isLive(body));
      assert.equal(sim.counters.replays, 0);
      assert.equal((await second.stop()).code, 0);
    }));
}

for (const make of makes()) {
  Deno.test(`${make.name}: login --paste works beside no server, and the server answers the new id`, () =>
    play({ make }, async (scene) => {
      const login = scene.start(["login", "--paste", "--json"]);
      const begun = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
      assert.deepEqual(Object.keys(begun), ["authorizeUrl", "redirectUri", "state"]);
      await login.type(await scene.sim.signIn(begun.authorizeUrl));
      const { code, stdout, stderr } = await login.ended();
      assert.equal(code, 0, stderr);
      const connected = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      assert.deepEqual(Object.keys(connected), ["id", "alias", "login", "twitchId", "scopes", "expiresAt"]);

      const server = await scene.serve();
      assert.ok(scene.sim.isLive((await ask(server, connected.id)).body));
      const list = await scene.run(["accounts", "list", "--json"]);
      assert.equal(JSON.parse(list.stdout)[0].id, connected.id);
    }));
}
