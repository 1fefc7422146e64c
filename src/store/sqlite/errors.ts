/**
 * What SQLite says, told apart by its words: `exec()` gives no error number in any Deno version, and Deno 2.4 has only
 * "failed to prepare statement" for whatever `prepare()` does not like.
 */
import { AppError, type ErrorCode } from "../../core/error.ts";

/** While a database is opened, what cannot be written is a wrong place; later it is a disk that fails. */
export type Moment = "opening" | "running";

interface Known {
  readonly words: readonly string[];
  readonly reason: string;
  readonly opening: ErrorCode;
  readonly running: ErrorCode;
}

const KNOWN: readonly Known[] = [
  {
    words: ["database is locked", "database table is locked"],
    reason: "another program is using the database",
    opening: "busy",
    running: "busy",
  },
  { words: ["database or disk is full"], reason: "the disk is full", opening: "disk", running: "disk" },
  { words: ["disk I/O error"], reason: "the disk reports an error", opening: "disk", running: "disk" },
  {
    words: ["attempt to write a readonly database"],
    reason: "it cannot be written to",
    opening: "data_dir",
    running: "disk",
  },
  {
    words: ["unable to open database file", "unable to open a database file"],
    reason: "the file cannot be opened",
    opening: "data_dir",
    running: "disk",
  },
  {
    words: ["file is not a database"],
    reason: "the file is not a database",
    opening: "database_damaged",
    running: "database_damaged",
  },
  {
    words: [
      "database disk image is malformed",
      "malformed database schema",
      "no such table",
      "no such column",
      "failed to prepare statement",
    ],
    reason: "the database is damaged",
    opening: "database_damaged",
    running: "database_damaged",
  },
  {
    words: ["UNIQUE constraint failed"],
    reason: "another login has that name or that Twitch user",
    opening: "exists",
    running: "exists",
  },
];

const HINTS: Partial<Record<ErrorCode, string>> = {
  busy: "Close other programs that have the database open, then try again",
  disk: "Make room on the disk, or replace the card if it fails; nothing that was stored before is lost",
  data_dir:
    "Let this program's user write to the data directory, or choose another with TOKEN_SERVER_DATA_DIR",
  database_damaged:
    "The file was left untouched. Keep a copy of it, then restore a backup, or move it away and sign in again",
  exists: "Choose another name",
};

/**
 * The error to throw for one that SQLite threw: an `AppError` whose message is `Cannot <doing>: <reason>`, or the error
 * itself if it is not one that can be expected.
 */
export function storeError(error: unknown, doing: string, moment: Moment): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const known = KNOWN.find(({ words }) => words.some((words) => error.message.includes(words)));
  if (known === undefined) return error;
  return storeFailure(known[moment], `Cannot ${doing}: ${known.reason}`, error);
}

/** An `AppError` with the hint that belongs to its code. */
export function storeFailure(code: ErrorCode, message: string, cause?: unknown): AppError {
  const hint = HINTS[code];
  return new AppError(code, message, hint === undefined ? { cause } : { hint, cause });
}

/** Does `work`; what it throws goes through `storeError`. */
export function told<T>(doing: string, moment: Moment, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error, doing, moment);
  }
}
