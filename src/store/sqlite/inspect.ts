import { DatabaseSync } from "node:sqlite";
import { AppError } from "../../core/error.ts";
import { storeFailure, told } from "./errors.ts";
import { sizeOf } from "./files.ts";
import { hasMoved, isMoved, markIn, metaName, schemaIn } from "./moved.ts";
import type { Migration } from "./migrations/mod.ts";

/** "CTok": tells our files from other programs' SQLite files. */
export const APPLICATION_ID = 0x43546f6b;

/**
 * Looks at a database before anything may write to it, and returns its schema number: 0 if it holds nothing yet.
 * Throws `AppError` for one that is torn, another program's, too new for `migrations`, or (unless `evenMoved`) one whose
 * logins have moved; its bytes stay as they were.
 */
export function inspect(path: string, migrations: readonly Migration[], evenMoved = false): number {
  if (sizeOf(path) === 0) return 0;
  // Only a connection that may write can roll a first start back that was cut off. A clean file has no journal.
  const readOnly = sizeOf(`${path}-journal`) === 0;
  const doing = `open the database ${path}`;
  return told(doing, "opening", () => {
    const database = new DatabaseSync(path, { readOnly });
    try {
      database.exec("PRAGMA busy_timeout = 1000");
      // By exec(), because Deno 2.4 keeps SQLite's words to itself when prepare() fails.
      database.exec("SELECT count(*) FROM sqlite_schema");
      checkPages(database, doing);
      checkOwner(database, doing);
      const version = pragma(database, "user_version");
      const mark = isMoved(version) ? markIn(database) : undefined;
      if (mark !== undefined && !evenMoved) throw hasMoved(path, mark);
      const schema = mark === undefined ? version : schemaIn(version);
      if (schema > (migrations.at(-1)?.schema ?? 0)) checkUsable(database, doing, migrations);
      return schema;
    } finally {
      database.close();
    }
  });
}

/** The value of a pragma that is a number. */
export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

function checkPages(database: DatabaseSync, doing: string): void {
  const found = database.prepare("PRAGMA quick_check(1)").all().map((row) => row["quick_check"]);
  if (found.length !== 1 || found[0] !== "ok") {
    throw storeFailure("database_damaged", `Cannot ${doing}: it is damaged`, new Error(found.join("\n")));
  }
}

function checkOwner(database: DatabaseSync, doing: string): void {
  if (pragma(database, "application_id") === APPLICATION_ID) return;
  const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"];
  if (tables === 0) return;
  throw new AppError("database_damaged", `Cannot ${doing}: it belongs to another program`, {
    hint: "Choose another data directory with TOKEN_SERVER_DATA_DIR, or move that file away",
  });
}

/** A newer schema says in `meta` from which schema on a program can use it. */
function checkUsable(database: DatabaseSync, doing: string, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.schema ?? 0;
  const rows = database.prepare("SELECT name, value FROM meta").all();
  const meta = new Map(rows.map((row) => [row["name"], row["value"]]));
  const version = pragma(database, "user_version");
  if (Number(meta.get(metaName("usable_from", version)) ?? Infinity) <= known) return;
  const writer = meta.get(metaName("written_by", version)) ?? "a newer version of this program";
  throw new AppError(
    "database_newer",
    `Cannot ${doing}: it was written by ${writer}, which is newer than this program`,
    {
      hint:
        "Install that version or a newer one, or put the copy back that was made before the update (before-schema-…)",
    },
  );
}
