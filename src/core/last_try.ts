/**
 * The one exception to "a spent refresh token is never sent again": a person may try it once more, knowing what Twitch
 * may do (twitchdev/issues#903). It is journalled like any send, and never done by the program itself.
 */
import type { Account, Time } from "./account.ts";
import { rotates } from "./app.ts";
import { AppError } from "./error.ts";
import type { HeldSignIns } from "./held_sign_ins.ts";
import type { Login } from "./login.ts";
import { send } from "./refresh.ts";
import type { Refresher } from "./refresher.ts";
import type { Roster } from "./roster.ts";
import { expired, sendsLeft } from "./schedule.ts";
import { validate } from "./validate.ts";

/** Where a last try is made. */
export interface LastTryParts {
  readonly roster: Roster;
  readonly refresher: Refresher;
  readonly held: HeldSignIns;
}

/** What can happen, in words for the person who decides. */
export const LAST_TRY_RISK = "Twitch may end every login of this app and user";

/**
 * Sends the refresh token of a login that ended with `answer_lost` once more. Throws `AppError` if that is not allowed
 * (`refused`, `settings`, `unsafe_runtime`, `locked`), and `needs_login`, `unavailable` or `disk` if it brought no grant.
 */
export async function lastTry({ roster, refresher, held }: LastTryParts, login: Login): Promise<void> {
  const { generation, refusals } = login.account;
  await refresher.alone(login, async () => {
    const now = roster.deps.clock.now();
    checkAllowed(roster, login, now);
    await held.follow();
    checkNobodyElse(roster, held, login);
    await checkNothingLives(roster, login, now);
    const account = login.account.alias;
    roster.deps.log.warn("a person sends a spent refresh token once more", { account });
    await send(roster, login, now);
  });
  const { account } = login;
  if (account.generation > generation) return;
  if ((account.refusals?.count ?? 0) > (refusals?.count ?? 0)) {
    throw new AppError("needs_login", `${cannot(account)}: Twitch refused the refresh token`, {
      hint: "Sign in again with login; the id stays the same",
    });
  }
  throw new AppError("unavailable", `${cannot(account)}: no new token came`, {
    hint:
      "Look into the log for the reason, then try again in a minute, or sign in again; the id stays the same",
  });
}

function checkAllowed(roster: Roster, login: Login, now: Time): void {
  const { account } = login;
  const { app, deps } = roster;
  const { health } = account;
  if (deps.vault.locked !== undefined) {
    throw new AppError("locked", `${cannot(account)}: the key is missing`, { hint: deps.vault.locked });
  }
  if (health.state !== "needs_login" || health.reason !== "answer_lost") {
    throw new AppError("refused", `${cannot(account)}: its login has not ended by a lost answer`, {
      hint: `Leave --last-try out: accounts refresh ${account.alias}`,
    });
  }
  if (app?.clientId !== account.clientId) {
    throw new AppError("settings", `${cannot(account)}: another Twitch app is set up now`, {
      hint: "Set TWITCH_CLIENT_ID to the app that the login was made with, or sign in again",
    });
  }
  if (!deps.twitch.sendsOnce && rotates(app, roster.factsOf(app.clientId))) {
    throw new AppError("unsafe_runtime", `${cannot(account)}: this version of Deno may send it twice`, {
      hint: "Run the program with Deno 2.9.6 or newer, or sign in again",
    });
  }
  if (login.saveAt !== undefined || login.open !== undefined || !sendsLeft(account, now)) {
    throw new AppError("unavailable", `${cannot(account)}: an earlier try is not done with`, {
      hint: "Try again later, within the hour",
    });
  }
}

/** Twitch may end every grant of the same app and user, also one that nobody has decided about. */
function checkNobodyElse(roster: Roster, held: HeldSignIns, login: Login): void {
  const { account } = login;
  const other = roster.all().find((one) => one !== login && sameGrantor(one.account, account));
  if (other !== undefined) {
    throw new AppError(
      "refused",
      `${
        cannot(account)
      }: ${other.account.alias} is a login of the same app and user, and Twitch may end it too`,
      { hint: `Use ${other.account.alias}, or sign in again` },
    );
  }
  if (held.holds(account.clientId, account.twitchId)) {
    throw new AppError(
      "refused",
      `${cannot(account)}: ${account.login} has just signed in, and nobody has decided about that sign-in`,
      { hint: `Decide about it first, or wait ten minutes; taken in, it makes ${account.alias} work again` },
    );
  }
}

/** As long as a token is served there is something to lose and nothing to gain. */
async function checkNothingLives(roster: Roster, login: Login, now: Time): Promise<void> {
  const { account } = login;
  if (login.access === undefined || expired(account, now)) return;
  const word = await validate(roster, login, now);
  if (word.kind === "invalid") return;
  if (word.kind === "unavailable") {
    throw new AppError("unavailable", `${cannot(account)}: Twitch does not answer`, {
      hint: "Try again in a minute",
    });
  }
  throw new AppError(
    "refused",
    `${cannot(account)}: its access token still lives, and Twitch may end it too`,
    {
      hint: "Sign in again with login; the id stays the same",
    },
  );
}

function sameGrantor(left: Account, right: Account): boolean {
  return left.twitchId === right.twitchId && left.clientId === right.clientId;
}

function cannot({ alias }: Account): string {
  return `Cannot try ${alias} once more`;
}
