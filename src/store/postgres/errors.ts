/**
 * What PostgreSQL, its client and the network say, told apart by SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html)
 * or by the code of the socket's error. No error of the client leaves this folder: it carries the statement, its
 * parameters (ciphertext among them) and in `detail` what stands in the rows.
 */
import { AppError, type ErrorCode } from "../../core/error.ts";

/** At the start a server that refuses us is a wrong setting; later it is one that is away. */
export type Moment = "opening" | "running";

interface Known {
  /** Whole SQLSTATEs, their first two characters, or codes of socket errors and of the client. */
  readonly codes: readonly string[];
  readonly reason: string;
  readonly opening: ErrorCode;
  readonly running: ErrorCode;
}

/** The code of the error that is thrown when an answer takes too long. */
export const OVERDUE = "OVERDUE";

/** What the trigger `refuse_retired` says of ciphertext whose data key counts no more. */
const RETIRED = "TK001";

const away = { opening: "store_away", running: "store_away" } as const;
const refuses = { opening: "settings", running: "store_away" } as const;
const damaged = { opening: "database_damaged", running: "database_damaged" } as const;

const KNOWN: readonly Known[] = [
  {
    codes: [RETIRED],
    reason: "another process has changed the key",
    opening: "locked",
    running: "locked",
  },
  {
    codes: ["28P01", "SASL_SIGNATURE_MISMATCH"],
    reason: "the database server does not take the user or the password",
    ...refuses,
  },
  { codes: ["28"], reason: "the database server does not let this user in from here", ...refuses },
  { codes: ["3D000"], reason: "the database server has no database of that name", ...refuses },
  { codes: ["42501"], reason: "the database user lacks rights", ...refuses },
  {
    // PgBouncer says so of parameters that it does not know.
    codes: ["08P01", "26000", "42P05"],
    reason: "something between here and the database server, such as a pooler, takes no sessions",
    ...refuses,
  },
  { codes: ["25006"], reason: "the database server only reads: another one has taken over", ...away },
  { codes: ["53100"], reason: "the disk of the database server is full", ...away },
  { codes: ["53300"], reason: "the database server has no free connection", ...away },
  { codes: ["53", "58"], reason: "the database server reports that it is in trouble", ...away },
  { codes: ["57P01", "57P02", "57P03"], reason: "the database server stops or starts", ...away },
  {
    codes: ["57014", "55P03", "25P03", "25P04", "40", OVERDUE, "CONNECT_TIMEOUT", "ETIMEDOUT"],
    reason: "the database server does not answer in time",
    ...away,
  },
  {
    codes: ["ENOTFOUND", "EAI_AGAIN", "ENOENT", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EACCES"],
    reason: "the database server cannot be reached",
    ...away,
  },
  {
    codes: [
      "08",
      "57",
      "CONNECTION_CLOSED",
      "CONNECTION_ENDED",
      "CONNECTION_DESTROYED",
      "ECONNRESET",
      "ECONNABORTED",
      "EPIPE",
    ],
    reason: "the connection to the database server broke",
    ...away,
  },
  {
    codes: ["42P01", "42703", "42883", "42P10", "42704", "3F000", "XX001", "XX002"],
    reason: "the database is damaged",
    ...damaged,
  },
  {
    codes: ["23505"],
    reason: "another login has that name or that Twitch user",
    opening: "exists",
    running: "exists",
  },
];
const BROKEN = ["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "ECONNRESET", "EPIPE", "57P01"];
/** TLS errors have many codes, and in Deno none. */
const TLS = /certificate|TLS|SSL|handshake|InvalidContentType|corrupt message/i;
const NOT_TRUSTED: Known = {
  codes: [],
  reason: "the database server does not show a certificate that can be trusted, or speaks no TLS",
  ...refuses,
};

const HINTS: Partial<Record<ErrorCode, string>> = {
  store_away:
    "Look whether the database server runs and can be reached, by TLS if sslmode asks for it; tokens in memory are served meanwhile, and nothing that was stored is lost",
  settings:
    "Look at TOKEN_SERVER_STORE: user, password, database and sslmode, and at what the server lets this user do",
  database_damaged:
    "Nothing was changed. Keep a dump of the schema companion_token_server, then restore a backup into an empty database",
  exists: "Choose another name",
  locked: "Copy the new key file to this machine: then the server opens the logins by itself",
};

/** Whether a connection broke that had been one: whoever only reads may ask again on another. */
export function isBroken(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && BROKEN.includes(code);
}

/** The SQLSTATE, or the code of a socket's error. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : undefined;
}

/**
 * The error to throw for one of the client: an `AppError` whose message is `Cannot <doing>: <reason>`, or, for what
 * nobody expects, one that says where it came from and holds nothing of what was asked.
 */
export function storeError(error: unknown, doing: string, moment: Moment): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const found = code === undefined ? undefined : known(code);
  const meant = found ?? (isState(code) || !TLS.test(error.message) ? undefined : NOT_TRUSTED);
  if (meant === undefined) return cleaned(error);
  return storeFailure(meant[moment], `Cannot ${doing}: ${meant.reason}`, cleaned(error));
}

/** An `AppError` with the hint that belongs to its code. */
export function storeFailure(code: ErrorCode, message: string, cause?: unknown): AppError {
  const hint = HINTS[code];
  return new AppError(code, message, hint === undefined ? { cause } : { hint, cause });
}

/** Waits for `work`; what it throws goes through `storeError`. */
export async function told<T>(doing: string, moment: Moment, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error, doing, moment);
  }
}

function known(code: string): Known | undefined {
  const of = (code: string): Known | undefined => KNOWN.find(({ codes }) => codes.includes(code));
  return of(code) ?? (isState(code) ? of(code.slice(0, 2)) : undefined);
}

function isState(code: string | undefined): boolean {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith("E");
}

/** What PostgreSQL writes into its messages may be a value; only words of its own source are kept. */
function cleaned(error: Error): Error {
  const code = codeOf(error);
  if (!isState(code)) return new Error(code === undefined ? error.message : `${error.name}: ${code}`);
  const { routine, table_name, constraint_name } = error as unknown as Readonly<Record<string, unknown>>;
  const where = [routine, table_name, constraint_name].filter((word) => typeof word === "string");
  return new Error(`PostgreSQL says ${code} (${where.join(", ")})`);
}
