/** Notices and `doctor`, by the real program: told once, within seconds, and never in the way of a refresh. */
import assert from "node:assert/strict";
import { leaksIn, printed } from "../support/leaks.ts";
import { type LoopbackWebhook, loopbackWebhook } from "../support/loopback_webhook.ts";
import { makes } from "../support/real_program.ts";
import { ask, askUntil, type Connected, play, type Scene, until } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER, SECOND_USER } from "../support/simulated_twitch/options.ts";

/** Seconds. */
const LIFE = 4;

function disconnect(scene: Scene): void {
  scene.sim.disconnect(FIRST_USER.login, CONFIDENTIAL_CLIENT.id);
}

/** Another login has been refreshed: rounds have gone by in which something could have been told. */
async function roundsLater(scene: Scene, count = 2): Promise<void> {
  const before = refreshes(scene);
  await until(() => refreshes(scene) >= before + count);
}

function refreshes({ sim }: Scene): number {
  return sim.counters.refreshes.values().reduce((sum, one) => sum + one, 0);
}

function env(...hooks: readonly LoopbackWebhook[]): Record<string, string> {
  return { TOKEN_SERVER_NOTICE_URL: hooks.map(({ url }) => url).join(" ") };
}

/** No token, id, or password of an address is in what was told. */
function assertClean(scene: Scene, hook: LoopbackWebhook, ...logins: readonly Connected[]): void {
  const secrets = [...scene.sim.secrets(), ...logins.map(({ id }) => id), hook.password, FIRST_USER.id];
  const told = hook.bodies.join("\n");
  assert.deepEqual(leaksIn([printed("notices", told)], secrets), []);
  const planted = leaksIn([printed("notices", `${told} ${secrets.join(" ")}`)], secrets);
  assert.equal(new Set(planted.map(({ secret }) => secret)).size, new Set(secrets).size);
}

for (const make of makes()) {
  Deno.test(`${make.name}: a login that dies is told once, also after a restart, and once when it is over`, async () => {
    await using hook = loopbackWebhook();
    await play({ make, twitch: { accessTokenLife: LIFE }, env: env(hook) }, async (scene) => {
      scene.keepSecret(hook.password);
      const first = await scene.serve();
      const owl = await scene.signIn(FIRST_USER.login);
      const other = await scene.signIn(SECOND_USER.login);
      await roundsLater(scene);
      assert.deepEqual(hook.told, []);

      disconnect(scene);
      await until(() => hook.bodies.length > 0);
      const { text, login, at } = JSON.parse(hook.bodies[0] ?? "");
      assert.match(text, /needs a sign-in since .*Sign in again/);
      assert.equal(login, FIRST_USER.login);
      assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000);
      await roundsLater(scene);
      assert.equal((await first.stop()).code, 0);
      const second = await scene.serve();
      await roundsLater(scene);
      assert.deepEqual(hook.told, [`needs_login begun ${owl.alias}`]);

      assert.equal((await scene.signIn(FIRST_USER.login)).id, owl.id);
      await until(() => hook.bodies.length > 1);
      await roundsLater(scene);
      assert.deepEqual(hook.told, [`needs_login begun ${owl.alias}`, `needs_login over ${owl.alias}`]);
      assert.equal((await ask(second, owl.id)).status, 200);
      assertClean(scene, hook, owl, other);
    });
  });

  Deno.test(`${make.name}: a key that is gone at the start is told once, and once when it is back`, async () => {
    await using hook = loopbackWebhook();
    await play({ make, env: env(hook) }, async (scene) => {
      scene.keepSecret(hook.password);
      const owl = await scene.signIn();
      const [key, away] = [`${scene.data}/key`, `${scene.directory}/key`];
      await Deno.rename(key, away);
      const locked = await scene.serve();
      await until(() => hook.bodies.length > 0);
      assert.match(JSON.parse(hook.bodies[0] ?? "").text, /the key is missing or is not the right one/);
      assert.equal((await ask(locked, owl.id)).status, 503);
      assert.equal((await locked.stop()).code, 0);
      assert.equal((await (await scene.serve()).stop()).code, 0);

      await Deno.rename(away, key);
      const open = await scene.serve();
      await until(() => hook.bodies.length > 1);
      assert.deepEqual(hook.told, ["locked begun null", "locked over null"]);
      assert.equal((await ask(open, owl.id)).status, 200);
      assertClean(scene, hook, owl);
    });
  });

  Deno.test(`${make.name}: a webhook that hangs delays no refresh, no other address and no end`, async () => {
    await using hanging = loopbackWebhook(true);
    await using hook = loopbackWebhook();
    await play({ make, twitch: { accessTokenLife: LIFE }, env: env(hanging, hook) }, async (scene) => {
      const server = await scene.serve();
      await scene.signIn(FIRST_USER.login);
      const other = await scene.signIn(SECOND_USER.login);
      disconnect(scene);
      await until(() => hanging.bodies.length > 0 && hook.bodies.length > 0);
      const { body } = await ask(server, other.id);
      await askUntil(server, other.id, (answer) => {
        assert.equal(answer.status, 200);
        return answer.body !== body;
      });
      assert.equal(hanging.bodies.length, 1, "it still hangs");
      assert.equal((await server.stop()).code, 0);
    });
  });

  Deno.test(`${make.name}: doctor works beside a server and without, and tries the server's addresses`, async () => {
    await using hook = loopbackWebhook();
    await play({ make, env: env(hook) }, async (scene) => {
      scene.keepSecret(hook.password);
      const checks = async (): Promise<Map<string, { state: string; text: string }>> => {
        const { code, stdout, stderr } = await scene.run(["doctor", "--json"]);
        assert.equal(code, 0, stdout + stderr);
        return new Map(JSON.parse(stdout).map((one: { check: string }) => [one.check, one]));
      };
      const owl = await scene.signIn();
      const alone = await checks();
      assert.equal(alone.get("server")?.state, "warn");
      assert.equal(alone.get("accounts")?.state, "ok");
      assert.equal(alone.get("clock")?.state ?? "ok", "ok");

      const server = await scene.serve();
      await ask(server, owl.id);
      const beside = await checks();
      assert.equal(beside.get("server")?.state, "ok");
      assert.match(beside.get(`questions ${owl.alias}`)?.text ?? "", /less than a minute ago/);

      const unset = { env: { TOKEN_SERVER_NOTICE_URL: "" } };
      const tried = await scene.run(["doctor", "--test-notice"], unset);
      assert.deepEqual([tried.code, hook.told], [0, ["test begun null"]], tried.stderr);
      assert.match(tried.stdout, /^127\.0\.0\.1:\d+ has taken the message/);
      await server.stop();
      assert.equal((await scene.run(["doctor", "--test-notice"], unset)).code, 2);
      await scene.twitchGoes();
      assert.equal((await scene.run(["doctor"])).code, 4);
    });
  });
}
