import assert from "node:assert/strict";
import { AppError, type ErrorCode } from "../../src/core/error.ts";
import { storeError } from "../../src/store/sqlite/errors.ts";

const WORDS: readonly (readonly [string, ErrorCode, ErrorCode])[] = [
  ["database is locked", "busy", "busy"],
  ["database or disk is full", "disk", "disk"],
  ["disk I/O error", "disk", "disk"],
  ["attempt to write a readonly database", "data_dir", "disk"],
  ["unable to open database file: /data/x.sqlite", "data_dir", "disk"],
  ["file is not a database", "database_damaged", "database_damaged"],
  ["database disk image is malformed", "database_damaged", "database_damaged"],
  ["no such table: accounts", "database_damaged", "database_damaged"],
  ["failed to prepare statement", "database_damaged", "database_damaged"],
  ["UNIQUE constraint failed: accounts.alias", "exists", "exists"],
];

Deno.test("storeError() tells SQLite's words apart, while opening and while running", () => {
  for (const [words, opening, running] of WORDS) {
    for (const [moment, code] of [["opening", opening], ["running", running]] as const) {
      const error = storeError(new Error(words), "save the login", moment);
      assert.ok(error instanceof AppError, words);
      assert.equal(error.code, code, `${words} (${moment})`);
      assert.match(error.message, /^Cannot save the login: .*[^.]$/);
      assert.ok(error.hint);
      assert.ok(error.cause instanceof Error);
    }
  }
});

Deno.test("storeError() hands on what cannot be expected", () => {
  const bug = new Error("datatype mismatch");
  const known = new AppError("busy", "Cannot x: y");
  assert.equal(storeError(bug, "save", "running"), bug);
  assert.equal(storeError(known, "save", "running"), known);
  assert.equal(storeError("text", "save", "running"), "text");
});
