/**
 * What can be expected to go wrong. Each code has one HTTP status (`http/problem.ts`) and one exit status
 * (`cli/run.ts`); both are tables over this union, so a new code shows every place that must know it.
 */
export type ErrorCode =
  | "usage" // wrong arguments or a request that makes no sense
  | "settings" // a setting is missing or malformed
  | "data_dir" // the data directory cannot be used
  | "database_damaged" // the database is not one, or is torn
  | "database_newer" // the database was written by a newer program
  | "locked" // the key is missing, or is not the one that sealed the data
  | "no_app" // no Twitch app is set up yet
  | "unsafe_runtime" // this Deno may send a request twice, and the app's refresh tokens are single-use
  | "bad_paste" // the pasted text is no address or code of ours
  | "stale_attempt" // the sign-in attempt is unknown, used or too old
  | "not_found" // no such account or id
  | "exists" // it is there already
  | "refused" // Twitch, or the person there, said no
  | "app_refused" // Twitch does not accept the app's client id or secret
  | "wrong_password" // the password or the setup code is another
  | "throttled" // too many guesses: wait a moment
  | "needs_login" // the login has ended, a person must sign in again
  | "unavailable" // Twitch or the network is away
  | "busy" // another process holds the data, or does not answer
  | "port_in_use" // somebody else listens there
  | "disk" // the disk is full or does not take the write
  | "store_away"; // the database server cannot be reached, or does not take the write

/** Whether the store has refused a write that it may take later: memory goes ahead of it then. */
export function storeRefuses(error: unknown): error is AppError & { readonly code: "disk" | "store_away" } {
  return error instanceof AppError && (error.code === "disk" || error.code === "store_away");
}

/** How an `AppError` is made: the hint tells a streamer what to do next. */
export interface AppErrorOptions {
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * A failure that was foreseen. Everything else that is thrown is a bug, is logged as one and says so.
 *
 * The message has the form `Cannot <what failed>: <reason>`; neither message nor hint ever holds a secret.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
