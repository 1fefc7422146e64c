import type { DatabaseSync } from "node:sqlite";

/** Does `work` in one transaction, which is undone if it answers false or throws. */
export function commit(database: DatabaseSync, work: () => boolean): boolean {
  database.exec("BEGIN IMMEDIATE");
  try {
    const done = work();
    database.exec(done ? "COMMIT" : "ROLLBACK");
    return done;
  } catch (error) {
    undo(database);
    throw error;
  }
}

/** After some failures, a full disk among them, SQLite has rolled back by itself and says so. */
function undo(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch (error) {
    if (!String(error).includes("no transaction is active")) throw error;
  }
}
