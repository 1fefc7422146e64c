import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { SealedGrant } from "../../src/core/account.ts";
import { type Migration, MIGRATIONS } from "../../src/store/sqlite/migrations/mod.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import type { SqliteStore } from "../../src/store/sqlite/store.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { modeOf, namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

const OLD = "companion-token-server 1.0.0";
const NEW = "companion-token-server 1.1.0";
const NAME = "companion-token-server.sqlite";

const LAST = MIGRATIONS.length;
const NEXT = LAST + 1;

const ADDITIVE: Migration = {
  schema: NEXT,
  usableFrom: 1,
  sql:
    "ALTER TABLE accounts ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'; CREATE TABLE more (a TEXT) STRICT",
};
const BREAKING: Migration = {
  schema: NEXT,
  usableFrom: NEXT,
  sql: "ALTER TABLE accounts ADD COLUMN needed TEXT",
};
const FAILING: Migration = {
  schema: NEXT,
  usableFrom: NEXT,
  sql: "CREATE TABLE half (a TEXT) STRICT; INSERT INTO nowhere VALUES (1)",
};

function openNew(directory: string, next: Migration): SqliteStore {
  return openSqliteStore(directory, NEW, [...MIGRATIONS, next]);
}

function fill(directory: string): void {
  using store = openSqliteStore(directory, OLD);
  store.add(anAccount(), anId());
}

function ask(path: string, sql: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(sql).all().map((row) => Object.values(row)[0]);
  database.close();
  return rows;
}

Deno.test("MIGRATIONS are numbered from 1 without a gap", () => {
  assert.deepEqual(MIGRATIONS.map((step) => step.schema), MIGRATIONS.map((_, at) => at + 1));
  for (const step of MIGRATIONS) assert.ok(step.usableFrom <= step.schema);
});

Deno.test("openSqliteStore() migrates an older database and keeps a copy of it", () => {
  using directory = temporaryDirectory();
  fill(directory.path);
  const before = Deno.readFileSync(`${directory.path}/${NAME}`);
  {
    using store = openNew(directory.path, ADDITIVE);
    assert.deepEqual(store.accounts(), [anAccount()]);
  }
  const copy = `${directory.path}/before-schema-${NEXT}.sqlite`;
  assert.deepEqual(Deno.readFileSync(copy), before);
  assert.equal(modeOf(copy), 0o600);
  assert.deepEqual(namesIn(directory.path), ["ballast", `before-schema-${NEXT}.sqlite`, NAME]);
  const path = `${directory.path}/${NAME}`;
  assert.deepEqual(ask(path, "PRAGMA user_version"), [NEXT]);
  assert.deepEqual(ask(path, "SELECT value FROM meta WHERE name = 'written_by'"), [NEW]);
  assert.deepEqual(ask(path, "SELECT colour FROM accounts"), ["blue"]);
});

Deno.test("openSqliteStore() makes no copy of a new database, nor of one that is up to date", () => {
  using directory = temporaryDirectory();
  openNew(directory.path, ADDITIVE)[Symbol.dispose]();
  openNew(directory.path, ADDITIVE)[Symbol.dispose]();
  assert.deepEqual(namesIn(directory.path), ["ballast", NAME]);
});

Deno.test("openSqliteStore() undoes a migration that fails, and tries again with one copy", () => {
  using directory = temporaryDirectory();
  fill(directory.path);
  const before = Deno.readFileSync(`${directory.path}/${NAME}`);
  for (let start = 0; start < 3; start++) {
    assert.throws(() => openNew(directory.path, FAILING), {
      code: "database_damaged",
      message: new RegExp(`schema ${NEXT}`),
    });
  }
  assert.deepEqual(Deno.readFileSync(`${directory.path}/${NAME}`), before);
  assert.deepEqual(namesIn(directory.path), ["ballast", `before-schema-${NEXT}.sqlite`, NAME]);
  using store = openSqliteStore(directory.path, OLD);
  assert.deepEqual(store.accounts(), [anAccount()]);
});

Deno.test("openSqliteStore() never overwrites a copy: for other bytes it makes a second", () => {
  using directory = temporaryDirectory();
  fill(directory.path);
  assert.throws(() => openNew(directory.path, FAILING));
  const first = Deno.readFileSync(`${directory.path}/before-schema-${NEXT}.sqlite`);
  {
    using store = openSqliteStore(directory.path, OLD);
    store.replace(anAccount({ label: "changed since" }));
  }
  openNew(directory.path, ADDITIVE)[Symbol.dispose]();
  assert.deepEqual(Deno.readFileSync(`${directory.path}/before-schema-${NEXT}.sqlite`), first);
  assert.deepEqual(ask(`${directory.path}/before-schema-${NEXT}-2.sqlite`, "SELECT label FROM accounts"), [
    "changed since",
  ]);
});

Deno.test("openSqliteStore() copies what is in the write-ahead log too", () => {
  using directory = temporaryDirectory();
  using killed = temporaryDirectory();
  using store = openSqliteStore(directory.path, OLD);
  store.add(anAccount(), anId());
  for (const name of [NAME, `${NAME}-wal`]) {
    Deno.copyFileSync(`${directory.path}/${name}`, `${killed.path}/${name}`);
  }
  openNew(killed.path, ADDITIVE)[Symbol.dispose]();
  assert.deepEqual(ask(`${killed.path}/before-schema-${NEXT}.sqlite`, "SELECT alias FROM accounts"), [
    "nightowl",
  ]);
});

Deno.test("openSqliteStore() does not migrate without a copy", () => {
  using directory = temporaryDirectory();
  fill(directory.path);
  Deno.mkdirSync(`${directory.path}/before-schema-${NEXT}.sqlite.new`);
  assert.throws(() => openNew(directory.path, ADDITIVE), {
    code: "disk",
    message: /^Cannot copy the database/,
  });
  assert.deepEqual(ask(`${directory.path}/${NAME}`, "PRAGMA user_version"), [LAST]);
});

Deno.test("openSqliteStore() refuses a newer database by the name of its writer, and leaves it untouched", () => {
  using directory = temporaryDirectory();
  openNew(directory.path, BREAKING)[Symbol.dispose]();
  const before = Deno.readFileSync(`${directory.path}/${NAME}`);
  assert.throws(() => openSqliteStore(directory.path, OLD), {
    name: "AppError",
    code: "database_newer",
    message: /written by companion-token-server 1\.1\.0, which is newer than this program$/,
  });
  assert.deepEqual(Deno.readFileSync(`${directory.path}/${NAME}`), before);
});

Deno.test("openSqliteStore() goes on using a newer database whose changes only add", () => {
  using directory = temporaryDirectory();
  {
    using store = openNew(directory.path, ADDITIVE);
    store.add(anAccount(), anId());
  }
  const path = `${directory.path}/${NAME}`;
  const database = new DatabaseSync(path);
  database.exec("UPDATE accounts SET colour = 'red'");
  database.close();
  {
    using store = openSqliteStore(directory.path, OLD);
    assert.equal(store.beginRefresh(anAccount(), anEntry()), true);
    assert.equal(store.endRefresh(anAccount({ login: "renamed", revision: 2 })), true);
    assert.deepEqual(store.accounts(), [anAccount({ login: "renamed", revision: 3 })]);
  }
  assert.deepEqual(ask(path, "SELECT colour FROM accounts"), ["red"]);
  assert.deepEqual(ask(path, "PRAGMA user_version"), [NEXT]);
  assert.deepEqual(ask(path, "SELECT value FROM meta ORDER BY name"), [OLD, "1", NEW]);
  openNew(directory.path, ADDITIVE)[Symbol.dispose]();
});

/** The database of a program that knew this schema and no later one. */
function placeOld(directory: string, schema: number): string {
  const path = `${directory}/${NAME}`;
  const database = new DatabaseSync(path);
  database.exec(Deno.readTextFileSync(new URL(`./old_databases/schema_${schema}.sql`, import.meta.url)));
  database.close();
  return path;
}

Deno.test("openSqliteStore() opens a database of schema 1 with everything in it, the relay on and no password", () => {
  using directory = temporaryDirectory();
  const path = placeOld(directory.path, 1);
  const wren = anAccount({
    ...{ key: "key-2", alias: "wren", twitchId: "67890", login: "wren", label: "Käpt’n", scopes: [] },
    grant: Uint8Array.of(1) as SealedGrant,
    ...{ generation: 7, expiresAt: undefined, lastRefresh: 1_700_000_001_234, sends: [1, 2], revision: 12 },
    health: { state: "needs_login", since: 5, reason: "refused" },
    refusals: { count: 2, first: 7, last: 8 },
  });
  {
    using store = openSqliteStore(directory.path, NEW);
    assert.deepEqual(store.accounts(), [anAccount(), wren]);
    assert.deepEqual(store.ids().map(({ digest, account, endsAt }) => [digest, account, endsAt]), [
      ["d1", "key-1", undefined],
      ["d2", "key-2", 1_800_000_000_000],
    ]);
    assert.deepEqual(store.journal(), [{
      account: "key-2",
      generation: 7,
      digest: "ab",
      at: 1_700_000_100_000,
    }]);
    assert.deepEqual(store.facts("app-1"), { rotates: true, oldAccess: "dies" });
    assert.equal(store.slots().length, 1);
    assert.equal(store.replace({ ...anAccount(), relay: false }), true);
    assert.equal(store.account("key-1")?.relay, false);
  }
  assert.deepEqual(ask(path, "PRAGMA user_version"), [LAST]);
  assert.deepEqual(ask(path, "SELECT value FROM meta WHERE name = 'usable_from'"), ["1"]);
  assert.deepEqual(ask(`${directory.path}/before-schema-${LAST}.sqlite`, "PRAGMA user_version"), [1]);
});

Deno.test("a database of the present schema is one that schema 1 and the steps after it make", () => {
  using fresh = temporaryDirectory();
  using old = temporaryDirectory();
  fill(fresh.path);
  placeOld(old.path, 1);
  openSqliteStore(old.path, NEW)[Symbol.dispose]();
  const columns =
    "SELECT m.name || ' ' || c.name || ' ' || c.type || ' ' || c.\"notnull\" FROM sqlite_schema m " +
    "JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid";
  const expected = ask(`${fresh.path}/${NAME}`, columns);
  assert.deepEqual(ask(`${old.path}/${NAME}`, columns), expected);
  assert.ok(expected.includes("accounts relay INTEGER 1"));
  assert.ok(expected.includes("accounts password_digest TEXT 0"));
});
