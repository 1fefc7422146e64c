import { type Duration, SECOND, type Time } from "./account.ts";
import { AppError } from "./error.ts";
import { type Login, nextChange } from "./login.ts";
import { REASONS, REMEDIES } from "./reason_words.ts";
import type { Refresher } from "./refresher.ts";
import type { Roster } from "./roster.ts";
import { expired } from "./schedule.ts";
import type { Secret } from "./secret.ts";

/**
 * A question is held at most so long. Companion's module waits without a limit of its own and asks three times at a
 * 503, so short holds together cover the start of a Pi.
 */
const HOLD: Duration = 6 * SECOND;

/** The token to answer without looking at anything else, or undefined if `tokenFor` must be asked. Synchronous. */
export function tokenAtHand(login: Login, now: Time): Secret | undefined {
  login.askedAt = now;
  return now < login.calmUntil ? login.access : undefined;
}

/**
 * The access token of a login. Starts a refresh if one is due and waits a moment for it; a token that still lives is
 * answered in any case. Throws `AppError`: `needs_login` if a person must sign in again, `locked`, else `unavailable`.
 */
export async function tokenFor(
  roster: Roster,
  refresher: Refresher,
  login: Login,
  longest: Duration = HOLD,
): Promise<Secret> {
  const { clock, vault } = roster.deps;
  const start = clock.now();
  const calm = tokenAtHand(login, start);
  if (calm !== undefined) return calm;
  const { generation } = login.account;
  using hold = holdFor(roster, longest);
  let busy = true;
  const work = refresher.one(login, "question").then(() => {
    busy = false;
  });
  while (!hold.signal.aborted) {
    const token = living(login, clock.now());
    if (token !== undefined && (!busy || login.account.generation !== generation)) return token;
    const hopeless = login.account.health.state === "needs_login" || vault.locked !== undefined;
    if (token === undefined && !busy && hopeless) break;
    await Promise.race([nextChange(login, hold.signal), ...(busy ? [work] : [])]);
  }
  const token = living(login, clock.now());
  if (token !== undefined) return token;
  throw noToken(login, vault.locked);
}

function living(login: Login, now: Time): Secret | undefined {
  return expired(login.account, now) ? undefined : login.access;
}

/** Why there is no token to answer. */
export function noToken(login: Login, locked: string | undefined): AppError {
  if (login.account.health.state === "needs_login") {
    return new AppError("needs_login", "Cannot answer a token: this Twitch login has ended", {
      hint: "Sign in to Twitch again on the token server; the id stays the same",
    });
  }
  if (locked !== undefined) {
    return new AppError("locked", "Cannot answer a token: the key is missing", { hint: locked });
  }
  const { health } = login.account;
  const reason = health.state === "retrying" ? REASONS[health.reason] : "a fresh one is on its way";
  const remedy = health.state === "retrying" ? REMEDIES[health.reason] : undefined;
  return new AppError("unavailable", `Cannot answer a token: ${reason}`, {
    hint: remedy ?? "The server keeps trying; ask again in a few seconds",
  });
}

/** A time limit that is over at the end of the block. */
function holdFor(roster: Roster, span: Duration): Disposable & { readonly signal: AbortSignal } {
  const end = new AbortController();
  const done = new AbortController();
  roster.deps.clock.sleep(span, done.signal).then(() => end.abort());
  return { signal: end.signal, [Symbol.dispose]: () => done.abort() };
}
