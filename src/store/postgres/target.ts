/**
 * An empty database, to move logins to. All rows are locked against other writers from the first look to the commit, and
 * no instance can open the database meanwhile: it would make a data key of its own.
 */
import { AppError } from "../../core/error.ts";
import type { Duration } from "../../core/account.ts";
import { hexOf } from "../hex.ts";
import { type Contents, MOVED_TABLES, type MovedRow, type MovedTable } from "../moved_tables.ts";
import { digestOf, type MoveTarget, occupied, type Standing, type Step, verify } from "../moving.ts";
import { postgresAddress, shownAddress } from "./address.ts";
import { Connections, type Session } from "./connections.ts";
import { codeOf, storeError, told } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/mod.ts";

const S = "companion_token_server";
const ALL = MOVED_TABLES.map(({ name }) => `${S}.${name}`);
/** For everything, and for one statement of it, in milliseconds. */
const PATIENCE: Duration = 10 * 60_000;
const STATEMENT: Duration = 60_000;
/** Rows in one statement. */
const BATCH = 200;
/** What a refresh token depends on: with it unchanged nobody has sent one. */
const LOGINS = ["slots", "accounts", "ids", "journal"];

/** Opens it; nothing is made in the database before `receive`. Throws `AppError`, as `openPostgresStore` does. */
export async function openPostgresTarget(
  url: string,
  program: string,
): Promise<MoveTarget & AsyncDisposable> {
  const target = new PostgresTarget(url, program);
  try {
    // Whoever cannot be reached is found out before anything is closed.
    await target.standing();
    return target;
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
}

class PostgresTarget implements MoveTarget, AsyncDisposable {
  readonly shown: string;
  readonly #connections: Connections;
  readonly #program: string;

  constructor(url: string, program: string) {
    const address = postgresAddress(url);
    this.shown = shownAddress(address);
    this.#connections = new Connections(address);
    this.#program = program;
  }

  standing(): Promise<Standing> {
    return told("look into the new store", "opening", async () => {
      const [found] = await this.#connections.read<{ there: boolean }>(
        `SELECT to_regclass('${S}.meta') IS NOT NULL AND to_regclass('${S}.journal') IS NOT NULL AS there`,
      );
      if (found?.there !== true) return { kind: "empty", takenBack: undefined };
      return await this.#connections.transaction((session) => this.#standingIn(session), STATEMENT);
    });
  }

  async receive(id: string, contents: Contents, step: Step): Promise<Error | undefined> {
    const given = storable(contents);
    // Set in the moment in which COMMIT is about to be sent: from then on nobody knows.
    const attempt = { commits: false, givenUp: false };
    const work = async (session: Session): Promise<void> => {
      const standing = await this.#standingIn(session);
      // An earlier run's COMMIT came to its end meanwhile.
      if (standing.kind === "moved" && standing.id === id) return;
      if (standing.kind !== "empty") throw occupied(this.shown);
      for (const table of MOVED_TABLES) {
        await this.#insert(session, table, given);
        await step(`copied ${table.name}`);
      }
      const kept = await this.#contentsIn(session);
      for (const table of MOVED_TABLES) await verify(table, given, kept);
      await this.#note(session, "moved_from", id);
      await this.#note(session, "taken_back", undefined);
      await step("verified");
      if (attempt.givenUp) throw new Error("too late");
      attempt.commits = true;
    };
    try {
      await this.#prepare();
      await this.#alone(work);
      return undefined;
    } catch (error) {
      attempt.givenUp = true;
      const failure = refusalOf(error);
      if (attempt.commits) throw failure;
      return failure;
    }
  }

  async giveBack(id: string, contents: Contents): Promise<boolean> {
    // There may be no tables yet: a move that was cut off has left nothing.
    await this.#prepare();
    return await this.#forget(id, contents);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections[Symbol.asyncDispose]();
  }

  #prepare(): Promise<void> {
    return told(
      "prepare the new store",
      "opening",
      () => migrate(this.#connections, MIGRATIONS, this.#program),
    );
  }

  #forget(id: string, contents: Contents): Promise<boolean> {
    const given = storable(contents);
    return told("take the logins back", "running", () =>
      this.#alone(async (session) => {
        const standing = await this.#standingIn(session);
        if (standing.kind === "moved") {
          if (standing.id !== id || await this.#used(session, given)) return false;
          for (const table of MOVED_TABLES.toReversed()) {
            await this.#connections.send(session, `DELETE FROM ${S}.${table.name}`);
          }
        }
        await this.#note(session, "moved_from", undefined);
        await this.#note(session, "taken_back", id);
        return true;
      }));
  }

  async #used(session: Session, given: Contents): Promise<boolean> {
    const kept = await this.#contentsIn(session);
    for (const table of MOVED_TABLES.filter(({ name }) => LOGINS.includes(name))) {
      if (await digestOf(table, given[table.name]) !== await digestOf(table, kept[table.name])) return true;
    }
    return false;
  }

  /** While nobody else opens or writes; whoever is killed leaves nothing behind that another run must wait for. */
  #alone<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#connections.transaction(async (session) => {
      await this.#connections.run(
        session,
        `SET LOCAL statement_timeout = ${STATEMENT};
         LOCK TABLE ${[...ALL, `${S}.leases`].join(", ")} IN SHARE ROW EXCLUSIVE MODE`,
      );
      // Each server that runs holds one, and so does whoever opens the database.
      const leases = `SELECT FROM ${S}.leases WHERE until > clock_timestamp()`;
      if ((await this.#connections.send(session, leases)).length > 0) {
        throw new AppError("busy", "Cannot use the new store: a server runs on it, or did a moment ago", {
          hint: "Stop the servers that use that database, then try again in a minute",
        });
      }
      return await work(session);
    }, PATIENCE);
  }

  async #standingIn(session: Session): Promise<Standing> {
    const notes = await this.#connections.send<{ name: string; value: string }>(
      session,
      `SELECT name, value FROM ${S}.meta WHERE name IN ('moved_from', 'taken_back')`,
    );
    const meta = new Map(notes.map(({ name, value }) => [name, value]));
    const id = meta.get("moved_from");
    if (id !== undefined) return { kind: "moved", id };
    const exists = ALL.map((table) => `EXISTS (SELECT FROM ${table})`).join(" OR ");
    const [found] = await this.#connections.send<{ full: boolean }>(session, `SELECT ${exists} AS full`);
    if (found?.full === true) return { kind: "other" };
    return { kind: "empty", takenBack: meta.get("taken_back") };
  }

  async #note(session: Session, name: string, value: string | undefined): Promise<void> {
    if (value === undefined) {
      await this.#connections.send(session, `DELETE FROM ${S}.meta WHERE name = $1`, [name]);
      return;
    }
    await this.#connections.send(
      session,
      `INSERT INTO ${S}.meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [name, value],
    );
  }

  /** In the order of the rows, from which `position` comes. */
  async #insert(session: Session, table: MovedTable, contents: Contents): Promise<void> {
    const columns = Object.entries(table.columns);
    const names = columns.map(([name]) => name).join(", ");
    const typed = columns.map(([name, kind]) => `${name} ${kind === "integer" ? "bigint" : "text"}`).join(
      ", ",
    );
    const cells = columns.map(([name, kind]) => kind === "bytes" ? `decode(${name}, 'hex')` : name).join(
      ", ",
    );
    const rows = contents[table.name];
    for (let at = 0; at < rows.length; at += BATCH) {
      await this.#connections.send(
        session,
        `INSERT INTO ${S}.${table.name} (${names}) SELECT ${cells} FROM ROWS FROM (
           jsonb_to_recordset($1::text::jsonb) AS (${typed})) WITH ORDINALITY AS row (${names}, place) ORDER BY place`,
        [JSON.stringify(rows.slice(at, at + BATCH), bytesInHex)],
      );
    }
  }

  async #contentsIn(session: Session): Promise<Contents> {
    const contents: Record<string, readonly MovedRow[]> = {};
    for (const { name, columns, order } of MOVED_TABLES) {
      const place = columns[order] === "text" ? `${order} COLLATE "C"` : order;
      contents[name] = await this.#connections.send<MovedRow>(
        session,
        `SELECT ${Object.keys(columns).join(", ")} FROM ${S}.${name} ORDER BY ${place}`,
      );
    }
    return contents as unknown as Contents;
  }
}

/** What nobody has foreseen may be said by a trigger or a rule of somebody else's. */
function refusalOf(error: unknown): Error {
  const failure = storeError(error, "move the logins", "running");
  if (!(failure instanceof Error)) return new Error(String(failure));
  if (failure instanceof AppError || codeOf(error) === undefined) return failure;
  return new AppError(
    "database_damaged",
    `Cannot move the logins: the new store refuses them (${failure.message})`,
    { hint: "Look for triggers and rules that somebody has put on its tables", cause: failure },
  );
}

/** PostgreSQL's text cannot hold NUL. */
function storable(contents: Contents): Contents {
  const cell = (value: MovedRow[string]): MovedRow[string] =>
    typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
  const row = (one: MovedRow): MovedRow =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [name, cell(value)]));
  return Object.fromEntries(
    Object.entries(contents).map(([name, rows]) => [name, rows.map(row)]),
  ) as unknown as Contents;
}

function bytesInHex(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? hexOf(value) : value;
}
