/** How an attempt has ended, in its record: where several processes share a store, another than the one that asks may have ended it. */
import type { Connected } from "./admit.ts";
import { AppError, type ErrorCode } from "./error.ts";
import { followAccount } from "./follow.ts";
import { type HeldSignIn, OtherUser } from "./held_sign_ins.ts";
import type { AttemptState } from "./open_attempts.ts";
import type { Roster } from "./roster.ts";
import type { SealedRecord } from "./sealed_records.ts";
import { Secret } from "./secret.ts";

type Ended = Exclude<AttemptState, { kind: "waiting" }>;
type Plain<T> = {
  readonly [K in keyof T]: T[K] extends Secret ? string : T[K] extends Secret | undefined ? string | undefined
  : T[K];
};
interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly held: Plain<HeldSignIn> | undefined;
}
type ConnectedRecord = Omit<Connected, "login" | "id"> & { readonly account: string; readonly id: string };

/** The members that tell it; none while the attempt waits. */
export function outcomeRecord(state: AttemptState): SealedRecord {
  if (state.kind === "waiting") return {};
  if (state.kind === "failed") return { failed: failureOf(state.error) };
  const { login, id, ...rest } = state.connected;
  return { connected: { ...rest, account: login.account.key, id: id.reveal() } satisfies ConnectedRecord };
}

/** What they tell; undefined while the attempt waits, and where the account is gone. Throws `AppError` `store_away`. */
export async function outcomeIn(roster: Roster, record: SealedRecord): Promise<Ended | undefined> {
  const { connected, failed } = record as { connected?: ConnectedRecord; failed?: Failure };
  if (failed !== undefined) return { kind: "failed", error: errorOf(failed) };
  if (connected === undefined) return undefined;
  const { account, id, ...rest } = connected;
  const { shared } = roster.deps;
  if (roster.get(account) === undefined && shared !== undefined) await followAccount(roster, shared, account);
  const login = roster.get(account);
  return login && { kind: "connected", connected: { ...rest, login, id: new Secret(id) } };
}

/** A bug is told in the log of the process that met it. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof AppError)) {
    return {
      code: "unavailable",
      message: "Cannot sign in: the server has met a bug",
      hint: "See its log",
      held: undefined,
    };
  }
  const { code, message, hint } = error;
  const held = error instanceof OtherUser ? error.held : undefined;
  return {
    ...{ code, message, hint },
    held: held && { ...held, ref: held.ref.reveal(), attempt: held.attempt?.reveal() },
  };
}

function errorOf({ code, message, hint, held }: Failure): AppError {
  if (held === undefined) return new AppError(code, message, hint === undefined ? {} : { hint });
  const attempt = held.attempt === undefined ? undefined : new Secret(held.attempt);
  const { login, expected, known } = held;
  return new OtherUser({ login, expected, known, attempt, ref: new Secret(held.ref) });
}
