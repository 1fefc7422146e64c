import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../../src/core/error.ts";
import { MIGRATIONS } from "../../src/store/sqlite/migrations/mod.ts";
import { connect, openSqliteStore } from "../../src/store/sqlite/open.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { modeOf, namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

const PROGRAM = "companion-token-server 1.2.3";
const NAME = "companion-token-server.sqlite";

/** Opens the store in `directory`, adds the sample account and closes it. */
function fill(directory: string): void {
  using store = openSqliteStore(directory, PROGRAM);
  assert.equal(store.add(anAccount(), anId()), true);
}

function refusal(open: () => Disposable): AppError {
  try {
    open()[Symbol.dispose]();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.match(error.message, /^Cannot [^.]*/);
    assert.ok(error.hint, "there is a hint");
    return error;
  }
  assert.fail("it was opened");
}

/** Root writes wherever it likes: tests of refused writes would prove nothing. */
function rightsDoNotHold(): boolean {
  using directory = temporaryDirectory();
  Deno.chmodSync(directory.path, 0o500);
  try {
    Deno.writeTextFileSync(`${directory.path}/probe`, "");
    return true;
  } catch {
    return false;
  } finally {
    Deno.chmodSync(directory.path, 0o700);
  }
}

Deno.test("openSqliteStore() makes a private directory with private files", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/deep/data`;
  using store = openSqliteStore(path, PROGRAM);
  store.add(anAccount(), anId());
  assert.equal(modeOf(path), 0o700);
  assert.deepEqual(namesIn(path), ["ballast", NAME, `${NAME}-shm`, `${NAME}-wal`]);
  for (const name of namesIn(path)) assert.equal(modeOf(`${path}/${name}`), 0o600, name);
});

Deno.test("openSqliteStore() closes a directory and files of ours to others", () => {
  using directory = temporaryDirectory();
  const held = openSqliteStore(directory.path, PROGRAM);
  held.add(anAccount(), anId());
  for (const name of namesIn(directory.path)) Deno.chmodSync(`${directory.path}/${name}`, 0o644);
  Deno.chmodSync(directory.path, 0o777);
  using store = openSqliteStore(directory.path, PROGRAM);
  assert.equal(store.accounts().length, 1);
  assert.equal(modeOf(directory.path), 0o700);
  for (const name of namesIn(directory.path)) assert.equal(modeOf(`${directory.path}/${name}`), 0o600, name);
  held[Symbol.dispose]();
});

Deno.test("openSqliteStore() opens a database that was copied back without the right to write", () => {
  using directory = temporaryDirectory();
  fill(directory.path);
  Deno.chmodSync(`${directory.path}/${NAME}`, 0o444);
  using store = openSqliteStore(directory.path, PROGRAM);
  assert.equal(store.replace(anAccount()), true);
  assert.equal(modeOf(`${directory.path}/${NAME}`), 0o600);
});

Deno.test("openSqliteStore() leaves a directory with other people's files as it is", () => {
  using directory = temporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/holiday.jpg`, "");
  Deno.chmodSync(directory.path, 0o755);
  fill(directory.path);
  assert.equal(modeOf(directory.path), 0o755);
  assert.equal(modeOf(`${directory.path}/${NAME}`), 0o600);
  Deno.chmodSync(directory.path, 0o777);
  const error = refusal(() => openSqliteStore(directory.path, PROGRAM));
  assert.equal(error.code, "data_dir");
  assert.match(error.message, /other users can write to it$/);
  assert.equal(modeOf(directory.path), 0o777);
});

Deno.test("openSqliteStore() refuses a directory that is everybody's, like /tmp, and leaves it open", () => {
  using directory = temporaryDirectory();
  Deno.chmodSync(directory.path, 0o1777);
  assert.equal(refusal(() => openSqliteStore(directory.path, PROGRAM)).code, "data_dir");
  assert.equal(modeOf(directory.path), 0o777);
  assert.deepEqual(namesIn(directory.path), []);
});

Deno.test("openSqliteStore() refuses a data directory that is a file", () => {
  using directory = temporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  assert.equal(refusal(() => openSqliteStore(`${directory.path}/file`, PROGRAM)).code, "data_dir");
  assert.equal(refusal(() => openSqliteStore(`${directory.path}/file/data`, PROGRAM)).code, "data_dir");
});

Deno.test({
  name: "openSqliteStore() refuses a directory that cannot be written",
  ignore: rightsDoNotHold(), // as root; tests/system/disk_test.ts does it with a read-only file system
  fn() {
    using directory = temporaryDirectory();
    fill(directory.path);
    Deno.chmodSync(directory.path, 0o500);
    assert.equal(refusal(() => openSqliteStore(directory.path, PROGRAM)).code, "data_dir");
    Deno.chmodSync(directory.path, 0o700);
    openSqliteStore(directory.path, PROGRAM)[Symbol.dispose]();
  },
});

Deno.test("openSqliteStore() refuses a database with a damaged header and leaves it untouched", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/${NAME}`;
  fill(directory.path);
  const bytes = Deno.readFileSync(path);
  bytes.fill(0x41, 0, 100);
  Deno.writeFileSync(path, bytes);
  const error = refusal(() => openSqliteStore(directory.path, PROGRAM));
  assert.equal(error.code, "database_damaged");
  assert.match(error.message, /the file is not a database$/);
  assert.match(error.hint ?? "", /left untouched.*restore a backup/);
  assert.deepEqual(Deno.readFileSync(path), bytes);
  assert.deepEqual(namesIn(directory.path), ["ballast", NAME]);
});

Deno.test("openSqliteStore() refuses a database with any torn page and leaves it untouched", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/${NAME}`;
  fill(directory.path);
  const whole = Deno.readFileSync(path);
  const pages = whole.length / 4096;
  assert.ok(pages > 10);
  let refused = 0;
  for (let page = 0; page < pages; page++) {
    const torn = whole.slice();
    torn.fill(0x5a, page * 4096 + (page === 0 ? 100 : 0), page * 4096 + 2048);
    Deno.writeFileSync(path, torn);
    assert.equal(
      refusal(() => openSqliteStore(directory.path, PROGRAM)).code,
      "database_damaged",
      `page ${page}`,
    );
    assert.deepEqual(Deno.readFileSync(path), torn);
    refused++;
  }
  assert.equal(refused, pages);
  Deno.writeFileSync(path, whole);
  using store = openSqliteStore(directory.path, PROGRAM);
  assert.deepEqual(store.accounts(), [anAccount()]);
});

Deno.test("openSqliteStore() refuses a database cut short", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/${NAME}`;
  fill(directory.path);
  Deno.truncateSync(path, 3 * 4096);
  assert.equal(refusal(() => openSqliteStore(directory.path, PROGRAM)).code, "database_damaged");
  assert.equal(Deno.statSync(path).size, 3 * 4096);
});

Deno.test("openSqliteStore() refuses another program's database and leaves it untouched", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/${NAME}`;
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE songs (title TEXT); PRAGMA user_version = 1");
  other.close();
  const bytes = Deno.readFileSync(path);
  const error = refusal(() => openSqliteStore(directory.path, PROGRAM));
  assert.equal(error.code, "database_damaged");
  assert.match(error.message, /belongs to another program$/);
  assert.deepEqual(Deno.readFileSync(path), bytes);
});

Deno.test("openSqliteStore() refuses a database that lost a table", () => {
  using directory = temporaryDirectory();
  fill(directory.path);
  const database = new DatabaseSync(`${directory.path}/${NAME}`);
  database.exec("DROP TABLE journal");
  database.close();
  assert.equal(refusal(() => openSqliteStore(directory.path, PROGRAM)).code, "database_damaged");
});

Deno.test("openSqliteStore() goes on where the first start was cut off before anything was written", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/${NAME}`;
  Deno.writeFileSync(path, new Uint8Array());
  fill(directory.path);
  Deno.removeSync(path);
  const begun = new DatabaseSync(path);
  begun.exec("PRAGMA journal_mode = WAL");
  begun.close();
  assert.ok(Deno.statSync(path).size > 0);
  fill(directory.path);
});

Deno.test("openSqliteStore() reads what a killed process left in the write-ahead log", () => {
  using directory = temporaryDirectory();
  using copy = temporaryDirectory();
  using store = openSqliteStore(directory.path, PROGRAM);
  store.add(anAccount(), anId());
  Deno.copyFileSync(`${directory.path}/${NAME}`, `${copy.path}/${NAME}`);
  Deno.copyFileSync(`${directory.path}/${NAME}-wal`, `${copy.path}/${NAME}-wal`);
  using found = openSqliteStore(copy.path, PROGRAM);
  assert.deepEqual(found.accounts(), [anAccount()]);
});

Deno.test("openSqliteStore() undoes a first start that was killed while it wrote", () => {
  using directory = temporaryDirectory();
  using copy = temporaryDirectory();
  const begun = new DatabaseSync(`${directory.path}/${NAME}`);
  // One page of cache, so that the database is written before the transaction ends and has a journal to undo it.
  begun.exec("PRAGMA cache_size = 1; BEGIN; CREATE TABLE half (a)");
  const insert = begun.prepare("INSERT INTO half VALUES (?)");
  for (let row = 0; row < 100; row++) insert.run("x".repeat(3000));
  for (const name of [NAME, `${NAME}-journal`]) {
    Deno.copyFileSync(`${directory.path}/${name}`, `${copy.path}/${name}`);
  }
  begun.close();
  assert.ok(Deno.statSync(`${copy.path}/${NAME}`).size > 100_000);
  fill(copy.path);
  using store = openSqliteStore(copy.path, PROGRAM);
  assert.deepEqual(store.accounts(), [anAccount()]);
});

Deno.test("openSqliteStore() makes strict tables in a database that says whose it is", () => {
  using directory = temporaryDirectory();
  fill(directory.path);
  const database = new DatabaseSync(`${directory.path}/${NAME}`);
  const told = ["journal_mode", "application_id", "user_version"].map((name) => pragmaOf(database, name));
  const loose = database.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0")
    .all();
  database.close();
  assert.deepEqual(told, ["wal", 0x43546f6b, MIGRATIONS.length]);
  assert.deepEqual(loose.map((row) => row["name"]), ["sqlite_schema"]);
});

Deno.test("connect() sets what a durable and private database needs", () => {
  using directory = temporaryDirectory();
  const database = connect(`${directory.path}/${NAME}`);
  const wanted = {
    journal_mode: "wal",
    synchronous: 2,
    foreign_keys: 1,
    secure_delete: 1,
    trusted_schema: 0,
    temp_store: 2,
    busy_timeout: 1000,
  };
  const found = Object.keys(wanted).map((name) => [name, pragmaOf(database, name)]);
  database.close();
  assert.deepEqual(Object.fromEntries(found), wanted);
});

Deno.test("a write is busy while another program holds the database, and reads go on", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/${NAME}`;
  fill(directory.path);
  const connection = connect(path);
  connection.exec("PRAGMA busy_timeout = 0");
  using store = new SqliteStore(connection);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  assert.throws(() => store.replace(anAccount()), { name: "AppError", code: "busy" });
  assert.throws(() => store.beginRefresh(anAccount(), anEntry()), { name: "AppError", code: "busy" });
  assert.deepEqual(store.accounts(), [anAccount()]);
  other.close();
  assert.equal(store.beginRefresh(anAccount(), anEntry()), true);
});

function pragmaOf(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
