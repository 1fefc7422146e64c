/** The promises of .github/COMPATIBILITY.md that are about the database and the settings. */
import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { parseConfig } from "../../src/cli/config.ts";
import { inspect } from "../../src/store/sqlite/inspect.ts";
import { type Migration, MIGRATIONS } from "../../src/store/sqlite/migrations/mod.ts";
import { DATABASE_FILE, openSqliteStore } from "../../src/store/sqlite/open.ts";
import { everythingLeft, type Left, placeLeft } from "../fixtures/left.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const NOW = "companion-token-server 1.9.0";
const ADDS = [
  /^CREATE (TABLE|INDEX) \w+ /i,
  // An older program names the columns that it knows, so a new one must fill itself.
  /^ALTER TABLE \w+ ADD COLUMN \w+ [A-Z]+(?! NOT NULL$)( NOT NULL DEFAULT \S+| DEFAULT \S+)?$/i,
];

/** What in a step does more than add. */
function harm({ sql, usableFrom }: Migration): string[] {
  const statements = sql.replace(/--.*/g, "").split(";").map((one) => one.replace(/\s+/g, " ").trim());
  const offences = statements.filter((one) => one !== "" && !ADDS.some((adds) => adds.test(one)));
  return usableFrom === 1 ? offences : [`usable from ${usableFrom}`, ...offences];
}

Deno.test("no step of the schema does more than add, so that one version back can be run again", () => {
  for (const step of MIGRATIONS) assert.deepEqual(harm(step), [], `schema ${step.schema}`);
  for (
    const sql of [
      "ALTER TABLE accounts DROP COLUMN label",
      "ALTER TABLE accounts RENAME COLUMN label TO name",
      "ALTER TABLE accounts ADD COLUMN colour TEXT NOT NULL",
      "DROP TABLE journal",
      "UPDATE accounts SET label = ''",
      "CREATE UNIQUE INDEX labels ON accounts (label)",
      "CREATE TRIGGER t AFTER INSERT ON ids BEGIN SELECT 1; END",
    ]
  ) {
    assert.notDeepEqual(harm({ schema: 9, usableFrom: 1, sql }), [], sql);
  }
  assert.notDeepEqual(harm({ schema: 9, usableFrom: 2, sql: "" }), []);
});

for (const left of everythingLeft()) {
  const { schema } = left;

  Deno.test(`a database of schema ${schema} is opened, brought up to date and complete`, () => {
    using directory = temporaryDirectory();
    placeLeft(left, directory.path);
    assert.equal(schemaOf(directory.path), schema);
    using store = openSqliteStore(directory.path, NOW);
    assert.equal(schemaOf(directory.path), MIGRATIONS.length);
    assert.deepEqual(store.accounts().map(({ alias }) => alias), left.logins.map(({ alias }) => alias));
    assert.deepEqual(store.accounts().map(({ generation, relay }) => [generation, relay]), [[1, true], [
      2,
      true,
    ]]);
    assert.deepEqual(store.ids().length, left.logins.length);
    assert.ok(
      store.hasCiphertext() && store.setting("twitch_app") !== undefined && store.slots().length === 1,
    );
  });

  Deno.test(`the settings file of schema ${schema} is understood, every line`, () => {
    const config = parseConfig({
      flags: {},
      env: left.settings,
      exists: () => false,
      readFile: () => assert.fail("no file is named"),
    });
    assert.deepEqual(config.warnings, []);
    const set = Object.values(config.sources).filter((source) => source === "environment").length;
    assert.equal(set, Object.keys(left.settings).length);
  });

  Deno.test(`the program of schema ${schema} goes on with the present database`, () => {
    using directory = temporaryDirectory();
    placeLeft(left, directory.path);
    openSqliteStore(directory.path, NOW)[Symbol.dispose]();
    // Its own check at the start, then everything that it reads and writes.
    const path = `${directory.path}/${DATABASE_FILE}`;
    assert.equal(inspect(path, MIGRATIONS.slice(0, schema)), MIGRATIONS.length);
    runOld(path, left);
    using store = openSqliteStore(directory.path, NOW);
    assert.deepEqual(store.accounts().map(({ alias, label }) => [alias, label]), [
      ["ada_live", "by the old program"],
      ["kohosuto", "by the old program"],
      ["wren", ""],
    ]);
    assert.equal(store.accounts().at(-1)?.relay, true);
    assert.equal(store.accounts().at(-1)?.passwordDigest, undefined);
    assert.deepEqual(store.journal().map(({ account }) => account), ["key-of-wren"]);
    assert.equal(store.ids().length, 3);
    assert.deepEqual(store.facts("app-of-wren"), { rotates: true, oldAccess: "dies" });
    assert.deepEqual(store.setting("a setting"), Uint8Array.of(65));
  });
}

type Row = Record<string, SQLInputValue>;

/** Each statement of the old program, as it uses it. */
function runOld(path: string, { statements }: Left): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA foreign_keys = ON");
  const unused = new Set(Object.keys(statements));
  const prepare = (name: string) => {
    unused.delete(name);
    return database.prepare(statements[name] ?? assert.fail(name));
  };
  const run = (name: string, ...values: SQLInputValue[] | [Row]): void => {
    const { changes } = prepare(name).run(...values as SQLInputValue[]);
    assert.equal(changes, 1, name);
  };
  const all = (name: string, ...values: SQLInputValue[]): Row[] =>
    prepare(name).all(...values).map((row) => ({ ...row }) as Row);

  const accounts = all("accounts");
  for (const row of accounts) run("replace", { ...row, label: "by the old program" });
  const [first = {}] = accounts;
  const wren = { key: "key-of-wren", alias: "wren", twitch_id: "67890", label: "" };
  run("addAccount", { ...first, ...wren, revision: 1 });
  assert.equal(all("account", "key-of-wren").length, 1);
  const [id = {}] = all("ids");
  const added = { ...id, account: "key-of-wren" };
  run("addId", { ...added, digest: "digest-1" });
  run("addId", { ...added, digest: "digest-2" });
  if ("endId" in statements) run("endId", 7, "digest-2");
  run("removeId", "digest-2");
  const entry = { generation: 1, digest: "spent", at: 7 };
  run("enter", { account: "key-of-wren", ...entry });
  run("enter", { account: String(first["key"]), ...entry });
  run("strike", first["key"] ?? null);
  assert.equal(all("journal").length, 1);
  run("learn", "app-of-wren", 1, "dies");
  assert.equal(all("facts", "app-of-wren").length, 1);
  run("saveSetting", "a setting", Uint8Array.of(65));
  run("saveSetting", "another", Uint8Array.of(65));
  run("removeSetting", "another");
  assert.equal(all("setting", "a setting").length, 1);
  const [slot = {}] = all("slots");
  run("addSlot", { ...slot, id: "slot-2" });
  if ("removeSlot" in statements) {
    run("removeSlot", "slot-2");
    const [grant = {}] = all("sealedGrants");
    run("resealGrant", grant["sealed"] ?? null, grant["key"] ?? null, grant["sealed"] ?? null);
    const [text = {}] = all("sealedIds");
    run("resealId", text["sealed"] ?? null, text["digest"] ?? null, text["sealed"] ?? null);
    const [setting = {}] = all("sealedSettings");
    run("resealSetting", setting["sealed"] ?? null, setting["name"] ?? null, setting["sealed"] ?? null);
  }
  assert.deepEqual(all("sealed"), [{ sealed: 1 }]);
  run("addAccount", { ...first, key: "k", alias: "gone", twitch_id: "1", revision: 1 });
  run("remove", "k", 1);
  database.close();
  assert.deepEqual([...unused], [], "every statement was run");
}

function schemaOf(directory: string): unknown {
  const database = new DatabaseSync(`${directory}/${DATABASE_FILE}`, { readOnly: true });
  const [row] = database.prepare("PRAGMA user_version").all();
  database.close();
  return row?.["user_version"];
}
