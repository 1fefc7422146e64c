import assert from "node:assert/strict";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { PASSWORD, PostgresCluster } from "../support/postgres_cluster.ts";
import { pause, PROGRAM, sharedDatabase, until, withPostgres } from "../support/postgres_scene.ts";

const AWAY = { name: "AppError", code: "store_away" };

/** Everything that an error could be printed as, with all its causes and properties that hide. */
function printed(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    parts.push(Deno.inspect(at, { depth: 9, showHidden: true }), at.message, at.stack ?? "");
    for (const name of Object.getOwnPropertyNames(at)) {
      parts.push(name, Deno.inspect(Reflect.get(at, name), { depth: 9 }));
    }
  }
  return parts.join("\n");
}

async function failure(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof Error);
  return error;
}

/** Of what is given, and no later than that. */
async function within<T>(span: number, work: Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work;
  } finally {
    const took = performance.now() - begun;
    assert.ok(took < span, `it took ${Math.round(took)} ms`);
  }
}

withPostgres((cluster) => {
  Deno.test("a store whose server has crashed says store_away, and goes on when it is back", async () => {
    await using server = await PostgresCluster.start();
    await using shared = await sharedDatabase(server, {});
    const [store] = shared.stores;
    assert.ok(store);
    await store.add(anAccount(), anId());
    await store.beginRefresh(anAccount(), anEntry());
    for (let round = 0; round < 2; round++) {
      await server.stop();
      await assert.rejects(within(3000, store.replace(anAccount({ revision: 2 + round }))), AWAY);
      await assert.rejects(within(3000, store.accounts()), AWAY);
      await assert.rejects(
        within(3000, store.rekey({ head: new Uint8Array(9), from: [], slots: [], resealed: undefined })),
        AWAY,
      );
      await assert.rejects(within(3000, store.shared.lease("x")), AWAY);
      await server.start();
      assert.deepEqual(await within(3000, store.accounts()), [anAccount({ revision: 2 + round })]);
      assert.equal(await store.replace(anAccount({ revision: 2 + round })), true);
    }
    assert.deepEqual(await store.journal(), [anEntry()]);
  });

  Deno.test("a read whose connections were cut is asked again", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {});
    const [store] = shared.stores;
    assert.ok(store);
    for (let round = 0; round < 5; round++) {
      const cut =
        `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${shared.database.name}'`;
      const asked = Promise.all([store.accounts(), store.ids(), store.accounts(), store.journal()]);
      await Promise.all([server.sql("postgres", cut), asked]);
    }
  });

  Deno.test("a server that stands still is given up after the deadline, and used again when it goes on", async () => {
    await using server = await PostgresCluster.start();
    await using shared = await sharedDatabase(server, { deadline: 1000 });
    const [store] = shared.stores;
    assert.ok(store);
    await store.add(anAccount(), anId());
    await server.pause();
    try {
      const asked: readonly Promise<unknown>[] = [
        store.replace(anAccount()),
        store.accounts(),
        store.setting("a"),
        store.account("key-1"),
      ];
      for (const answer of asked.map((work) => failure(within(1500, work)))) {
        assert.equal((await answer as Error & { code?: string }).code, "store_away");
      }
      await assert.rejects(within(1500, store.accounts()), AWAY);
    } finally {
      await server.resume();
    }
    assert.equal((await store.accounts()).length, 1);
    const revision = (await store.accounts())[0]?.revision ?? 0;
    assert.equal(await store.replace(anAccount({ revision, label: "after" })), true);
  });

  Deno.test("connections that are silent are given up for new ones", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, { deadline: 700 });
    const [store] = shared.stores;
    assert.ok(store);
    await Promise.all(Array.from({ length: 5 }, () => store.accounts()));
    const all = `SELECT pid FROM pg_stat_activity WHERE datname = '${shared.database.name}'`;
    const silent = (await server.sql("postgres", all)).split("\n").map(Number);
    assert.equal(silent.filter((pid) => pid > 1).length, 5);
    for (const pid of silent) Deno.kill(pid, "SIGSTOP");
    try {
      await assert.rejects(within(1200, store.accounts()), AWAY);
      assert.deepEqual(await within(600, store.accounts()), []);
      assert.equal(await store.add(anAccount(), anId()), true);
    } finally {
      for (const pid of silent) Deno.kill(pid, "SIGCONT");
    }
  });

  Deno.test("a lease ends by itself while the server is away", async () => {
    await using server = await PostgresCluster.start();
    const lease = { duration: 900, renewEach: 100, margin: 300 };
    await using shared = await sharedDatabase(server, { lease, deadline: 300 });
    const [store] = shared.stores;
    assert.ok(store);
    await using held = await store.shared.lease("x");
    await pause(900);
    assert.equal(held?.held, true);
    await server.pause();
    await pause(700);
    assert.equal(held?.held, false);
    await server.resume();
    await until("nobody has taken it: it is renewed", () => held?.held === true);
  });

  Deno.test("a write that waits for a lock gives up", async () => {
    const server = await cluster();
    await using shared = await sharedDatabase(server, {});
    const [store] = shared.stores;
    assert.ok(store);
    await store.add(anAccount(), anId());
    const locked = server.sql(
      shared.database.name,
      "BEGIN; LOCK TABLE companion_token_server.accounts; SELECT pg_sleep(4.5); COMMIT",
    );
    await pause(300);
    await assert.rejects(within(4000, store.replace(anAccount())), {
      ...AWAY,
      message: "Cannot save the login: the database server does not answer in time",
    });
    await locked;
    assert.equal(await store.replace(anAccount()), true);
  });

  Deno.test("a server that only reads is one that is away", async () => {
    const server = await cluster();
    await using database = await server.database();
    await using store = await openPostgresStore(database.url, PROGRAM);
    await server.sql("postgres", `ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    await server.sql(
      "postgres",
      `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${database.name}'`,
    );
    await until("the connection is gone", () =>
      store.add(anAccount(), anId()).then(() => true, (error) => {
        assert.equal(error.code, "store_away");
        return /only reads/.test(error.message);
      }));
    assert.deepEqual(await store.accounts(), []);
  });

  Deno.test("what is stored is durable when it is answered, and every wait is bounded", async () => {
    const server = await cluster();
    await using database = await server.database();
    await server.sql("postgres", `ALTER DATABASE ${database.name} SET synchronous_commit = off`);
    const settings = [
      "synchronous_commit",
      "statement_timeout",
      "lock_timeout",
      "idle_in_transaction_session_timeout",
    ];
    const functions = settings.map((name) => `current_setting('${name}')`).join(` || ' ' || `);
    await using store = await openPostgresStore(database.url, PROGRAM, {
      migrations: [{
        ...{ schema: 1, usableFrom: 1 },
        sql: `CREATE TABLE companion_token_server.meta (name text PRIMARY KEY, value text NOT NULL);
          RESET statement_timeout; RESET lock_timeout;
          INSERT INTO companion_token_server.meta SELECT 'seen', ${functions}`,
      }],
    });
    assert.ok(store);
    const seen = "SELECT value FROM companion_token_server.meta WHERE name = 'seen'";
    assert.equal(await server.sql(database.name, seen), "on 5s 3s 10s");
  });

  Deno.test("openPostgresStore() says what is wrong with user, password, database and port, and no secret", async () => {
    const server = await cluster();
    await using database = await server.database();
    const wrong: readonly (readonly [url: string, code: string, message: RegExp])[] = [
      [database.url.replace(PASSWORD, "canary-wrong"), "settings", /user or the password$/],
      [database.url.replace("companion:", "canary-nobody:"), "settings", /user or the password$/],
      [database.url.replace(database.name, "canary-nowhere"), "settings", /no database of that name$/],
      [database.url.replace(`:${server.port}`, ":1"), "store_away", /cannot be reached$/],
    ];
    for (const [url, code, message] of wrong) {
      const error = await failure(within(6000, openPostgresStore(url, PROGRAM)));
      assert.equal((error as Error & { code?: string }).code, code, printed(error));
      assert.match(error.message, message);
      assert.doesNotMatch(printed(error), /canary/);
    }
    assert.match(printed(new Error("x", { cause: new Error("canary") })), /canary/, "positive control");
  });

  Deno.test("no error of the store holds what was to be written, nor the password", async () => {
    const server = await cluster();
    await using database = await server.database();
    await using store = await openPostgresStore(database.url, PROGRAM);
    const account = anAccount({ label: "canary", login: "canary", scopes: ["canary"] });
    await store.add(account, anId());
    await store.add(
      anAccount({ key: "key-2", alias: "other", twitchId: "2" }),
      anId({ digest: "d2", account: "key-2" }),
    );
    const clash = await failure(
      store.replace(anAccount({ ...account, key: "key-2", alias: "nightowl", twitchId: "2" })),
    );
    assert.match(clash.message, /another login has that name/);
    const odd = await failure(store.replace(anAccount({ ...account, generation: 0.5 })));
    assert.match(odd.message, /22P02/, "a bug is told by its number");
    await server.sql(database.name, "DROP TABLE companion_token_server.journal");
    const torn = await failure(store.beginRefresh(account, anEntry()));
    assert.equal((torn as Error & { code?: string }).code, "database_damaged");
    for (const error of [clash, odd, torn]) {
      assert.doesNotMatch(
        printed(error),
        /canary|nightowl|010203|companion_token_server\.|0\.5/,
        printed(error),
      );
      assert.equal("query" in error || "parameters" in error, false);
    }
  });
});
