import type { Account, Time } from "./account.ts";
import type { Login } from "./login.ts";
import type { ValidateOutcome } from "./ports.ts";
import type { Roster } from "./roster.ts";
import { expired, isAmbiguous } from "./schedule.ts";

/**
 * Asks Twitch about the access token and takes over what it says: a renamed login, other scopes, an expiry that was
 * not known. A 401 means that the token is not handed out any more; anything that is no answer of Twitch's means nothing.
 */
export async function validate(roster: Roster, login: Login, now: Time): Promise<ValidateOutcome> {
  const { deps } = roster;
  const { account } = login;
  const access = login.access ??
    (await deps.vault.openGrant(account.grant, account.key, account.generation)).access;
  const outcome = await deps.twitch.validate(access);
  if (login.account.generation !== account.generation) return outcome;
  const silentBefore = wasSilent(login, now);
  login.validation = { at: now, answered: outcome.kind !== "unavailable" };
  switch (outcome.kind) {
    case "valid":
      login.access = access;
      login.accessDead = false;
      await takeOver(roster, login, outcome, now);
      break;
    case "invalid":
      if (!login.accessDead && !expired(account, now)) {
        deps.log.warn("twitch calls the access token invalid before its time", { account: account.alias });
      }
      login.access = undefined;
      login.accessDead = true;
      break;
    case "unavailable":
      deps.log.debug("validate failed", { account: account.alias, reason: outcome.reason });
      return outcome;
  }
  if (silentBefore) await endWait(roster, login, now);
  roster.touch(login);
  return outcome;
}

async function takeOver(
  roster: Roster,
  login: Login,
  word: Extract<ValidateOutcome, { kind: "valid" }>,
  now: Time,
): Promise<void> {
  const { account } = login;
  const changed: Partial<Account> = {
    ...(word.login === account.login ? {} : { login: word.login }),
    ...(sameScopes(word.scopes, account.scopes) ? {} : { scopes: word.scopes }),
    ...(account.expiresAt === undefined && word.expiresIn !== undefined
      ? { issuedAt: now, expiresAt: now + word.expiresIn }
      : {}),
  };
  if (Object.keys(changed).length > 0) await roster.update(login, (row) => ({ ...row, ...changed }));
}

function sameScopes(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((scope) => right.includes(scope));
}

/** The last `/validate` since the last send gave no answer; an earlier one says nothing about this wait. */
function wasSilent({ validation, account }: Login, now: Time): boolean {
  const at = validation?.answered === false ? validation.at : 0;
  return at > (account.sends.at(-1) ?? 0) && at <= now;
}

/** Twitch is back: a wait that was earned by its silence is over. */
async function endWait(roster: Roster, login: Login, now: Time): Promise<void> {
  const { health } = login.account;
  if (health.state !== "retrying" || !isAmbiguous(health.reason) || health.nextTry <= now) return;
  await roster.update(login, (row) => ({ ...row, health: { ...health, nextTry: now } }));
}
