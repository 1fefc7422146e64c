/** Commands beside several instances, and notices that are told once. */
import assert from "node:assert/strict";
import { type Instances, playInstances } from "../support/instances.ts";
import { loopbackWebhook } from "../support/loopback_webhook.ts";
import { withPostgres } from "../support/postgres_scene.ts";
import { ask, until } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER, SECOND_USER } from "../support/simulated_twitch/options.ts";

/** Seconds. */
const LIFE = 4;

async function json({ scene }: Instances, ...args: string[]) {
  const { code, stdout, stderr } = await scene.run([...args, "--json"]);
  assert.equal(code, 0, stdout + stderr);
  return JSON.parse(stdout);
}

withPostgres((cluster) => {
  Deno.test("commands work on the database beside instances, which know of it at once or within a second", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene, scene: { sim } } = instances;
      const servers = [await instances.start("a"), await instances.start("b")];
      const statuses = (id: string) =>
        Promise.all(servers.map(async (server) => (await ask(server, id)).status));
      const first = await scene.signInByDevice(FIRST_USER.login);
      assert.deepEqual(await statuses(first.id), [200, 200]);
      const second = await scene.signInByPaste(SECOND_USER.login);
      assert.deepEqual(await statuses(second.id), [200, 200]);
      const list = await json(instances, "accounts", "list");
      assert.deepEqual(list.map(({ id }: { id: string }) => id), [first.id, second.id]);

      await json(instances, "accounts", "refresh", first.alias);
      assert.equal(sim.counters.refreshes.get(1), 1);
      const newest = sim.grants()[0]?.accessTokens.at(-1);
      await until(async () => {
        const bodies = await Promise.all(servers.map(async (server) => (await ask(server, first.id)).body));
        return bodies.every((body) => body === newest);
      });

      const { id } = await json(instances, "accounts", "rotate-id", first.alias);
      assert.deepEqual(await statuses(id), [200, 200]);
      await until(async () => (await statuses(first.id)).every((status) => status === 404));
      assert.equal((await scene.signInByPaste(FIRST_USER.login)).id, id, "a login that heals keeps its id");

      const removed = await json(instances, "accounts", "remove", second.alias);
      assert.deepEqual(removed, { alias: second.alias, revoked: true });
      const begun = performance.now();
      await until(async () => (await statuses(second.id)).every((status) => status === 404));
      assert.ok(performance.now() - begun < 1000);
      assert.equal((await scene.run(["accounts", "show", second.alias])).code, 3);
    });
  });

  Deno.test("the key is rotated by a command only while no other process knows it", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene } = instances;
      const server = await instances.start("a");
      const { id } = await scene.signIn();
      const early = await scene.run(["key", "rotate"]);
      assert.equal(early.code, 4, early.stderr);
      assert.match(early.stderr, /1 running instance uses it/);
      assert.equal((await server.stop()).code, 0);
      const done = await scene.run(["key", "rotate"]);
      assert.equal(done.code, 0, done.stderr);
      assert.equal((await ask(await instances.start("a"), id)).status, 200);
    });
  });

  Deno.test("three instances tell a notice once, also when those that told the last one are killed", async () => {
    await using hook = loopbackWebhook();
    const setting = {
      twitch: { accessTokenLife: LIFE },
      env: { TOKEN_SERVER_NOTICE_URL: hook.url },
    };
    await playInstances(await cluster(), setting, async (instances) => {
      const { scene, scene: { sim } } = instances;
      scene.keepSecret(hook.password);
      const [a, b] = await Promise.all(["a", "b", "c"].map((name) => instances.start(name)));
      const owl = await scene.signIn(FIRST_USER.login);
      await scene.signIn(SECOND_USER.login);
      const refreshes = (): number => sim.counters.refreshes.values().reduce((sum, one) => sum + one, 0);
      const roundsLater = async (): Promise<void> => {
        const before = refreshes();
        await until(() => refreshes() >= before + 2);
      };
      sim.disconnect(FIRST_USER.login, CONFIDENTIAL_CLIENT.id);
      await until(() => hook.bodies.length > 0);
      await roundsLater();
      assert.deepEqual(hook.told, [`needs_login begun ${owl.alias}`]);

      for (const server of [a, b]) server?.process.kill("SIGKILL");
      await roundsLater();
      assert.deepEqual(hook.told, [`needs_login begun ${owl.alias}`]);
      assert.equal((await scene.signIn(FIRST_USER.login)).id, owl.id);
      await until(() => hook.bodies.length > 1);
      await roundsLater();
      assert.deepEqual(hook.told, [`needs_login begun ${owl.alias}`, `needs_login over ${owl.alias}`]);
    });
  });
});
