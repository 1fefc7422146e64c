/** What a person can do with the accounts: look, rename, give a new id, refresh now, remove. */
import type { Account, Reason, Time } from "./account.ts";
import { oldTokensDie } from "./app.ts";
import { AppError } from "./error.ts";
import { endIds, type IdEnd, type OldId, oldIdsOf } from "./id_end.ts";
import { isProtected } from "./id_password.ts";
import { newId, sealId } from "./ids.ts";
import type { Login } from "./login.ts";
import type { Refresher } from "./refresher.ts";
import { NEEDS_HANDS, REASONS, REMEDIES } from "./reason_words.ts";
import type { Roster } from "./roster.ts";
import { expired, refreshAt } from "./schedule.ts";
import type { Secret } from "./secret.ts";

/** An account as its owner may see it. No token is in it; the ids are secrets. */
export interface AccountView {
  /** Newest last; empty while the key is missing. */
  readonly ids: readonly Secret[];
  readonly alias: string;
  readonly login: string;
  readonly twitchId: string;
  readonly label: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Time | undefined;
  /** A token can be answered right now. */
  readonly serving: boolean;
  readonly health: Account["health"]["state"];
  readonly since: Time | undefined;
  readonly reason: Reason | undefined;
  readonly nextTry: Time | undefined;
  readonly lastRefresh: Time | undefined;
  /** When it is refreshed by itself; undefined while it is not connected, or has no end. */
  readonly nextRefresh: Time | undefined;
  /** A refresh makes the token void that clients have. */
  readonly oldTokenDies: boolean;
  /** The ids before the newest that still work. */
  readonly oldIds: readonly OldId[];
  /** The relay may use it. */
  readonly relay: boolean;
  /** Its ids need a password. */
  readonly protected: boolean;
  readonly askedAt: Time | undefined;
  /** The address of who asked last. */
  readonly askedBy: string | undefined;
}

/** The view of one login. */
export function viewOf(roster: Roster, login: Login, now: Time): AccountView {
  const { account } = login;
  const { health } = account;
  const app = roster.app?.clientId === account.clientId ? roster.app : undefined;
  const oldTokenDies = app !== undefined && oldTokensDie(app, roster.factsOf(account.clientId));
  return {
    ids: roster.ids.of(login).map(({ id }) => id),
    alias: account.alias,
    login: account.login,
    twitchId: account.twitchId,
    label: account.label,
    clientId: account.clientId,
    scopes: account.scopes,
    expiresAt: account.expiresAt,
    serving: login.access !== undefined && !expired(account, now),
    health: health.state,
    since: health.state === "connected" ? undefined : health.since,
    reason: health.state === "connected" ? undefined : health.reason,
    nextTry: health.state === "retrying" ? health.nextTry : undefined,
    lastRefresh: account.lastRefresh,
    nextRefresh: health.state === "connected" ? refreshAt(account, oldTokenDies) : undefined,
    oldTokenDies,
    oldIds: oldIdsOf(roster, login),
    relay: account.relay,
    protected: isProtected(account),
    askedAt: login.askedAt,
    askedBy: login.askedBy,
  };
}

/** The login that an alias names. Throws `AppError` `not_found`, naming those that exist. */
export function loginNamed(roster: Roster, alias: string): Login {
  const login = roster.byAlias(alias);
  if (login !== undefined) return login;
  const names = roster.all().map(({ account }) => account.alias).join(", ");
  throw new AppError(
    "not_found",
    `Cannot find the account ${JSON.stringify(alias)}: there is none of that name`,
    {
      hint: names === "" ? "No account is connected yet: sign in with login" : `There are: ${names}`,
    },
  );
}

/** Gives the account a new id; all earlier ones are unknown from now on, or from their `end` on. */
export async function rotateId(roster: Roster, login: Login, end: IdEnd = "now"): Promise<Secret> {
  const before = roster.ids.digestsOf(login);
  const id = newId();
  await roster.addId(login, {
    id,
    stored: await sealId(roster.deps.vault, id, login.account, roster.deps.clock.now()),
  });
  await endIds(roster, before, end);
  roster.deps.log.info("new id", { account: login.account.alias });
  return id;
}

/** Changes what the person calls the account. */
export async function relabel(roster: Roster, login: Login, label: string): Promise<void> {
  await roster.update(login, (row) => ({ ...row, label }));
}

/** Lets the relay use the account, or forbids it. */
export async function switchRelay(roster: Roster, login: Login, on: boolean): Promise<void> {
  await roster.update(login, (row) => ({ ...row, relay: on }));
  roster.deps.log.info("relay switched", { account: login.account.alias, on });
}

/** Refreshes now, for a person who wants a token that lasts. Throws `AppError` if it did not come to a new grant. */
export async function refreshNow(roster: Roster, refresher: Refresher, login: Login): Promise<void> {
  const before = login.account;
  await refresher.one(login, "person");
  // What it joined was something else, such as the hourly question whether the token is valid.
  if (login.account === before) await refresher.one(login, "person");
  const { account } = login;
  if (account.generation > before.generation) return;
  if (roster.deps.vault.locked !== undefined) {
    throw new AppError("locked", "Cannot refresh: the key is missing", { hint: roster.deps.vault.locked });
  }
  if (account.health.state === "needs_login") {
    throw new AppError(
      "needs_login",
      `Cannot refresh ${account.alias}: this login has ended: ${REASONS[account.health.reason]}`,
      {
        hint: "Sign in again with login; the id stays the same",
      },
    );
  }
  throw notRefreshed(account);
}

function notRefreshed({ alias, health }: Account): AppError {
  const keeps = "The server keeps trying by itself; the present token is served as long as it lives";
  if (health.state === "connected") {
    return new AppError("unavailable", `Cannot refresh ${alias}: another refresh is on its way`, {
      hint: keeps,
    });
  }
  const code = health.reason === "unsafe_runtime" ? "unsafe_runtime" : "app_refused";
  const what = `Cannot refresh ${alias}: ${REASONS[health.reason]}`;
  if (!NEEDS_HANDS.has(health.reason)) return new AppError("unavailable", what, { hint: keeps });
  return new AppError(code, what, { hint: REMEDIES[health.reason] ?? keeps });
}

/** Makes the token void at Twitch, then forgets the account. True if Twitch has confirmed it. */
export async function removeAccount(roster: Roster, login: Login): Promise<boolean> {
  const { app, deps } = roster;
  const { access, account } = login;
  const revoked = app?.clientId === account.clientId && access !== undefined &&
    await deps.twitch.revoke(app, access);
  await roster.remove(login);
  deps.log.info("account removed", { account: account.alias, revoked });
  return revoked;
}
