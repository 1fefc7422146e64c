/** Several instances of the real program on one database: logins, refreshes, keys, and a database that goes away. */
import assert from "node:assert/strict";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { playInstances } from "../support/instances.ts";
import { PostgresCluster } from "../support/postgres_cluster.ts";
import { PROGRAM, withPostgres } from "../support/postgres_scene.ts";
import type { RealServer } from "../support/real_program.ts";
import { type Answer, ask, type Scene, until } from "../support/scene.ts";
import { connect, idOn, person } from "../support/sign_in_journey.ts";
import { FIRST_USER, PUBLIC_CLIENT, SECOND_USER } from "../support/simulated_twitch/options.ts";

/** What a change may take until all know of it, in milliseconds. */
const SOON = 1000;

async function within(span: number, condition: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  await until(condition);
  const took = performance.now() - begun;
  assert.ok(took < span, `it took ${Math.round(took)} ms`);
}

function refreshesIn({ sim }: Scene): readonly number[] {
  return sim.requests.filter(({ params }) => params["grant_type"] === "refresh_token").map(({ at }) => at);
}

async function health({ origin }: RealServer): Promise<readonly [status: number, word: string]> {
  const answer = await fetch(`${origin}/healthz`);
  return [answer.status, (await answer.json()).status];
}

function occurrences(text: string, of: string): number {
  return text.split(of).length - 1;
}

withPostgres((cluster) => {
  Deno.test("what one instance signs in, renames or removes is so at the next: at once, or within a second", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene } = instances;
      const [a, b] = [await instances.start("a"), await instances.start("b")];
      const browser = await person(scene, a);
      const first = await connect(scene, browser, FIRST_USER.login);
      const answer = await ask(b, first);
      assert.deepEqual([answer.status, scene.sim.isLive(answer.body)], [200, true]);

      await instances.mute(true);
      const second = await connect(scene, browser, SECOND_USER.login);
      assert.equal((await ask(b, second)).status, 200, "nobody has told B of it");
      await instances.mute(false);

      assert.equal(await browser.submit(`/accounts/${FIRST_USER.login}/remove`, {}), 303);
      await within(SOON, async () => (await ask(b, first)).status === 404);
      assert.equal((await ask(a, first)).status, 404);

      const account = `/accounts/${SECOND_USER.login}`;
      assert.equal(await browser.submit(`${account}/id`, { old: "now" }), 303);
      const renewed = await idOn(browser, account);
      assert.notEqual(renewed, second);
      assert.equal((await ask(b, renewed)).status, 200);
      await within(SOON, async () => (await ask(b, second)).status === 404);
    });
  });

  Deno.test("150 questions at three instances about a login that is due lead to one refresh, and all get the new token", async () => {
    const life = 12;
    const setting = { client: PUBLIC_CLIENT, twitch: { accessTokenLife: life } };
    await playInstances(await cluster(), setting, async (instances) => {
      const { scene, scene: { sim } } = instances;
      const servers = await Promise.all(["a", "b", "c"].map((name) => instances.start(name)));
      const { id, expiresAt } = await scene.signIn();
      const old = await Promise.all(servers.map((server) => ask(server, id)));
      assert.deepEqual(new Set(old.map(({ body }) => body)), new Set(sim.accessTokens()));
      sim.faults.add({
        endpoint: "token",
        grantType: "refresh_token",
        when: "after",
        kind: { kind: "slow body", bytes: 1000, milliseconds: 700 },
      });
      // From then on it is due: an instance's own job may be as quick as the questions.
      await until(() => Date.now() >= Date.parse(expiresAt) - life * 1000 / 2);
      const asked = servers.flatMap((server) => Array.from({ length: 50 }, () => ask(server, id)));
      const answers = await Promise.all(asked);
      const [token] = sim.accessTokens();
      const expected: Answer = { status: 200, body: token ?? "", retryAfter: null };
      for (const answer of answers) assert.deepEqual(answer, expected);
      assert.equal(refreshesIn(scene).length, 1);
      assert.equal(sim.counters.replays, 0);
    });
  });

  Deno.test("the jobs of three instances refresh a login once each time it is due", async () => {
    const life = 4;
    await playInstances(await cluster(), { twitch: { accessTokenLife: life } }, async (instances) => {
      const { scene } = instances;
      await Promise.all(["a", "b", "c"].map((name) => instances.start(name)));
      await scene.signIn();
      await until(() => refreshesIn(scene).length >= 4);
      const at = refreshesIn(scene);
      const gaps = at.slice(1).map((time, before) => time - (at[before] ?? 0));
      assert.ok(gaps.every((gap) => gap > life * 1000 / 2 - 200), `refreshed after ${gaps} ms`);
    });
  });

  Deno.test("three instances that start at once on an empty database have one data key", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      {
        await using _tables = await openPostgresStore(instances.url, PROGRAM);
      }
      // Until then none can write a key slot, and each can see that there is none.
      const locked = instances.sql(
        "BEGIN; LOCK TABLE companion_token_server.slots IN EXCLUSIVE MODE; SELECT pg_sleep(2.5); COMMIT",
      );
      const sleeps = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
      await until(async () => await instances.sql(sleeps) === "1");
      const servers = await Promise.all(["a", "b", "c"].map((name) => instances.start(name)));
      await locked;
      assert.equal(await instances.sql("SELECT count(*) FROM companion_token_server.slots"), "1");
      const { id } = await instances.scene.signIn();
      for (const server of servers) assert.equal((await ask(server, id)).status, 200);
    });
  });

  Deno.test("an instance without the key starts locked, says what to do, and answers 503 for ids that are known", async () => {
    await playInstances(await cluster(), {}, async (instances) => {
      const { scene } = instances;
      const a = await instances.start("a");
      const { id } = await scene.signIn();
      const before = await instances.sql("SELECT * FROM companion_token_server.slots");
      const locked = await instances.start("b", { env: { TOKEN_SERVER_KEY_FILE: "other" } });
      const answer = await ask(locked, id);
      assert.deepEqual([answer.status, answer.retryAfter], [503, "5"]);
      assert.deepEqual(await health(locked), [503, "locked"]);
      assert.match(locked.process.stdout, /Locked: .*other/);
      assert.match(locked.process.stderr, /level=error .*the logins are locked/);
      await assert.rejects(Deno.stat(`${scene.directory}/other`), Deno.errors.NotFound);
      assert.equal(await instances.sql("SELECT * FROM companion_token_server.slots"), before);
      assert.equal((await ask(a, id)).status, 200);
    });
  });

  Deno.test("while the database is away tokens are answered from memory, and all goes on when it is back", async () => {
    await using server = await PostgresCluster.start();
    await playInstances(server, {}, async (instances) => {
      const { scene } = instances;
      const [a, b] = [await instances.start("a"), await instances.start("b")];
      const { id } = await scene.signIn();
      const known = await ask(a, id);
      assert.deepEqual(await ask(b, id), known);
      for (const round of [1]) {
        await server.stop();
        for (const each of [a, b]) {
          await until(async () => (await health(each))[1] === "store");
          assert.deepEqual(await health(each), [503, "store"]);
          assert.deepEqual(await ask(each, id), known);
        }
        await server.start();
        for (const each of [a, b]) {
          await within(10_000, async () => (await health(each))[0] === 200);
          assert.equal(occurrences(each.process.stderr, "the database is away"), round);
          assert.equal(occurrences(each.process.stderr, "the database is back"), round);
          assert.deepEqual(await ask(each, id), known);
        }
      }
      const { id: second } = await scene.signIn(SECOND_USER.login);
      for (const each of [a, b]) assert.equal((await ask(each, second)).status, 200);
      for (const each of [a, b]) assert.doesNotMatch(each.process.stderr, /event="?bug/);
    });
  });
});
