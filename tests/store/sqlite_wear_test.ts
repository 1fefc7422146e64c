/** What a write costs the card. */
import assert from "node:assert/strict";
import { folderOf } from "../../src/store/sqlite/files.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** A page in the log of the database, with its head. */
const PAGE = 4096 + 24;

Deno.test("a refresh writes two pages at its begin and two at its end: the row and the journal", () => {
  using directory = temporaryDirectory();
  using store = openSqliteStore(directory.path, "companion-token-server 1.2.3");
  store.add(anAccount(), anId());
  const log = `${directory.path}/companion-token-server.sqlite-wal`;
  const pagesOf = (write: () => boolean): number => {
    const before = Deno.statSync(log).size;
    assert.equal(write(), true);
    return (Deno.statSync(log).size - before) / PAGE;
  };
  const at = (revision: number) => ({ ...anAccount(), revision });
  assert.equal(pagesOf(() => store.beginRefresh(at(1), anEntry())), 2);
  assert.equal(pagesOf(() => store.endRefresh({ ...at(2), generation: 2 })), 2);
  assert.equal(pagesOf(() => store.replace({ ...at(3), login: "renamed" })), 1);
  // The index that an alias stands on is written as well.
  assert.ok(pagesOf(() => store.replace({ ...at(4), alias: "another" })) > 1);
});

const FOLDERS = { "/a/b.sqlite": "/a", "/b.sqlite": "/", "b.sqlite": ".", "data/b.sqlite": "data" };

for (const [path, folder] of Object.entries(FOLDERS)) {
  Deno.test(`folderOf(${path}) is ${folder}`, () => assert.equal(folderOf(path), folder));
}
