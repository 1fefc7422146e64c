import assert from "node:assert/strict";
import { MOVED_TABLES } from "../../src/store/moved_tables.ts";
import { verify } from "../../src/store/moving.ts";
import { openSqliteSource } from "../../src/store/sqlite/source.ts";
import { everythingLeft, placeLeft } from "../fixtures/left.ts";
import { fillHouse, PROGRAM } from "../support/full_house.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

Deno.test("verify() notices one changed cell, one lost row and another order", async () => {
  using directory = temporaryDirectory();
  fillHouse(directory.path);
  using source = openSqliteSource(directory.path, PROGRAM);
  const given = source.contents();
  for (const table of MOVED_TABLES) {
    await verify(table, given, structuredClone(given));
    const rows = given[table.name];
    const wrong = Object.keys(table.columns).map((
      column,
    ) => [{ ...rows[0], [column]: "planted" }, ...rows.slice(1)]);
    const others = [...wrong, rows.slice(1), ...rows.length > 1 ? [rows.toReversed()] : []];
    for (const other of others) {
      await assert.rejects(verify(table, given, { ...given, [table.name]: other }), {
        code: "database_damaged",
      });
    }
  }
});

for (const left of everythingLeft()) {
  Deno.test(`a database of schema ${left.schema} is brought up to date before it is moved`, () => {
    using directory = temporaryDirectory();
    placeLeft(left, directory.path);
    using source = openSqliteSource(directory.path, PROGRAM);
    const { accounts, ids, slots } = source.contents();
    assert.deepEqual(accounts.map((row) => row["alias"]), left.logins.map(({ alias }) => alias));
    assert.deepEqual(accounts.map((row) => [row["relay"], row["password_digest"]]), [[1, null], [1, null]]);
    assert.deepEqual([ids.length, slots.length], [2, 1]);
  });
}
