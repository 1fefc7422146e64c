import { DatabaseSync } from "node:sqlite";
import { storeFailure, told } from "./errors.ts";
import { createPrivately, folderOf, reasonOf, removeIfThere, sizeOf, syncFile } from "./files.ts";
import { APPLICATION_ID, pragma } from "./inspect.ts";
import type { Migration } from "./migrations/mod.ts";
import { metaName, schemaIn, versionFor } from "./moved.ts";
import { commit } from "./transaction.ts";

/**
 * Keeps the database as it is in `<its directory>/before-schema-<next>.sqlite`. No copy is ever overwritten: one that
 * is there with the same bytes will do (a start that is tried again and again makes no second one), for other bytes
 * the new copy is numbered. The caller holds the data directory's lock, and no connection is open.
 */
export function copyBefore(path: string, next: number): void {
  told(`copy the database ${path} before it is changed`, "running", () => {
    emptyTheLog(path);
    const stem = `${folderOf(path)}/before-schema-${next}`;
    for (let number = 1;; number++) {
      const copy = `${stem}${number === 1 ? "" : `-${number}`}.sqlite`;
      if (sizeOf(copy) === 0) return place(path, copy);
      if (sameBytes(path, copy)) return;
    }
  });
}

/** Brings the database to the last schema of `migrations`; each step is one transaction. */
export function migrate(database: DatabaseSync, migrations: readonly Migration[], program: string): void {
  const schema = schemaIn(pragma(database, "user_version"));
  for (const step of migrations.filter((step) => step.schema > schema)) {
    told(`bring the database to schema ${step.schema}`, "opening", () => run(database, step, program));
  }
}

function run(database: DatabaseSync, step: Migration, program: string): void {
  commit(database, () => {
    const before = pragma(database, "user_version");
    const version = versionFor(step.schema, before);
    database.exec(step.sql);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`);
    const note = database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
    note.run(metaName("written_by", before), program);
    note.run(metaName("usable_from", before), String(step.usableFrom));
    return true;
  });
}

/** Brings the write-ahead log into the file and closes it, so that the file alone is the database. */
function emptyTheLog(path: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
  if (sizeOf(`${path}-wal`) > 0) {
    throw storeFailure("busy", `Cannot copy the database ${path}: another program has it open`);
  }
}

/** Under its name the copy is whole or not there. */
function place(path: string, copy: string): void {
  const unfinished = `${copy}.new`;
  try {
    createPrivately(unfinished);
    Deno.copyFileSync(path, unfinished);
    syncFile(unfinished);
    Deno.renameSync(unfinished, copy);
    syncFile(copy);
  } catch (error) {
    removeIfThere(unfinished);
    throw storeFailure("disk", `Cannot copy the database to ${copy}: ${reasonOf(error)}`, error);
  }
}

function sameBytes(path: string, copy: string): boolean {
  if (sizeOf(path) !== sizeOf(copy)) return false;
  const bytes = Deno.readFileSync(copy);
  return Deno.readFileSync(path).every((byte, at) => byte === bytes[at]);
}
