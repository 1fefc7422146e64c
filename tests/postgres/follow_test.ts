import assert from "node:assert/strict";
import postgres from "postgres";
import type { Change } from "../../src/core/shared.ts";
import type { SealedGrant } from "../../src/core/account.ts";
import { Following, type FollowTimes } from "../../src/store/postgres/following.ts";
import type { PostgresStore } from "../../src/store/postgres/store.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import type { PostgresCluster } from "../support/postgres_cluster.ts";
import { pause, sharedDatabase, until, withPostgres } from "../support/postgres_scene.ts";

const QUICK: FollowTimes = { beatEach: 150, deadAfter: 600, anythingEach: 60_000 };
const ACCOUNT = { kind: "account", key: "key-1" };

/** What a store hears, from the moment on in which it listens. */
async function following(store: PostgresStore): Promise<AsyncDisposable & { readonly heard: Change[] }> {
  const heard: Change[] = [];
  const follows = store.shared.follow((change) => heard.push(change));
  await until("it listens", () => heard.length > 0);
  assert.deepEqual(heard.splice(0), [{ kind: "anything" }]);
  return { heard, [Symbol.asyncDispose]: () => Promise.resolve(follows[Symbol.asyncDispose]()) };
}

/** The processes of the server that listen in a database. */
async function listeners(server: PostgresCluster, database: string): Promise<number[]> {
  const query = `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND query ILIKE 'listen%'`;
  return (await server.sql("postgres", query)).split("\n").filter((line) => line !== "").map(Number);
}

withPostgres((cluster) => {
  Deno.test("follow() that is over is ended once, and the store that is closed ends the rest", async () => {
    await using shared = await sharedDatabase(await cluster(), {});
    const [store] = shared.stores;
    assert.ok(store);
    const ended: Following[] = [];
    const end = Following.prototype[Symbol.asyncDispose];
    Following.prototype[Symbol.asyncDispose] = function () {
      ended.push(this);
      return end.call(this);
    };
    try {
      for (let time = 0; time < 3; time++) await store.shared.follow(() => {})[Symbol.asyncDispose]();
      store.shared.follow(() => {});
      await store[Symbol.asyncDispose]();
      assert.equal(ended.length, 4);
      assert.equal(new Set(ended).size, 4);
    } finally {
      Following.prototype[Symbol.asyncDispose] = end;
    }
  });

  Deno.test("follow() tells of everything that another store writes, and of nothing of its own", async () => {
    await using shared = await sharedDatabase(await cluster(), {}, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    await using ears = await following(a);
    const steps: readonly (readonly [(store: PostgresStore) => Promise<unknown>, Change])[] = [
      [(store) => store.add(anAccount(), anId()), ACCOUNT as Change],
      [(store) => store.replace(anAccount()), ACCOUNT as Change],
      [(store) => store.beginRefresh(anAccount({ revision: 2 }), anEntry()), ACCOUNT as Change],
      [(store) => store.endRefresh(anAccount({ revision: 3 })), ACCOUNT as Change],
      [(store) => store.addId(anId({ digest: "d2" })), ACCOUNT as Change],
      [(store) => store.endId("d2", 5), ACCOUNT as Change],
      [(store) => store.removeId("d2"), ACCOUNT as Change],
      [(store) => store.learn("app-1", { rotates: true, oldAccess: undefined }), {
        kind: "app",
        clientId: "app-1",
      }],
      [(store) => store.saveSetting("s", Uint8Array.of(1)), { kind: "setting", name: "s" }],
      [(store) => store.replaceSetting("s", Uint8Array.of(1), undefined), { kind: "setting", name: "s" }],
      [
        (store) =>
          store.addSlot({ id: "a", kind: "file", wrapped: Uint8Array.of(1), parameters: {}, createdAt: 1 }),
        { kind: "slots" },
      ],
      [(store) => store.remove(anAccount({ revision: 4 })), ACCOUNT as Change],
    ];
    for (const [step, change] of steps) {
      const begun = performance.now();
      await step(b);
      await until(`${JSON.stringify(change)} is heard`, () => ears.heard.length > 0, 1000);
      assert.ok(performance.now() - begun < 1000);
      await pause(30);
      assert.deepEqual(
        new Set(ears.heard.splice(0).map((heard) => JSON.stringify(heard))),
        new Set([JSON.stringify(change)]),
      );
    }
    await a.add(anAccount(), anId());
    await a.saveSetting("s", Uint8Array.of(1));
    await b.saveSetting("last", undefined);
    await b.saveSetting("last", Uint8Array.of(1));
    await until("the last is heard", () => ears.heard.length > 0);
    assert.deepEqual(ears.heard, [{ kind: "setting", name: "last" }]);
  });

  Deno.test("follow() says nothing after it was disposed of", async () => {
    await using shared = await sharedDatabase(await cluster(), { follow: QUICK }, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    const ears = await following(a);
    await ears[Symbol.asyncDispose]();
    await ears[Symbol.asyncDispose]();
    await b.add(anAccount(), anId());
    await pause(300);
    assert.deepEqual(ears.heard, []);
    assert.deepEqual(await listeners(await cluster(), shared.database.name), []);
  });

  Deno.test("follow() says anything and goes on after its connection was cut", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {}, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    await using ears = await following(a);
    for (let round = 0; round < 2; round++) {
      const [pid] = await listeners(server, shared.database.name);
      assert.ok(pid);
      await server.sql("postgres", `SELECT pg_terminate_backend(${pid})`);
      await until("anything is said", () => ears.heard.length > 0);
      assert.deepEqual(ears.heard.splice(0), [{ kind: "anything" }]);
      await b.saveSetting("s", Uint8Array.of(round));
      await until("it hears again", () => ears.heard.length > 0);
      assert.deepEqual(ears.heard.splice(0), [{ kind: "setting", name: "s" }]);
    }
  });

  Deno.test("follow() listens anew where its connection is silent and nobody says so", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, { follow: QUICK }, {});
    const [a, b] = shared.stores;
    assert.ok(a && b);
    await using ears = await following(a);
    await pause(2 * QUICK.deadAfter);
    assert.deepEqual(ears.heard, [], "while beats come nothing is made anew");
    const [pid] = await listeners(server, shared.database.name);
    assert.ok(pid);
    Deno.kill(pid, "SIGSTOP");
    try {
      await until("anything is said", () => ears.heard.length > 0);
      ears.heard.splice(0);
      await b.saveSetting("s", Uint8Array.of(1));
      await until("it hears again", () => ears.heard.length > 0);
      assert.deepEqual(ears.heard, [{ kind: "setting", name: "s" }]);
    } finally {
      Deno.kill(pid, "SIGCONT");
    }
  });

  Deno.test("follow() says anything now and then", async () => {
    await using shared = await sharedDatabase(await cluster(), { follow: { ...QUICK, anythingEach: 100 } });
    const [a] = shared.stores;
    assert.ok(a);
    await using ears = await following(a);
    await until("anything is said", () => ears.heard.length > 2, 2000);
    assert.ok(ears.heard.every(({ kind }) => kind === "anything"));
  });

  Deno.test("notifications hold keys and names, and nothing that is secret or personal", async () => {
    await using shared = await sharedDatabase(await cluster(), {});
    const [a] = shared.stores;
    assert.ok(a);
    const said: string[] = [];
    const client = postgres(shared.database.url, { max: 1 });
    await client.listen("companion_token_server", (payload) => said.push(payload));
    const grant = new TextEncoder().encode("canary grant") as unknown as SealedGrant;
    await a.add(anAccount({ login: "canary", label: "canary", alias: "canary", twitchId: "77770" }), anId());
    await a.replace(anAccount({ grant, login: "canary", alias: "canary", twitchId: "77770" }));
    await a.saveSetting("positive control", new TextEncoder().encode("canary setting"));
    await until("all is said", () => said.some((payload) => payload.includes("positive control")));
    await client.end({ timeout: 0 });
    for (const payload of said) {
      assert.doesNotMatch(payload, /canary|63616e617279|77770|d1d1/, payload);
      assert.ok(payload.length < 200);
    }
  });
});
