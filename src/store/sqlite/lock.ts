import { DatabaseSync } from "node:sqlite";
import { storeError } from "./errors.ts";
import { createPrivately, keepPrivate, privateDirectory } from "./files.ts";

/** The lock's file in the data directory. It is never removed: a name that comes and goes could be locked twice. */
export const LOCK_FILE = "lock";

/**
 * Takes the right to write in the data directory, until disposed of or until the process ends in whatever way.
 * Answers at once: `undefined` if another process, or another holder in this one, has it.
 */
export function takeLock(dataDir: string): Disposable | undefined {
  privateDirectory(dataDir);
  const path = `${dataDir}/${LOCK_FILE}`;
  createPrivately(path);
  keepPrivate(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec("PRAGMA busy_timeout = 0");
    // An fcntl lock on the file: the system frees it with the process, kill -9 included. Nothing is written.
    database.exec("BEGIN EXCLUSIVE");
    return new Lock(database);
  } catch (error) {
    database?.close();
    if (error instanceof Error && error.message.includes("database is locked")) return undefined;
    throw storeError(error, `lock the data directory with ${path}`, "opening");
  }
}

class Lock implements Disposable {
  #database: DatabaseSync | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  [Symbol.dispose](): void {
    this.#database?.close();
    this.#database = undefined;
  }
}
