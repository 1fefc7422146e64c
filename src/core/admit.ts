import { type Account, type Grant, type Health, SECOND, type Time } from "./account.ts";
import type { TwitchApp } from "./app.ts";
import { AppError } from "./error.ts";
import { followAll } from "./follow.ts";
import { newId, sealId } from "./ids.ts";
import type { Login } from "./login.ts";
import type { Tokens, ValidateOutcome } from "./ports.ts";
import { checkReclaim, reclaim } from "./reclaim.ts";
import type { Roster, Saved } from "./roster.ts";
import type { Secret } from "./secret.ts";

const ASK_WHO_AGAIN = [SECOND, 2 * SECOND, 3 * SECOND];

/** A finished sign-in. */
export interface Connected {
  readonly login: Login;
  /** What goes into Companion's field. */
  readonly id: Secret;
  /** The account was there before: its id stays, and Companion needs no change. */
  readonly known: boolean;
  /** Asked for and not granted. */
  readonly missing: readonly string[];
  /** Granted before under the same id, and not any more. */
  readonly dropped: readonly string[];
  /** Granted now, and not before; empty for a new account. */
  readonly added: readonly string[];
  /** False if the disk has refused the write: the login lives in memory until it can be written. */
  readonly onDisk: boolean;
}

/** For whom and what a grant was asked. */
export interface Asked {
  readonly app: TwitchApp;
  readonly scopes: readonly string[];
  readonly label: string;
  /** The Twitch user whose account it was begun for; undefined takes whoever comes. */
  readonly expected?: string | undefined;
  /** An id from an old database, which leads to this account from now on. */
  readonly reclaim?: Secret | undefined;
  /** The attempt that it came of. */
  readonly ref?: Secret | undefined;
}

/** A new grant, and whose it is. */
export interface Newcomer {
  readonly who: Who;
  readonly grant: Grant;
}

/**
 * Asks Twitch whose the new grant is. Throws `AppError` `unavailable` if Twitch does not say, `refused` if it is no usable
 * grant.
 */
export async function identify(roster: Roster, asked: Asked, tokens: Tokens): Promise<Newcomer> {
  if (tokens.access === undefined || tokens.refresh === undefined) {
    throw new AppError("unavailable", "Cannot sign in: Twitch's answer broke off", {
      hint: "Begin the sign-in again",
    });
  }
  // The token's life began before Twitch was asked whose it is.
  const now = roster.deps.clock.now();
  const who = await askWho(roster, tokens.access);
  if (who.clientId !== asked.app.clientId) {
    throw new AppError("refused", "Cannot sign in: this login was made for another Twitch app");
  }
  const expiresIn = tokens.expiresIn ?? who.expiresIn;
  const grant: Grant = {
    access: tokens.access,
    refresh: tokens.refresh,
    scopes: who.scopes,
    issuedAt: now,
    expiresAt: expiresIn === undefined ? undefined : now + expiresIn,
  };
  return { who, grant };
}

/**
 * Heals the account of the user who has come, or makes a new one. Throws `AppError` `exists`, and the grant is void, if the
 * id to be taken over is another account's.
 */
export async function welcome(roster: Roster, asked: Asked, { who, grant }: Newcomer): Promise<Connected> {
  const now = grant.issuedAt;
  if (asked.reclaim !== undefined) await checkOrRevoke(roster, asked, who, grant, asked.reclaim);
  const known = roster.byTwitchId(who.twitchId);
  const notGranted = (scope: string): boolean => !who.scopes.includes(scope);
  const missing = asked.scopes.filter(notGranted);
  const before = known?.account.scopes ?? who.scopes;
  const dropped = before.filter(notGranted);
  const added = who.scopes.filter((scope) => !before.includes(scope));
  const { login, id, saved } = known === undefined
    ? await addNew(roster, asked, who, grant, now)
    : await heal(roster, known, asked, who, grant, now);
  login.validation = { at: now, answered: true };
  roster.touch(login);
  roster.deps.log.info("signed in", {
    account: login.account.alias,
    known: known !== undefined,
    missing: missing.length,
  });
  return { login, id, known: known !== undefined, missing, dropped, added, onDisk: saved === "saved" };
}

type Who = Extract<ValidateOutcome, { kind: "valid" }>;

async function checkOrRevoke(
  roster: Roster,
  { app }: Asked,
  { twitchId }: Who,
  { access }: Grant,
  id: Secret,
): Promise<void> {
  try {
    await checkReclaim(roster, id, twitchId);
  } catch (error) {
    await roster.deps.twitch.revoke(app, access);
    throw error;
  }
}

/** `identify` and `welcome` in one. */
export async function admit(roster: Roster, asked: Asked, tokens: Tokens): Promise<Connected> {
  return await welcome(roster, asked, await identify(roster, asked, tokens));
}

/** A fresh grant is worth a few tries: it cannot be asked for again without a person. */
async function askWho(roster: Roster, access: Secret): Promise<Who> {
  const { twitch, clock } = roster.deps;
  let outcome = await twitch.validate(access);
  for (const pause of ASK_WHO_AGAIN) {
    if (outcome.kind !== "unavailable") break;
    await clock.sleep(pause);
    outcome = await twitch.validate(access);
  }
  if (outcome.kind === "valid") return outcome;
  throw new AppError("unavailable", "Cannot sign in: Twitch does not say whose login this is", {
    hint: "Begin the sign-in again in a minute",
  });
}

interface Admitted {
  readonly login: Login;
  readonly id: Secret;
  readonly saved: Saved;
}

const CONNECTED: Health = { state: "connected" };

async function addNew(roster: Roster, asked: Asked, who: Who, grant: Grant, now: Time): Promise<Admitted> {
  const { vault } = roster.deps;
  const key = crypto.randomUUID();
  const account: Account = {
    key,
    alias: freeAlias(roster, who.login),
    twitchId: who.twitchId,
    login: who.login,
    label: asked.label,
    clientId: asked.app.clientId,
    scopes: who.scopes,
    grant: await vault.sealGrant(grant, key, 1),
    generation: 1,
    issuedAt: grant.issuedAt,
    expiresAt: grant.expiresAt,
    lastRefresh: undefined,
    health: CONNECTED,
    refusals: undefined,
    sends: [],
    createdAt: now,
    relay: true,
    passwordDigest: undefined,
    revision: 1,
  };
  const id = asked.reclaim ?? newId();
  const saved = await roster.add(account, grant.access, {
    id,
    stored: await sealId(vault, id, account, now),
  });
  const login = roster.get(key);
  if (login !== undefined) return { login, id, saved };
  // The same user has signed in twice at once, and the other sign-in was first; perhaps at another process.
  const isNews = await followStore(roster);
  const other = roster.byTwitchId(who.twitchId);
  if (other !== undefined) return await heal(roster, other, asked, who, grant, now);
  // Another process has given the name to somebody else.
  if (isNews && freeAlias(roster, who.login) !== account.alias) {
    return await addNew(roster, asked, who, grant, now);
  }
  throw new AppError("exists", "Cannot add the account: it is there already");
}

/** Takes over what other processes have written; false where there are none. */
async function followStore(roster: Roster): Promise<boolean> {
  const { shared } = roster.deps;
  if (shared === undefined) return false;
  await followAll(roster, shared);
  return true;
}

async function heal(
  roster: Roster,
  login: Login,
  asked: Asked,
  who: Who,
  grant: Grant,
  now: Time,
): Promise<Admitted> {
  const { vault } = roster.deps;
  const generation = login.account.generation + 1;
  const sealed = await vault.sealGrant(grant, login.account.key, generation);
  if (login.account.generation !== generation - 1) return await heal(roster, login, asked, who, grant, now);
  const saved = await roster.update(login, (row) => ({
    ...row,
    login: who.login,
    label: asked.label === "" ? row.label : asked.label,
    clientId: asked.app.clientId,
    scopes: who.scopes,
    grant: sealed,
    generation,
    issuedAt: grant.issuedAt,
    expiresAt: grant.expiresAt,
    health: CONNECTED,
    refusals: undefined,
    sends: [],
  }), grant.access);
  // A refresh or a removal came between: the grant is sealed anew for what is there now.
  if (saved === "superseded") return await heal(roster, login, asked, who, grant, now);
  if (saved === "gone") return await addNew(roster, asked, who, grant, now);
  const id = await currentId(roster, login, now);
  if (asked.reclaim !== undefined) await reclaim(roster, login, asked.reclaim, now);
  return { login, id, saved };
}

async function currentId(roster: Roster, login: Login, now: Time): Promise<Secret> {
  const known = roster.ids.of(login).at(-1);
  if (known !== undefined) return known.id;
  const id = newId();
  await roster.addId(login, { id, stored: await sealId(roster.deps.vault, id, login.account, now) });
  return id;
}

/** Twitch login names are short and plain; a taken one gets a number. */
export function freeAlias(roster: Roster, name: string): string {
  const base = name.toLowerCase().replace(/[^a-z0-9_]/g, "") || "account";
  let alias = base;
  for (let number = 2; roster.byAlias(alias) !== undefined; number++) alias = `${base}-${number}`;
  return alias;
}
