/** A database that is gone, by the real program: one sign-in, and Companion goes on with the id that it has. */
import assert from "node:assert/strict";
import { type Ended, makes } from "../support/real_program.ts";
import { ask, play, printTime, type Scene } from "../support/scene.ts";
import { FIRST_USER, SECOND_USER } from "../support/simulated_twitch/options.ts";

/** One person's approval with the id that Companion has. */
async function approveWith(scene: Scene, id: string, user: string): Promise<Ended> {
  const login = scene.start(["login", "--paste", "--json", "--reclaim", "-"]);
  await login.type(id);
  const { authorizeUrl } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
  await login.type(await scene.sim.signIn(authorizeUrl, { user }));
  return await login.ended();
}

function approvals({ sim }: Scene): number {
  return sim.requests.filter(({ params }) => params["grant_type"] === "authorization_code").length;
}

for (const make of makes()) {
  Deno.test(`${make.name}: without database and backup each account's id comes back by one approval`, () =>
    play({ make }, async (scene) => {
      const users = [FIRST_USER.login, SECOND_USER.login];
      const ids: string[] = [];
      for (const user of users) ids.push((await scene.signIn(user)).id);
      await Deno.remove(scene.data, { recursive: true });
      const before = approvals(scene);

      const began = performance.now();
      const server = await scene.serve();
      for (const [at, user] of users.entries()) {
        const { code, stderr } = await approveWith(scene, ids[at] ?? "", user);
        assert.equal(code, 0, stderr);
        assert.ok(scene.sim.isLive((await ask(server, ids[at] ?? "")).body));
        printTime(`${make.name}: from the start of a blank server to a token of account ${at + 1}`, began);
      }
      assert.equal(approvals(scene) - before, users.length);
    }));

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
