import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { type Contents, MOVED_TABLES } from "../../src/store/moved_tables.ts";
import {
  type MoveSource,
  moveStore,
  type MoveTarget,
  occupied,
  type Standing,
  takeBack,
} from "../../src/store/moving.ts";
import { inspect } from "../../src/store/sqlite/inspect.ts";
import { MIGRATIONS } from "../../src/store/sqlite/migrations/mod.ts";
import { connect, DATABASE_FILE, openDatabase, openSqliteStore } from "../../src/store/sqlite/open.ts";
import { openSqliteSource } from "../../src/store/sqlite/source.ts";
import { fillHouse, houseIn, PROGRAM } from "../support/full_house.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary_directory.ts";

/** A target in memory, which a test can break. */
class FakeTarget implements MoveTarget {
  readonly shown: string = "postgres://db:5432/logins";
  kept: Contents | undefined;
  now: Standing = { kind: "empty", takenBack: undefined };
  used = false;
  /** Thrown before anything is kept. */
  refusal: Error | undefined;
  /** Thrown when nobody knows. */
  cut: { readonly before: boolean } | undefined;

  standing(): Promise<Standing> {
    return Promise.resolve(this.now);
  }

  receive(id: string, contents: Contents): Promise<Error | undefined> {
    if (this.refusal !== undefined) return Promise.resolve(this.refusal);
    if (this.cut?.before !== true) [this.kept, this.now] = [contents, { kind: "moved", id }];
    if (this.cut !== undefined) return Promise.reject(away());
    return Promise.resolve(undefined);
  }

  giveBack(id: string): Promise<boolean> {
    if (this.used) return Promise.resolve(false);
    [this.kept, this.now] = [undefined, { kind: "empty", takenBack: id }];
    return Promise.resolve(true);
  }
}

class OtherTarget extends FakeTarget {
  override readonly shown = "postgres://db:5432/others";
}

interface House extends Disposable {
  readonly path: string;
  readonly source: MoveSource & Disposable;
  /** As a process that comes later. */
  again(): MoveSource & Disposable;
}

function house(directory: TemporaryDirectory = temporaryDirectory()): House {
  fillHouse(directory.path);
  const opened: (MoveSource & Disposable)[] = [];
  const again = (): MoveSource & Disposable => {
    const source = openSqliteSource(directory.path, PROGRAM);
    opened.push(source);
    return source;
  };
  return {
    path: directory.path,
    source: again(),
    again,
    [Symbol.dispose]() {
      for (const one of opened) one[Symbol.dispose]();
      directory[Symbol.dispose]();
    },
  };
}

function away(): AppError {
  return new AppError("store_away", "Cannot move the logins: the connection broke");
}

function refused(work: () => unknown, code: string, words: RegExp): void {
  assert.throws(
    work,
    (error) => error instanceof AppError && error.code === code && words.test(error.message),
  );
}

Deno.test("moved_tables.ts names every table and column that the database has", () => {
  using directory = temporaryDirectory();
  openSqliteStore(directory.path, PROGRAM)[Symbol.dispose]();
  const database = connect(`${directory.path}/${DATABASE_FILE}`);
  const columns = database.prepare(
    `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
     WHERE t.type = 'table' AND t.name <> 'meta' AND c.name <> 'position' ORDER BY 1, 2`,
  ).all().map((row) => `${row["table"]}.${row["column"]}`);
  database.close();
  const known = MOVED_TABLES.flatMap(({ name, columns }) =>
    Object.keys(columns).map((one) => `${name}.${one}`)
  );
  assert.deepEqual(known.toSorted(), columns.toSorted());
});

Deno.test("moveStore() brings every row as it lies there and closes the source before", async () => {
  using rooms = house();
  const before = houseIn(rooms.path);
  const target = new FakeTarget();
  const steps: string[] = [];
  const outcome = await moveStore(rooms.source, target, (step) => {
    steps.push(`${step} ${rooms.source.mark() === undefined ? "open" : "closed"}`);
  });
  assert.deepEqual(steps, ["looked open", "closed closed", "received closed", "done closed"]);
  assert.deepEqual(outcome.counts, { slots: 2, settings: 3, apps: 2, accounts: 3, ids: 4, journal: 1 });
  assert.equal(outcome.already, false);
  for (const { name } of MOVED_TABLES) {
    const rows = (before[name] ?? []).map((row) => {
      const { position: _, ...rest } = row as Record<string, unknown>;
      return rest;
    });
    const byKey = (all: readonly unknown[]): unknown[] =>
      all.map((row) => JSON.stringify(Object.entries(row as object).toSorted())).toSorted();
    assert.deepEqual(byKey(target.kept?.[name] ?? []), byKey(rows), name);
  }
  assert.deepEqual(target.kept?.accounts.map((row) => row["key"]), ["key-0", "key-1", "key-2"]);
  assert.deepEqual(target.kept?.slots.map((row) => row["id"]), ["z", "a"]);
  assert.deepEqual(houseIn(rooms.path), before, "nothing is taken from the source");
});

Deno.test("a database whose logins have moved opens no more and says where they are", async () => {
  using rooms = house();
  await moveStore(rooms.source, new FakeTarget());
  const open = () => openSqliteStore(rooms.path, PROGRAM);
  refused(open, "settings", /have moved to postgres:\/\/db:5432\/logins$/);
  // A program that does not know the mark looks at the schema's number, and whether it is usable all the same.
  const database = connect(`${rooms.path}/${DATABASE_FILE}`);
  const meta = new Map(
    database.prepare("SELECT name, value FROM meta").all().map((row) => [row["name"], row["value"]]),
  );
  assert.ok(Number(database.prepare("PRAGMA user_version").get()?.["user_version"]) > MIGRATIONS.length);
  assert.ok(Number(meta.get("usable_from")) > MIGRATIONS.length);
  assert.match(String(meta.get("written_by")), /^companion-token-server 1\.2\.3 \(its logins have moved to /);
  database.close();
});

Deno.test("a database whose move was cut off opens no more and says how to go on", () => {
  using rooms = house();
  rooms.source.close("id", "postgres://db:5432/logins");
  const open = () => openSqliteStore(rooms.path, PROGRAM);
  assert.throws(
    open,
    (error) =>
      error instanceof AppError && error.code === "settings" && /are being moved/.test(error.message) &&
      /store migrate/.test(error.hint ?? "") && /store reopen/.test(error.hint ?? ""),
  );
});

Deno.test("a later program's migration leaves a closed database closed", async () => {
  using rooms = house();
  const path = `${rooms.path}/${DATABASE_FILE}`;
  const target = new FakeTarget();
  await moveStore(rooms.source, target);
  const schema = MIGRATIONS.length + 1;
  const later = [...MIGRATIONS, { schema, usableFrom: 1, sql: "CREATE TABLE later (a TEXT) STRICT" }];
  openDatabase(path, "companion-token-server 2.0.0", { migrations: later, evenMoved: true }).close();
  assert.equal(inspect(path, later, true), schema);
  refused(() => openSqliteStore(rooms.path, PROGRAM, later), "settings", /have moved/);
  const database = connect(path);
  const usable = database.prepare("SELECT value FROM meta WHERE name = 'usable_from'").get()?.["value"];
  database.close();
  assert.ok(Number(usable) > schema, "for programs that do not know the mark");
  const source = rooms.again();
  await takeBack(source, source.mark() ?? assert.fail("it is closed"), target);
  assert.equal(inspect(path, MIGRATIONS), schema, "it only added, so the earlier program goes on");
});

Deno.test("moveStore() finishes what was cut off before and after the target's commit", async () => {
  for (const before of [true, false]) {
    using rooms = house();
    const target = new FakeTarget();
    target.cut = { before };
    await assert.rejects(moveStore(rooms.source, target), {
      code: "store_away",
      hint: /is not known.*run this again/,
    });
    assert.equal(rooms.again().mark()?.done, false, "it stays closed");
    target.cut = undefined;
    const { already, counts } = await moveStore(rooms.again(), target);
    assert.deepEqual([already, counts?.accounts], [false, before ? 3 : undefined]);
    assert.equal(rooms.again().mark()?.done, true);
    assert.equal(target.kept?.accounts.length, 3);
    assert.equal((await moveStore(rooms.again(), target)).already, true);
  }
});

Deno.test("moveStore() opens the source again where it is certain that nothing was kept", async () => {
  using rooms = house();
  const target = new FakeTarget();
  target.refusal = away();
  await assert.rejects(moveStore(rooms.source, target), { code: "store_away", hint: /^Nothing was moved/ });
  using store = openSqliteStore(rooms.path, PROGRAM);
  assert.equal(store.accounts().length, 3);
});

Deno.test("moveStore() keeps the source closed where an earlier run may have arrived yet", async () => {
  using rooms = house();
  const target = new FakeTarget();
  target.cut = { before: true };
  await assert.rejects(moveStore(rooms.source, target), { code: "store_away" });
  target.cut = undefined;
  target.refusal = new AppError("store_away", "Cannot move the logins: a table is locked");
  await assert.rejects(moveStore(rooms.again(), target), { message: /locked$/, hint: /not known/ });
  assert.notEqual(rooms.again().mark(), undefined);
  target.refusal = undefined;
  await moveStore(rooms.again(), target);
  assert.equal(target.kept?.accounts.length, 3);
});

Deno.test("moveStore() touches neither side where the target holds something else", async () => {
  for (const now of [{ kind: "other" }, { kind: "moved", id: "another" }] satisfies Standing[]) {
    using rooms = house();
    const target = new FakeTarget();
    target.now = now;
    await assert.rejects(moveStore(rooms.source, target), { message: occupied(target.shown).message });
    assert.deepEqual([rooms.source.mark(), target.kept], [undefined, undefined]);
  }
});

Deno.test("moveStore() moves nothing to a second store", async () => {
  using rooms = house();
  const target = new FakeTarget();
  target.cut = { before: true };
  await assert.rejects(moveStore(rooms.source, target), { code: "store_away" });
  await assert.rejects(
    moveStore(rooms.source, new OtherTarget()),
    /are being moved to postgres:\/\/db:5432\/logins already/,
  );
  target.cut = undefined;
  await moveStore(rooms.source, target);
  await assert.rejects(
    moveStore(rooms.source, new OtherTarget()),
    /have moved to postgres:\/\/db:5432\/logins already/,
  );
  // Emptied by hand: what lies here may be spent.
  target.now = { kind: "empty", takenBack: undefined };
  await assert.rejects(moveStore(rooms.source, target), { code: "exists" });
});

Deno.test("takeBack() opens the source as it was, and a move can be made again", async () => {
  using rooms = house();
  const version = () => {
    const database = connect(`${rooms.path}/${DATABASE_FILE}`);
    const meta = database.prepare("SELECT name, value FROM meta ORDER BY name").all().map((row) => ({
      ...row,
    }));
    const found = [database.prepare("PRAGMA user_version").get()?.["user_version"], meta];
    database.close();
    return found;
  };
  const before = version();
  const target = new FakeTarget();
  for (const _ of [1, 2]) {
    await moveStore(rooms.source, target);
    const mark = rooms.source.mark();
    assert.ok(mark !== undefined);
    await takeBack(rooms.source, mark, target);
    assert.deepEqual(version(), before);
    assert.equal(target.kept, undefined);
    openSqliteStore(rooms.path, PROGRAM)[Symbol.dispose]();
  }
});

Deno.test("takeBack() goes on where it was cut off between target and source", async () => {
  using rooms = house();
  const target = new FakeTarget();
  await moveStore(rooms.source, target);
  const mark = rooms.source.mark();
  assert.ok(mark !== undefined);
  await target.giveBack(mark.id);
  await takeBack(rooms.again(), mark, target);
  assert.equal(rooms.again().mark(), undefined);
});

Deno.test("takeBack() refuses where a login was used, or the target is not the one", async () => {
  using rooms = house();
  const target = new FakeTarget();
  await moveStore(rooms.source, target);
  const mark = rooms.source.mark();
  assert.ok(mark !== undefined);
  target.used = true;
  await assert.rejects(
    takeBack(rooms.source, mark, target),
    /were used in postgres:\/\/db:5432\/logins since/,
  );
  for (const now of [{ kind: "other" }, { kind: "empty", takenBack: undefined }] satisfies Standing[]) {
    const other = new FakeTarget();
    other.now = now;
    await assert.rejects(takeBack(rooms.source, mark, other), /does not hold what was moved/);
  }
  assert.equal(rooms.again().mark()?.done, true);
  await takeBack(rooms.source, mark, undefined);
  assert.equal(rooms.again().mark(), undefined);
});
