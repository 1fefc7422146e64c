/**
 * Moving everything from one store to another: rows as they lie there, ciphertext included. Nothing is unsealed, since the
 * key slots move along, so that it works while the logins are locked too.
 *
 * What must never happen is that two programs refresh the same login, so the source is closed, durably, before anything is
 * copied. The target takes everything in one commit, under a number that both sides keep: whoever is killed in between
 * finds out from it whether that commit was done.
 */
import { AppError } from "../core/error.ts";
import { hexOf } from "./hex.ts";
import { type Contents, MOVED_TABLES, type MovedTable, type TableName } from "./moved_tables.ts";

/** Why a source is closed. */
export interface MovedMark {
  /** The move's own, random. */
  readonly id: string;
  /** The target, without user and password. */
  readonly to: string;
  /** Whether the target is known to hold everything. */
  readonly done: boolean;
}

/** Where the logins are. Whoever has one holds the lock of its data directory. */
export interface MoveSource {
  mark(): MovedMark | undefined;
  /** From now on nothing but a move opens it, this program's earlier versions included. Durable when it returns. */
  close(id: string, to: string): void;
  /** The target holds everything. */
  settle(): void;
  /** Undoes `close`. */
  reopen(): void;
  contents(): Contents;
}

/** What a target holds: nothing, what a move has brought, or something else. `takenBack` names a move that was undone. */
export type Standing =
  | { readonly kind: "empty"; readonly takenBack: string | undefined }
  | { readonly kind: "moved"; readonly id: string }
  | { readonly kind: "other" };

/** Where the logins are to be. */
export interface MoveTarget {
  /** Without user and password. */
  readonly shown: string;
  standing(): Promise<Standing>;
  /**
   * Keeps everything, in one commit, and only if it is empty and reads back as it was given. Answers why nothing was kept,
   * which is certain then; throws where that cannot be known.
   */
  receive(id: string, contents: Contents, step: Step): Promise<Error | undefined>;
  /** Forgets what that move has brought, in one commit. False, and nothing is changed, if a login was used since. */
  giveBack(id: string, contents: Contents): Promise<boolean>;
}

/** Where a move has come to. */
export type StepName = "looked" | "closed" | `copied ${TableName}` | "verified" | "received" | "done";
export type Step = (name: StepName) => void | Promise<void>;

/** How a move ended. */
export interface MoveOutcome {
  /** It had been done before. */
  readonly already: boolean;
  /** How many rows; undefined where they were counted by an earlier run. */
  readonly counts: Readonly<Record<TableName, number>> | undefined;
}

/**
 * Moves everything, or finishes what an earlier run began. Throws `AppError`: `exists` where the target holds other data
 * or the logins have moved elsewhere; what the target throws. If it is certain that nothing was moved, the source is open:
 * never after an earlier run was cut off, whose COMMIT may still lie with the database.
 */
export async function moveStore(
  source: MoveSource,
  target: MoveTarget,
  step: Step = () => {},
): Promise<MoveOutcome> {
  const mark = source.mark();
  const standing = await target.standing();
  if (mark !== undefined && standing.kind === "moved" && standing.id === mark.id) {
    source.settle();
    return { already: mark.done, counts: undefined };
  }
  if (mark !== undefined && (mark.done || mark.to !== target.shown)) throw movedElsewhere(mark, target);
  if (standing.kind !== "empty") throw occupied(target.shown);
  await step("looked");
  const id = mark?.id ?? crypto.randomUUID();
  if (mark === undefined) source.close(id, target.shown);
  await step("closed");
  const contents = source.contents();
  const unknown = (error: unknown): unknown =>
    hinted(
      error,
      "Whether everything has arrived is not known, so no server starts here: run this again when the new store " +
        "answers, or take the logins back: companion-token-server store reopen",
    );
  const refusal = await target.receive(id, contents, step).catch((error) => {
    throw unknown(error);
  });
  if (refusal !== undefined) {
    if (mark !== undefined) throw unknown(refusal);
    source.reopen();
    throw refusal instanceof AppError && refusal.code === "store_away"
      ? hinted(
        refusal,
        "Nothing was moved, and the server here can be started again. Look whether the database server " +
          "runs and has room, then run this again",
      )
      : refusal;
  }
  await step("received");
  source.settle();
  await step("done");
  return { already: false, counts: countsOf(contents) };
}

/**
 * Undoes the move that `mark` tells of. Without a target nobody asks whether it was used. Throws `AppError` `exists` where a
 * login was used in the target, or the target is another.
 */
export async function takeBack(
  source: MoveSource,
  mark: MovedMark,
  target: MoveTarget | undefined,
): Promise<void> {
  if (target !== undefined) await emptied(source, target, mark);
  source.reopen();
}

async function emptied(source: MoveSource, target: MoveTarget, mark: MovedMark): Promise<void> {
  const standing = await target.standing();
  // Another number, or none at all though everything had arrived: whatever has become of it is not known here.
  const unknown = standing.kind === "empty"
    ? (mark.done || mark.to !== target.shown) && standing.takenBack !== mark.id
    : standing.kind === "other" || standing.id !== mark.id;
  if (unknown) throw notThere(mark, target);
  if (await target.giveBack(mark.id, source.contents())) return;
  throw new AppError("exists", `Cannot take the logins back: they were used in ${target.shown} since`, {
    hint:
      "Some of what lies here is spent. Stop every server, run backup with the new store, move the database in the " +
      "data directory away, and run restore with TOKEN_SERVER_STORE=sqlite:",
  });
}

/** Throws `AppError` `database_damaged` if a table does not read back as it was given. */
export async function verify(table: MovedTable, given: Contents, kept: Contents): Promise<void> {
  const [wanted, found] = [given[table.name], kept[table.name]];
  const same = wanted.length === found.length &&
    await digestOf(table, wanted) === await digestOf(table, found);
  if (same) return;
  throw new AppError(
    "database_damaged",
    `Cannot move the logins: what the new store keeps of ${table.name} is not what it was given`,
    { hint: "Nothing was moved. Look for triggers, rules or defaults that somebody has put on those tables" },
  );
}

/** SHA-256 over every column of every row, in order. */
export async function digestOf(table: MovedTable, rows: Contents[TableName]): Promise<string> {
  const columns = Object.keys(table.columns);
  const text = JSON.stringify(
    rows.map((row) =>
      columns.map((column) => {
        const cell = row[column] ?? null;
        return cell instanceof Uint8Array ? ["bytes", hexOf(cell)] : cell;
      })
    ),
  );
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** The error for a target that is not empty. */
export function occupied(shown: string): AppError {
  return new AppError("exists", `Cannot move the logins to ${shown}: that database is not empty`, {
    hint:
      "Nothing was changed. Name an empty one. If a server was only started on it and nobody signed in there, stop the " +
      "server and empty it: DROP SCHEMA companion_token_server CASCADE",
  });
}

/** The same error with another hint, if it is one that was foreseen. */
function hinted(error: unknown, hint: string): unknown {
  return error instanceof AppError ? new AppError(error.code, error.message, { hint, cause: error }) : error;
}

function movedElsewhere(mark: MovedMark, { shown }: MoveTarget): AppError {
  const moved = mark.done ? "have moved" : "are being moved";
  return new AppError("exists", `Cannot move the logins to ${shown}: they ${moved} to ${mark.to} already`, {
    hint: mark.done
      ? "Nothing was changed. What lies here is old. If nobody used the new store, companion-token-server store reopen " +
        "takes it back"
      : "Nothing was changed. Name that store to finish, or take the logins back: companion-token-server store reopen",
  });
}

function notThere(mark: MovedMark, { shown }: MoveTarget): AppError {
  return new AppError(
    "exists",
    `Cannot take the logins back: ${shown} does not hold what was moved to ${mark.to}`,
    {
      hint:
        "Nothing was changed. Name the store that they were moved to; if it is gone for good, add --abandon",
    },
  );
}

function countsOf(contents: Contents): Readonly<Record<TableName, number>> {
  return Object.fromEntries(MOVED_TABLES.map(({ name }) => [name, contents[name].length])) as Record<
    TableName,
    number
  >;
}
