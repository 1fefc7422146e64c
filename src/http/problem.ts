/**
 * Everything that can go wrong here, in one table: its status and its line for machines. What people read is in the
 * catalogue under `problem`: a title for each code, and what to do.
 */
import { AppError, type ErrorCode } from "../core/error.ts";
import type { Log } from "../core/ports.ts";

/** What goes wrong in HTTP itself, beside the codes of core. */
export type HttpCode =
  | "wrong_method"
  | "wrong_host"
  | "too_many_requests"
  | "too_large"
  | "id_password"
  | "not_local"
  | "signed_out"
  | "stale_form"
  | "no_page"
  | "internal";

export type ProblemCode = ErrorCode | HttpCode;

interface Problem {
  readonly status: number;
  /** For Companion, curl and scripts: ASCII, at most 120 characters, no quotes and no backslash. */
  readonly line: string;
}

/** A question that is answered `Retry-After` may be asked again after so many seconds. */
const ASK_AGAIN = "5";
const RETRIED: readonly number[] = [429, 503];

export const PROBLEMS = {
  usage: { status: 400, line: "Cannot answer: the id is malformed" },
  settings: { status: 400, line: "Cannot do it: a setting is wrong" },
  data_dir: {
    status: 500,
    line: "Cannot use the data directory of the token server",
  },
  database_damaged: {
    status: 500,
    line: "Cannot read the database of the token server: it is damaged",
  },
  database_newer: {
    status: 500,
    line: "Cannot read the database of the token server: a newer version wrote it",
  },
  locked: {
    status: 503,
    line: "Cannot answer a token: the token server does not have its key",
  },
  no_app: {
    status: 409,
    line: "Cannot sign in: no Twitch app is set up on the token server",
  },
  unsafe_runtime: {
    status: 409,
    line: "Cannot sign in: this version of Deno is not safe for this app",
  },
  bad_paste: {
    status: 400,
    line: "Cannot use what was pasted",
  },
  stale_attempt: {
    status: 410,
    line: "Cannot finish the sign-in: begin it again",
  },
  not_found: { status: 404, line: "Cannot answer a token: this id is unknown here" },
  exists: { status: 409, line: "Cannot add it: it is there already" },
  refused: { status: 403, line: "Cannot sign in: it was refused at Twitch" },
  app_refused: {
    status: 409,
    line: "Cannot sign in: Twitch does not accept the app",
  },
  needs_login: {
    status: 409,
    line: "Cannot answer a token: this Twitch login has ended, sign in again on the token server",
  },
  unavailable: {
    status: 503,
    line: "Cannot answer a token at the moment: the pages of the token server and /status say why",
  },
  busy: { status: 503, line: "Cannot do it: the token server is busy" },
  port_in_use: { status: 500, line: "Cannot listen: the port is in use" },
  disk: {
    status: 507,
    line: "Cannot write: the disk of the token server is full or read-only",
  },
  store_away: {
    status: 503,
    line: "Cannot do it at the moment: the database of the token server cannot be reached",
  },
  wrong_password: { status: 403, line: "Cannot sign in: this is not the password" },
  throttled: { status: 429, line: "Cannot sign in: too many wrong ones came before" },
  wrong_method: {
    status: 405,
    line: "Cannot answer: only GET and HEAD are allowed here",
  },
  wrong_host: {
    status: 421,
    line: "Cannot answer under this host name: allow it on the home page of the token server",
  },
  too_many_requests: {
    status: 429,
    line: "Cannot answer: too many unknown ids came from this address",
  },
  too_large: { status: 413, line: "Cannot answer: the request is too large" },
  id_password: {
    status: 403,
    line: "Cannot answer: this id wants the password too that belongs in the address",
  },
  not_local: {
    status: 403,
    line: "Cannot show this page from another machine",
  },
  signed_out: { status: 403, line: "Cannot do it: nobody is signed in" },
  stale_form: {
    status: 403,
    line: "Cannot accept the form: it is not from a page of this server",
  },
  no_page: { status: 404, line: "Cannot find this page" },
  internal: {
    status: 500,
    line: "Cannot answer: internal error, see the log of the token server",
  },
} as const satisfies Record<ProblemCode, Problem>;

/** The code of whatever was thrown. What was not foreseen is a bug: it is logged as one and shown as no more than that. */
export function codeOf(error: unknown, log: Log): ProblemCode {
  if (error instanceof AppError) return error.code;
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  log.error("bug while answering a request", { error: text });
  return "internal";
}

function headersOf(code: ProblemCode, type: string): Headers {
  const headers = new Headers({
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  if (RETRIED.includes(PROBLEMS[code].status)) headers.set("retry-after", ASK_AGAIN);
  if (code === "wrong_method") headers.set("allow", "GET, HEAD");
  return headers;
}

/** A problem as one line of plain text. */
export function lineAnswer(code: ProblemCode, line: string = PROBLEMS[code].line): Response {
  const headers = headersOf(code, "text/plain; charset=utf-8");
  return new Response(line, { status: PROBLEMS[code].status, headers });
}

/** A problem as JSON; `code` is stable. */
export function jsonAnswer(code: ProblemCode, line: string = PROBLEMS[code].line): Response {
  const headers = headersOf(code, "application/json");
  return new Response(JSON.stringify({ code, message: line }), { status: PROBLEMS[code].status, headers });
}
