/** Ciphertext that somebody has moved about in the real database: refused by row, and nobody else is hurt. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { loadApp } from "../../src/core/app_setting.ts";
import { Roster } from "../../src/core/roster.ts";
import { DATABASE_FILE, openSqliteStore } from "../../src/store/sqlite/open.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { fill, openKeys } from "../support/key_place.ts";
import { ScriptedTwitch } from "../support/scripted_twitch.ts";
import { SilentLog } from "../support/silent_log.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** What the next start finds: per account its token and its id, `-` for what does not open. */
interface Found {
  readonly tokens: readonly string[];
  readonly ids: readonly string[];
  readonly app: string;
}

/** Three accounts, changed by hand in SQL, and what the next start makes of them. */
async function after(sql: string, rotateBefore = false): Promise<Found> {
  using directory = temporaryDirectory();
  const place = { keyFile: `${directory.path}/key` };
  {
    using store = openSqliteStore(directory.path, "test 1.0.0");
    const opened = await openKeys(store, place);
    await fill(opened);
    const [row] = await opened.store.accounts();
    assert.ok(row);
    byHand(directory.path, "CREATE TABLE old AS SELECT key, sealed_grant FROM accounts");
    // The newer grant is another text, so that an old one is seen to be old.
    const grant = await opened.vault.openGrant(row.grant, row.key, 1);
    const fresh = await opened.vault.sealGrant(grant, row.key, 2);
    assert.ok(await opened.store.replace({ ...row, grant: fresh, generation: 2 }));
    if (rotateBefore) await opened.keyring.rotate(1, []);
  }
  byHand(directory.path, sql);
  using store = openSqliteStore(directory.path, "test 1.0.0");
  const { vault } = await openKeys(store, place);
  const clock = new FakeClock();
  const log = new SilentLog();
  const roster = new Roster({
    ...{ store, vault, clock, log },
    twitch: new ScriptedTwitch(clock, []),
    random: () => 0,
  });
  await roster.load();
  return {
    tokens: roster.all().map(({ access }) => access?.reveal().replace("canary ", "") ?? "-"),
    ids: roster.all().map((login) => roster.ids.of(login)[0]?.id.reveal() ?? "-"),
    app: await loadApp({ store, vault }).then(() => "opens", (error) => error.code ?? "opens"),
  };
}

function byHand(path: string, sql: string): void {
  const database = new DatabaseSync(`${path}/${DATABASE_FILE}`);
  try {
    database.exec(`PRAGMA busy_timeout = 1000; ${sql}`);
  } finally {
    database.close();
  }
}

const ALL = {
  tokens: ["access", "access", "access"],
  ids: ["id of owl-1", "id of owl-2", "id of owl-3"],
  app: "opens",
};

/** The SQL that swaps a column of two rows. */
function swap(table: string, column: string, key: string, left: string, right: string): string {
  return `CREATE TABLE kept AS SELECT ${column} AS was FROM ${table} WHERE ${key} = '${left}';
    UPDATE ${table} SET ${column} = (SELECT ${column} FROM ${table} WHERE ${key} = '${right}') WHERE ${key} = '${left}';
    UPDATE ${table} SET ${column} = (SELECT was FROM kept) WHERE ${key} = '${right}'`;
}

Deno.test("ciphertext that nobody has touched opens, also after a rotation", async () => {
  assert.deepEqual(await after("SELECT 1"), ALL);
  assert.deepEqual(await after("SELECT 1", true), ALL);
});

Deno.test("grants of two rows swapped: both are refused, the third is served", async () => {
  const found = await after(swap("accounts", "sealed_grant", "key", "key-1", "key-2"));
  assert.deepEqual(found, { ...ALL, tokens: ["-", "-", "access"] });
});

Deno.test("a grant on another generation, or of an earlier one: refused, the others are served", async () => {
  const refused = { ...ALL, tokens: ["-", "access", "access"] };
  assert.deepEqual(await after("UPDATE accounts SET generation = 3 WHERE key = 'key-1'"), refused);
  const old = `UPDATE accounts SET sealed_grant = (SELECT sealed_grant FROM old WHERE old.key = 'key-1')
    WHERE key = 'key-1'`;
  assert.deepEqual(await after(old), refused);
  const generations = swap("accounts", "generation", "key", "key-1", "key-2");
  assert.deepEqual(await after(generations), { ...ALL, tokens: ["-", "-", "access"] });
});

Deno.test("ciphertext from before a rotation put back: refused, the others are served", async () => {
  const old = `UPDATE accounts SET sealed_grant = (SELECT sealed_grant FROM old WHERE old.key = 'key-2')
    WHERE key = 'key-2'`;
  assert.deepEqual(await after(old), ALL, "within one data key the same bytes are the same grant");
  assert.deepEqual(await after(old, true), { ...ALL, tokens: ["access", "-", "access"] });
});

Deno.test("ids of two accounts swapped, or a grant in the place of an id: refused, the rest is served", async () => {
  const swapped = await after(swap("ids", "sealed", "account", "key-1", "key-2"));
  assert.deepEqual(swapped, { ...ALL, ids: ["-", "-", "id of owl-3"] });
  const columns = await after(`
    UPDATE ids SET sealed = (SELECT sealed_grant FROM accounts WHERE key = 'key-2') WHERE account = 'key-2';
    UPDATE accounts SET sealed_grant = (SELECT sealed FROM ids WHERE account = 'key-3') WHERE key = 'key-3'`);
  assert.deepEqual(columns, {
    tokens: ["access", "access", "-"],
    ids: ["id of owl-1", "-", "id of owl-3"],
    app: "opens",
  });
});

Deno.test("settings swapped: refused, every account is served", async () => {
  const found = await after(swap("settings", "value", "name", "twitch_app", "backup_keys"));
  assert.deepEqual(found, { ...ALL, app: "locked" });
});
