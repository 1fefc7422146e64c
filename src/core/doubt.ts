/** What to do when the clock was wrong: nothing is taken for expired, and `/validate` is asked instead of guessed. */
import { MINUTE, type Time } from "./account.ts";
import type { Login } from "./login.ts";
import type { Roster } from "./roster.ts";

const LONGEST_WAIT = 15 * MINUTE;

/** The newest moment that the rows tell of. A clock that is before it is wrong. */
export function newestTime(roster: Roster): Time {
  return roster.all().reduce((newest, login) => Math.max(newest, ...timesOf(login)), 0);
}

function timesOf({ account, open }: Login): readonly Time[] {
  const { createdAt, issuedAt, lastRefresh, refusals, sends } = account;
  return [createdAt, issuedAt, lastRefresh ?? 0, refusals?.last ?? 0, ...sends, open?.at ?? 0];
}

/**
 * Forgets when tokens expire and asks `/validate` at the next round. Until it has answered, the stored token is served:
 * it may have run out, but so may the clock have lied.
 */
export function doubtTimes(roster: Roster): void {
  const latest = roster.deps.clock.now() + LONGEST_WAIT;
  for (const login of roster.all()) {
    const { account } = login;
    const { health } = account;
    const wait = health.state === "retrying"
      ? { ...health, nextTry: Math.min(health.nextTry, latest) }
      : health;
    login.account = { ...account, expiresAt: undefined, health: wait };
    login.validation = undefined;
    roster.touch(login);
  }
}
