/**
 * The mark of a database whose logins have moved. It stands in `meta`, and a million is added to the number of the schema,
 * with `usable_from` beyond every program: so a version that does not know the mark takes the database for one that a newer
 * program wrote, and refuses it by the name in `written_by`, which says what happened.
 */
import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../../core/error.ts";
import type { MovedMark } from "../moving.ts";
import { commit } from "./transaction.ts";

/** What is added to `user_version`. */
const BEYOND = 1_000_000;
/** Where what the mark covers is kept meanwhile. */
const KEPT = { written_by: "written_by_before_move", usable_from: "usable_from_before_move" } as const;
const MARK = ["moved_id", "moved_to", "moved_done", ...Object.values(KEPT)];

/** The schema that `user_version` means. */
export function schemaIn(userVersion: number): number {
  return userVersion % BEYOND;
}

/** Whether `user_version` is that of a database whose logins have moved. */
export function isMoved(userVersion: number): boolean {
  return userVersion >= BEYOND;
}

/** What `user_version` is to be for a schema; it stays moved if it was. */
export function versionFor(schema: number, before: number): number {
  return schema + (isMoved(before) ? BEYOND : 0);
}

/** The name in `meta` under which a migration notes something. */
export function metaName(name: keyof typeof KEPT, userVersion: number): string {
  return isMoved(userVersion) ? KEPT[name] : name;
}

/** Undefined where the logins are here. */
export function markIn(database: DatabaseSync): MovedMark | undefined {
  const meta = metaOf(database);
  const [id, to] = [meta.get("moved_id"), meta.get("moved_to")];
  if (id === undefined || to === undefined) return undefined;
  return { id, to, done: meta.get("moved_done") === "1" };
}

/** The error for whoever opens a database whose logins have moved. */
export function hasMoved(path: string, { to, done }: MovedMark): AppError {
  const said = `Cannot open the database ${path}: its logins ${
    done ? "have moved" : "are being moved"
  } to ${to}`;
  return new AppError("settings", said, {
    hint: done
      ? "Name that store in TOKEN_SERVER_STORE or TOKEN_SERVER_STORE_FILE. As long as no server has used it, " +
        "companion-token-server store reopen takes the logins back"
      : "Run companion-token-server store migrate again to finish, or companion-token-server store reopen to stay here",
  });
}

/** In one commit. */
export function putMark(database: DatabaseSync, { id, to }: MovedMark, program: string): void {
  commit(database, () => {
    const meta = metaOf(database);
    const schema = versionIn(database);
    note(database, KEPT.written_by, meta.get("written_by") ?? program);
    note(database, KEPT.usable_from, meta.get("usable_from") ?? "1");
    note(database, "written_by", `${program} (its logins have moved to ${to})`);
    note(database, "usable_from", String(BEYOND));
    note(database, "moved_id", id);
    note(database, "moved_to", to);
    note(database, "moved_done", "0");
    database.exec(`PRAGMA user_version = ${schema + BEYOND}`);
    return true;
  });
}

/** The new store is known to hold everything. */
export function settleMark(database: DatabaseSync): void {
  note(database, "moved_done", "1");
}

/** In one commit. */
export function removeMark(database: DatabaseSync): void {
  commit(database, () => {
    const meta = metaOf(database);
    note(database, "written_by", meta.get(KEPT.written_by) ?? "");
    note(database, "usable_from", meta.get(KEPT.usable_from) ?? "1");
    for (const name of MARK) database.prepare("DELETE FROM meta WHERE name = ?").run(name);
    database.exec(`PRAGMA user_version = ${schemaIn(versionIn(database))}`);
    return true;
  });
}

function versionIn(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function metaOf(database: DatabaseSync): ReadonlyMap<string, string> {
  const rows = database.prepare("SELECT name, value FROM meta").all();
  return new Map(rows.map((row) => [String(row["name"]), String(row["value"])]));
}

function note(database: DatabaseSync, name: string, value: string): void {
  database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").run(name, value);
}
