import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../../core/error.ts";
import { type Contents, contentsOf, type MovedRow } from "../moved_tables.ts";
import type { MovedMark, MoveSource } from "../moving.ts";
import { told } from "./errors.ts";
import { sizeOf } from "./files.ts";
import { markIn, putMark, removeMark, settleMark } from "./moved.ts";
import { DATABASE_FILE, openDatabase } from "./open.ts";

/** Throws `AppError` `not_found` if there is no database in a data directory, of which nothing is made. */
export function findDatabase(dataDir: string): void {
  if (sizeOf(`${dataDir}/${DATABASE_FILE}`) > 0) return;
  throw new AppError("not_found", `Cannot find logins in ${dataDir}: there is no database`, {
    hint: "Name the data directory of the server that had them in TOKEN_SERVER_DATA_DIR",
  });
}

/**
 * The database of a data directory, to move its logins away; one that is closed for that opens too. The caller holds the
 * directory's lock. Throws what `findDatabase` and `openSqliteStore` throw.
 */
export function openSqliteSource(dataDir: string, program: string): MoveSource & Disposable {
  findDatabase(dataDir);
  const path = `${dataDir}/${DATABASE_FILE}`;
  return new SqliteSource(openDatabase(path, program, { evenMoved: true }), program);
}

class SqliteSource implements MoveSource, Disposable {
  readonly #database: DatabaseSync;
  readonly #program: string;

  constructor(database: DatabaseSync, program: string) {
    this.#database = database;
    this.#program = program;
  }

  mark(): MovedMark | undefined {
    return told("read about the database", "running", () => markIn(this.#database));
  }

  close(id: string, to: string): void {
    const mark = { id, to, done: false };
    told("close the database", "running", () => putMark(this.#database, mark, this.#program));
  }

  settle(): void {
    told("note that the logins have moved", "running", () => settleMark(this.#database));
  }

  reopen(): void {
    told("open the database again", "running", () => removeMark(this.#database));
  }

  /** As it was at one moment: nobody else writes, for the lock is ours. */
  contents(): Contents {
    return told("read the logins", "running", () =>
      contentsOf(({ name, columns, order }) => {
        const listed = Object.keys(columns).join(", ");
        const rows = this.#database.prepare(`SELECT ${listed} FROM ${name} ORDER BY ${order}`).all();
        return rows as unknown as MovedRow[];
      }));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
