import assert from "node:assert/strict";
import { MIGRATIONS } from "../../src/store/postgres/migrations/mod.ts";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import type { Migration } from "../../src/store/sqlite/migrations/mod.ts";
import { anAccount, anId } from "../support/account_samples.ts";
import { PROGRAM, withPostgres } from "../support/postgres_scene.ts";

const NEXT = (MIGRATIONS.at(-1)?.schema ?? 0) + 1;
const NEW = "companion-token-server 9.0.0";
const COLOUR = "ALTER TABLE companion_token_server.accounts ADD COLUMN colour text NOT NULL DEFAULT 'blue'";
const ADDITIVE: Migration = { schema: NEXT, usableFrom: NEXT - 1, sql: COLOUR };
const BREAKING: Migration = { ...ADDITIVE, usableFrom: NEXT };
const FAILING: Migration = { ...ADDITIVE, sql: `${COLOUR}; SELECT * FROM companion_token_server.nothing` };
const META = "SELECT string_agg(name || '=' || value, ' ' ORDER BY name) FROM companion_token_server.meta";
const TABLES = `SELECT count(*) FROM information_schema.tables WHERE table_schema = 'companion_token_server'`;

Deno.test("MIGRATIONS of PostgreSQL are numbered from 1 without a gap", () => {
  assert.deepEqual(MIGRATIONS.map((step) => step.schema), MIGRATIONS.map((_, at) => at + 1));
  for (const step of MIGRATIONS) assert.ok(step.usableFrom <= step.schema);
});

withPostgres((cluster) => {
  Deno.test("openPostgresStore() makes one schema of its own and touches nothing else", async () => {
    const server = await cluster();
    await using database = await server.database();
    await server.sql(database.name, "CREATE TABLE accounts (a text); INSERT INTO accounts VALUES ('kept')");
    {
      await using store = await openPostgresStore(database.url, PROGRAM);
      await store.add(anAccount(), anId());
    }
    assert.equal(await server.sql(database.name, "SELECT a FROM accounts"), "kept");
    const rest =
      `SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'S', 'i')
      AND nspname NOT IN ('companion_token_server', 'pg_catalog', 'information_schema', 'pg_toast')`;
    assert.equal(await server.sql(database.name, rest), "1");
    await using again = await openPostgresStore(database.url, NEW);
    assert.deepEqual(await again.accounts(), [anAccount()]);
    const meta = `opened_by=${NEW} owner=companion-token-server schema=${
      NEXT - 1
    } usable_from=1 written_by=${PROGRAM}`;
    assert.equal(await server.sql(database.name, META), meta);
  });

  Deno.test("openPostgresStore() makes the schema once where several processes start together", async () => {
    const server = await cluster();
    await using database = await server.database();
    const path = new URL("../support/postgres_opener.ts", import.meta.url).pathname;
    const args = [
      "run",
      "--no-check",
      "--frozen",
      "--lock=tests/deno.lock",
      "--import-map=tests/import_map.json",
      "-A",
    ];
    const children = [1, 2, 3].map(() =>
      new Deno.Command(Deno.execPath(), { args: [...args, path, database.url], stderr: "piped" }).output()
    );
    const here = Array.from({ length: 4 }, () => openPostgresStore(database.url, PROGRAM));
    for (const { success, stderr } of await Promise.all(children)) {
      assert.ok(success, new TextDecoder().decode(stderr));
    }
    for (const store of await Promise.all(here)) await store[Symbol.asyncDispose]();
    assert.match(await server.sql(database.name, META), new RegExp(`schema=${NEXT - 1} `));
  });

  Deno.test("openPostgresStore() migrates an older database, and undoes what fails", async () => {
    const server = await cluster();
    await using database = await server.database();
    {
      await using store = await openPostgresStore(database.url, PROGRAM);
      await store.add(anAccount(), anId());
    }
    const before = await server.sql(database.name, META);
    await assert.rejects(openPostgresStore(database.url, NEW, { migrations: [...MIGRATIONS, FAILING] }), {
      name: "AppError",
      code: "database_damaged",
    });
    assert.equal(await server.sql(database.name, META), before);
    await using _ = await openPostgresStore(database.url, NEW, { migrations: [...MIGRATIONS, ADDITIVE] });
    assert.equal(
      await server.sql(database.name, "SELECT colour FROM companion_token_server.accounts"),
      "blue",
    );
  });

  Deno.test("openPostgresStore() goes on using a newer database whose changes only add", async () => {
    await using database = await (await cluster()).database();
    const newer = await openPostgresStore(database.url, NEW, { migrations: [...MIGRATIONS, ADDITIVE] });
    await newer[Symbol.asyncDispose]();
    await using store = await openPostgresStore(database.url, PROGRAM);
    assert.equal(await store.add(anAccount(), anId()), true);
    assert.equal(await store.replace(anAccount({ login: "renamed" })), true);
    assert.deepEqual(await store.accounts(), [anAccount({ login: "renamed", revision: 2 })]);
  });

  Deno.test("openPostgresStore() refuses a newer database by the name of its writer", async () => {
    const server = await cluster();
    await using database = await server.database();
    const newer = await openPostgresStore(database.url, NEW, { migrations: [...MIGRATIONS, BREAKING] });
    await newer[Symbol.asyncDispose]();
    const before = await server.sql(database.name, META);
    await assert.rejects(openPostgresStore(database.url, PROGRAM), {
      name: "AppError",
      code: "database_newer",
      message: /written by companion-token-server 9\.0\.0, which is newer than this program$/,
    });
    assert.equal(await server.sql(database.name, META), before);
  });

  Deno.test("openPostgresStore() refuses a schema of that name that is another program's", async () => {
    const server = await cluster();
    for (
      const theirs of [
        "CREATE TABLE companion_token_server.accounts (a text)",
        "CREATE TABLE companion_token_server.meta (name text, value text)",
        "CREATE TABLE companion_token_server.meta (name int, worth text)",
      ]
    ) {
      await using database = await server.database();
      await server.sql(database.name, `CREATE SCHEMA companion_token_server; ${theirs}`);
      await assert.rejects(openPostgresStore(database.url, PROGRAM), {
        code: "settings",
        message: /belongs to another program$/,
      });
      assert.equal(await server.sql(database.name, TABLES), "1");
    }
  });

  Deno.test("openPostgresStore() needs no right to make a schema that is there, empty, and its own", async () => {
    const server = await cluster();
    await using database = await server.database();
    const url = database.url.replace("companion:", "plain:");
    await server.sql(database.name, "CREATE ROLE plain LOGIN PASSWORD 'canary-password'");
    try {
      await assert.rejects(openPostgresStore(url, PROGRAM), { code: "settings", message: /lacks rights$/ });
      await server.sql(database.name, "CREATE SCHEMA companion_token_server AUTHORIZATION plain");
      await using store = await openPostgresStore(url, PROGRAM);
      assert.equal(await store.add(anAccount(), anId()), true);
    } finally {
      await server.sql(database.name, "DROP OWNED BY plain CASCADE; DROP ROLE plain");
    }
  });
});
