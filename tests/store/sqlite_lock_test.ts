import assert from "node:assert/strict";
import { takeLock } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { modeOf, namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

Deno.test("takeLock() is given to one at a time, and to the next when it is let go", () => {
  using directory = temporaryDirectory();
  const first = takeLock(directory.path);
  assert.ok(first);
  assert.equal(takeLock(directory.path), undefined);
  assert.equal(takeLock(directory.path), undefined);
  first[Symbol.dispose]();
  const second = takeLock(directory.path);
  assert.ok(second);
  first[Symbol.dispose]();
  assert.equal(takeLock(directory.path), undefined);
  second[Symbol.dispose]();
});

Deno.test("takeLock() makes a private directory with an empty, private file that stays", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/data`;
  const lock = takeLock(path);
  assert.ok(lock);
  assert.equal(modeOf(path), 0o700);
  assert.equal(modeOf(`${path}/lock`), 0o600);
  lock[Symbol.dispose]();
  assert.deepEqual(namesIn(path), ["lock"]);
  assert.equal(Deno.statSync(`${path}/lock`).size, 0);
});

Deno.test("takeLock() leaves the database to its holder", () => {
  using directory = temporaryDirectory();
  using lock = takeLock(directory.path);
  assert.ok(lock);
  using store = openSqliteStore(directory.path, "companion-token-server 1.2.3");
  store.saveSetting("a", Uint8Array.of(1));
  assert.equal(takeLock(directory.path), undefined);
});

Deno.test("takeLock() is separate for each data directory", () => {
  using one = temporaryDirectory();
  using other = temporaryDirectory();
  using first = takeLock(one.path);
  using second = takeLock(other.path);
  assert.ok(first && second);
});

Deno.test("takeLock() says where there can be no lock", () => {
  using directory = temporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  assert.throws(() => takeLock(`${directory.path}/file`), { name: "AppError", code: "data_dir" });
});
