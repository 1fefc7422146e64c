/**
 * When a backup is made without anybody there, and which are kept: pure policy. A backup is known by the moment in its
 * file name alone. On a Pi that moment may come from a wrong clock, so one that lies far ahead counts for nothing.
 */
import { type Account, DAY, type Duration, HOUR, SECOND, type Time } from "./account.ts";

/** How many backups are kept. */
export const MOST_BACKUPS = 7;
/** A sign-in is given so long to reach the roster before a backup counts as holding it. */
const SETTLED: Duration = SECOND;
/** After a failure it is tried again at the next sign-in, or after so long. */
const TRY_AGAIN: Duration = HOUR;

/** What the next backup depends on. */
export interface BackupSituation {
  readonly accounts: readonly Pick<Account, "issuedAt" | "lastRefresh">[];
  /** When the backups that lie there were made, in whole seconds and in any order. */
  readonly made: readonly Time[];
  /** The last attempt failed then. */
  readonly failedAt: Time | undefined;
}

/** When the newest grant was made by a sign-in and not by a refresh; undefined if there is none. */
export function newestSignIn(accounts: BackupSituation["accounts"]): Time | undefined {
  const times = accounts.flatMap(({ issuedAt, lastRefresh }) => issuedAt === lastRefresh ? [] : [issuedAt]);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** When the next backup is due: after every sign-in, and a day after the last one. Undefined without accounts. */
export function backupAt({ accounts, made, failedAt }: BackupSituation, now: Time): Time | undefined {
  if (accounts.length === 0) return undefined;
  const last = Math.max(0, ...made.filter((at) => at <= now + DAY));
  const signIn = newestSignIn(accounts);
  const missing = signIn !== undefined && signIn <= now && last < signIn + SETTLED;
  // A name holds whole seconds: one more lets it be later than the sign-in all the same.
  const due = missing ? signIn + SETTLED + SECOND : last + DAY;
  const failed = failedAt === undefined || failedAt > now ? undefined : failedAt;
  const signedInSince = missing && failed !== undefined && signIn > failed;
  return failed === undefined || signedInSince ? due : Math.max(due, failed + TRY_AGAIN);
}

/** Of the backups that lie there, those to remove: all but the newest. `written`, the one just made, is always kept. */
export function surplusBackups<T extends { readonly at: Time }>(
  found: readonly T[],
  written: T,
): readonly T[] {
  const others = found.filter((one) => one !== written).toSorted((left, right) => right.at - left.at);
  return others.slice(MOST_BACKUPS - 1);
}
