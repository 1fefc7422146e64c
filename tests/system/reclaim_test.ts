/** A database that is gone, by the real program: one sign-in, and Companion goes on with the id that it has. */
import assert from "node:assert/strict";
import { makes } from "../support/real_program.ts";
import { ask, play } from "../support/scene.ts";

for (const make of makes()) {
  Deno.test(`${make.name}: login --reclaim - brings an id back whose database is gone`, () =>
    play({ make }, async (scene) => {
      const { id } = await scene.signIn();
      await Deno.remove(scene.data, { recursive: true });
      const server = await scene.serve();
      assert.equal((await ask(server, id)).status, 404);
      const login = scene.start(["login", "--paste", "--json", "--reclaim", "-"]);
      await login.type(id);
      const { authorizeUrl } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
      await login.type(await scene.sim.signIn(authorizeUrl));
      const { code, stdout, stderr } = await login.ended();
      assert.equal(code, 0, stderr);
      const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      assert.deepEqual(Object.keys(last), ["id", "alias", "login", "twitchId", "scopes", "expiresAt"]);
      assert.equal(last.id, id);
      assert.ok(scene.sim.isLive((await ask(server, id)).body));

      const other = scene.start(["login", "--paste", "--json", "--reclaim", "-"]);
      await other.type(id);
      const begun = JSON.parse((await other.printed(/^\{.*\}$/m))[0]);
      await other.type(await scene.sim.signIn(begun.authorizeUrl, { user: "kohosuto" }));
      const refused = await other.ended();
      assert.equal(refused.code, 3, refused.stderr);
      assert.match(refused.stderr, /Cannot take over the id: it belongs to the account ada_live/);
      assert.equal((await scene.run(["login", "--reclaim", "nonsense"])).code, 2);
      assert.ok(scene.sim.isLive((await ask(server, id)).body));
    }));
}
