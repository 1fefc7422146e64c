import { DatabaseSync } from "node:sqlite";
import { Ballast } from "./ballast.ts";
import { told } from "./errors.ts";
import { createPrivately, folderOf, keepPrivate, privateDirectory, sizeOf } from "./files.ts";
import { inspect } from "./inspect.ts";
import { copyBefore, migrate } from "./migrate.ts";
import { type Migration, MIGRATIONS } from "./migrations/mod.ts";
import { SqliteStore } from "./store.ts";

/** The database's file in the data directory. */
export const DATABASE_FILE = "companion-token-server.sqlite";

/** Where the database lies: in a data directory under its own name, or at a path (`:memory:` for none). */
export type SqlitePlace = string | { readonly path: string };

/**
 * Opens the database, making or migrating it. `program` is name and version, kept for the message that an older program
 * gives. The caller holds the data directory's lock. Throws `AppError`: `data_dir`, `disk`, `busy`, `database_damaged`,
 * `database_newer`, `settings` for one whose logins have moved; a database that is refused is as it was.
 */
export function openSqliteStore(
  place: SqlitePlace,
  program: string,
  migrations: readonly Migration[] = MIGRATIONS,
): SqliteStore {
  const path = typeof place === "string" ? `${place}/${DATABASE_FILE}` : place.path;
  const database = openDatabase(path, program, { migrations });
  try {
    const ballast = typeof place === "string" ? new Ballast(place) : undefined;
    return told(`open the database ${path}`, "opening", () => new SqliteStore(database, ballast));
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The database itself, with the schema of this program; one whose logins have moved only if `evenMoved`. */
export function openDatabase(
  path: string,
  program: string,
  { migrations = MIGRATIONS, evenMoved = false }: {
    readonly migrations?: readonly Migration[];
    readonly evenMoved?: boolean;
  } = {},
): DatabaseSync {
  if (path !== ":memory:") prepareFile(path, migrations, evenMoved);
  return told(`open the database ${path}`, "opening", () => {
    const database = connect(path);
    try {
      migrate(database, migrations, program);
      // A database that cannot be written opens all the same: only a write shows it.
      database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('opened_by', ?)").run(program);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** A connection as the store needs it: what it has committed is on the disk, what it has deleted is gone. */
export function connect(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    // Waiting for another program blocks this whole process, so not for long.
    database.exec(`PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareFile(path: string, migrations: readonly Migration[], evenMoved: boolean): void {
  privateDirectory(folderOf(path));
  if (sizeOf(path) === 0) createPrivately(path);
  keepPrivate(path);
  const schema = inspect(path, migrations, evenMoved);
  const last = migrations.at(-1)?.schema ?? 0;
  if (schema > 0 && schema < last) copyBefore(path, last);
}
