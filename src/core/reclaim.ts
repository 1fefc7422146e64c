/**
 * Taking over an id that stands in Companion from an old database: who signs in on this machine may bring it along, if
 * nobody here has it.
 */
import type { Time } from "./account.ts";
import { AppError } from "./error.ts";
import { sealId } from "./ids.ts";
import type { Login } from "./login.ts";
import type { Roster } from "./roster.ts";
import type { Secret } from "./secret.ts";

/** Throws `AppError` `exists` if the id leads to an account of another Twitch user. */
export async function checkReclaim(roster: Roster, id: Secret, twitchId: string): Promise<void> {
  const owner = (await roster.find(id))?.account;
  if (owner === undefined || owner.twitchId === twitchId) return;
  throw new AppError("exists", `Cannot take over the id: it belongs to the account ${owner.alias}`, {
    hint: `Sign in as ${owner.login}, or begin again without the id; nothing was stored`,
  });
}

/** Makes the id one more of the account's, where it is none yet. Throws what the store throws, and `exists`. */
export async function reclaim(roster: Roster, login: Login, id: Secret, now: Time): Promise<void> {
  await checkReclaim(roster, id, login.account.twitchId);
  if (await roster.find(id) !== undefined) return;
  await roster.addId(login, { id, stored: await sealId(roster.deps.vault, id, login.account, now) });
  roster.deps.log.info("id taken over", { account: login.account.alias });
}
