/**
 * Keeping a login alive: one refresh at a time per account, whoever asks, by the refresh transaction
 * (.github/REFRESH.md).
 *
 * Invariants:
 * - a refresh token is journalled on disk before it is sent, and its successor is on disk before it is shown;
 * - a journal entry ends only when the fate of its token is known (`settle…`, `prove`);
 * - where refresh tokens are spent by use, one whose fate is unknown is sent again only after `/validate` has shown
 *   that the old access token still lives, so nothing was exchanged for it (twitchdev/issues#903: replay kills the login).
 *   The one exception is a person's word (`last_try.ts`).
 */
import type { Account, Grant, Health, JournalEntry, Reason, Time } from "./account.ts";
import { rotates, type TwitchApp } from "./app.ts";
import { AppError, storeRefuses } from "./error.ts";
import type { Login } from "./login.ts";
import type { RefreshOutcome, Tokens, Unavailable } from "./ports.ts";
import type { Roster, Saved } from "./roster.ts";
import {
  afterFailure,
  afterRefusal,
  apart,
  blockOf,
  expired,
  type Failure,
  recentSends,
} from "./schedule.ts";
import { digestOf } from "./secret.ts";
import { validate } from "./validate.ts";

/** Sends the refresh token once and stores what comes of it. */
export async function send(roster: Roster, login: Login, now: Time): Promise<void> {
  const { deps } = roster;
  const { app } = roster;
  const { account } = login;
  if (app === undefined || app.clientId !== account.clientId) return;
  const grant = await deps.vault.openGrant(account.grant, account.key, account.generation);
  const spends = rotates(app, roster.factsOf(app.clientId));
  if (spends) {
    // A spent token cannot be asked for twice: nothing is sent before Twitch has shown that it answers.
    const proof = await validate(roster, login, now);
    if (proof.kind === "unavailable") return await fail(roster, login, { ...proof, harmless: true }, now);
  }
  await deps.twitch.ready();
  const entry = {
    account: account.key,
    generation: account.generation,
    digest: await digestOf(grant.refresh),
    at: now,
  };
  if (!await journal(roster, login, entry, now)) return;
  // Stood still for too long: another process may be at it, and proves first what became of this entry.
  if (login.lease?.held === false) return;
  const outcome = await deps.twitch.refresh(app, grant.refresh);
  await settle(roster, login, { app, entry, grant, outcome, now });
}

async function journal(roster: Roster, login: Login, entry: JournalEntry, now: Time): Promise<boolean> {
  const { deps } = roster;
  try {
    const counted = (row: Account) => ({ ...row, sends: [...recentSends(row, now), now] });
    return await roster.beginRefresh(login, entry, counted) === "saved" && login.open === entry;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.error("cannot write to disk, so nothing is sent", {
      account: login.account.alias,
      error: error.message,
    });
    // Another process has taken the login over, or has changed the key: what becomes of it is seen when that is read.
    if (error.code === "busy" || error.code === "locked") return false;
    const reason = storeRefuses(error) ? error.code : "disk";
    login.account = failed(roster, login.account, { reason, harmless: true }, now);
    roster.touch(login);
    return false;
  }
}

interface Sent {
  readonly app: TwitchApp;
  readonly entry: JournalEntry;
  /** The grant whose refresh token was sent. */
  readonly grant: Grant;
  readonly outcome: RefreshOutcome;
  readonly now: Time;
}

async function settle(roster: Roster, login: Login, sent: Sent): Promise<void> {
  switch (sent.outcome.kind) {
    case "refreshed":
      return await settleRefreshed(roster, login, sent, sent.outcome.tokens);
    case "refused":
      return await settleRefused(roster, login, sent);
    case "unavailable":
      return await settleUnavailable(roster, login, sent, sent.outcome);
  }
}

/** What was sent and what came back, as one grant. A refresh token that was not named stays. */
function grantFrom(old: Grant, tokens: Tokens, now: Time): Grant {
  const access = tokens.access;
  if (access === undefined) return { ...old, refresh: tokens.refresh ?? old.refresh };
  return {
    access,
    refresh: tokens.refresh ?? old.refresh,
    scopes: tokens.scopes ?? old.scopes,
    issuedAt: now,
    expiresAt: tokens.expiresIn === undefined ? undefined : now + tokens.expiresIn,
  };
}

async function settleRefreshed(roster: Roster, login: Login, sent: Sent, tokens: Tokens): Promise<void> {
  const { deps } = roster;
  const { entry, now } = sent;
  const grant = grantFrom(sent.grant, tokens, now);
  const rotated = tokens.refresh !== undefined && tokens.refresh.reveal() !== sent.grant.refresh.reveal();
  const wasDead = login.accessDead;
  const health = healthAfter(roster, tokens, login.account, now);
  const sealed = await deps.vault.sealGrant(grant, entry.account, entry.generation + 1);
  // In the commit of the new grant: no restart may take its refresh token for one that can be sent twice.
  if (rotated) roster.note(sent.app.clientId, { rotates: true });
  const saved = await roster.endRefresh(login, entry.generation, (row) => ({
    ...row,
    grant: sealed,
    generation: entry.generation + 1,
    scopes: grant.scopes,
    issuedAt: grant.issuedAt,
    expiresAt: grant.expiresAt,
    lastRefresh: now,
    health,
    refusals: undefined,
    sends: [],
  }), tokens.access);
  if (saved === "gone" || saved === "superseded") {
    await roster.learn(sent.app.clientId, { rotates: rotated });
    return await dropNew(roster, login, saved, grant);
  }
  if (grant.expiresAt === undefined) login.validation = undefined;
  deps.log.info("login refreshed", { account: login.account.alias, rotated });
  // A token that was dead before says nothing about what a refresh does to it.
  if (tokens.access !== undefined && !wasDead) await watchOld(roster, sent, now);
}

/**
 * Connected, unless the answer broke off before the refresh token of an app that spends them: then this access token
 * is the last, and a person has its whole life to sign in again.
 */
function healthAfter(roster: Roster, tokens: Tokens, account: Account, now: Time): Health {
  const { app } = roster;
  if (tokens.whole || tokens.refresh !== undefined || app === undefined) {
    // Without an access token the answer is only half of a refresh: the next one follows at once.
    if (tokens.access !== undefined) return { state: "connected" };
    return afterFailure(account.health, { reason: "cut", harmless: true }, now, roster.deps.random());
  }
  const spent = rotates(app, roster.factsOf(app.clientId));
  return spent ? { state: "needs_login", since: now, reason: "answer_lost" } : { state: "connected" };
}

/** The account was removed meanwhile, or its user has signed in again: theirs is kept, ours is of no use. */
async function dropNew(roster: Roster, login: Login, saved: Saved, grant: Grant): Promise<void> {
  const { deps } = roster;
  deps.log.info("refresh came too late", { account: login.account.alias, outcome: saved });
  const { app } = roster;
  if (saved === "gone" && app?.clientId === login.account.clientId) {
    await deps.twitch.revoke(app, grant.access);
  }
}

/** Asks, until one has, whether the old access token survived: `/validate` proves nothing about apps where they do. */
async function watchOld(roster: Roster, sent: Sent, now: Time): Promise<void> {
  const { app, grant } = sent;
  if (roster.factsOf(app.clientId).oldAccess === "survives") return;
  if (grant.expiresAt !== undefined && now >= grant.expiresAt) return;
  const old = await roster.deps.twitch.validate(grant.access);
  if (old.kind === "unavailable") return;
  await roster.learn(app.clientId, { oldAccess: old.kind === "valid" ? "survives" : "dies" });
}

async function settleRefused(roster: Roster, login: Login, sent: Sent): Promise<void> {
  const { entry, now } = sent;
  await roster.endRefresh(login, entry.generation, (row) => ({
    ...row,
    refusals: { count: (row.refusals?.count ?? 0) + 1, first: row.refusals?.first ?? now, last: now },
  }));
  if (login.account.generation !== entry.generation) return;
  roster.deps.log.warn("twitch refused the refresh token", { account: login.account.alias });
  login.unconfirmed = true;
  await confirm(roster, login, now);
}

/** Twitch's second word on a refusal: a login ends only if `/validate` says 401 to a token that should still live. */
export async function confirm(roster: Roster, login: Login, now: Time): Promise<void> {
  const { account } = login;
  if (account.health.state === "needs_login") {
    login.unconfirmed = false;
    return;
  }
  if (expired(account, now)) {
    const { refusals } = account;
    login.unconfirmed = false;
    if (refusals !== undefined && apart(refusals)) {
      return await needsLogin(roster, login, "refused", now);
    }
    return await rest(roster, login, afterRefusal(account, now));
  }
  const word = await validate(roster, login, now);
  if (word.kind === "unavailable") return await noWord(roster, login, word, now);
  login.unconfirmed = false;
  // Where the expiry is not known, as after a clock that was wrong, a 401 may be mere expiry: then two refusals count.
  const { expiresAt, refusals } = login.account;
  const says = expiresAt !== undefined || (refusals !== undefined && apart(refusals));
  if (word.kind === "invalid" && says) return await needsLogin(roster, login, "refused", now);
  await rest(roster, login, afterRefusal(login.account, now));
}

async function settleUnavailable(
  roster: Roster,
  login: Login,
  sent: Sent,
  outcome: Unavailable,
): Promise<void> {
  const { entry, now } = sent;
  const failure = { ...outcome, harmless: outcome.neverLeft };
  roster.deps.log.warn("refresh failed", {
    account: login.account.alias,
    reason: outcome.reason,
    spent: outcome.spent,
  });
  if (outcome.spent === "unknown") return await fail(roster, login, failure, now);
  await roster.endRefresh(login, entry.generation, (row) => ({
    ...failed(roster, row, failure, now),
    sends: outcome.neverLeft ? row.sends.filter((at) => at !== entry.at) : row.sends,
  }));
}

/** Finds out whether an open refresh has spent its token, and never sends it again if it has. */
export async function prove(roster: Roster, login: Login, now: Time): Promise<void> {
  const { account, open } = login;
  if (open === undefined) return;
  const { oldAccess } = roster.factsOf(account.clientId);
  if (oldAccess === "survives") return await needsLogin(roster, login, "answer_lost", now);
  // Also past the expiry: if our clock is the one that errs, Twitch still says 200.
  const word = await validate(roster, login, now);
  if (word.kind === "unavailable") return await noWord(roster, login, word, now);
  if (word.kind === "invalid") return await needsLogin(roster, login, "answer_lost", now);
  roster.deps.log.info("the cut refresh had not reached twitch", { account: account.alias });
  await roster.endRefresh(login, open.generation, (row) => row);
}

/** `/validate` gave no answer. What the health says already, a block or a longer wait for the next send, stays. */
async function noWord(roster: Roster, login: Login, word: Unavailable, now: Time): Promise<void> {
  const { health } = login.account;
  const waits = health.state === "retrying" && health.nextTry > now;
  if (waits || blockOf(roster.situation(login)) !== undefined) return;
  await fail(roster, login, { ...word, harmless: true }, now);
}

/** Only a person can help now. The row stays, and with it the grant. One that has ended already did so then. */
async function needsLogin(roster: Roster, login: Login, reason: Reason, now: Time): Promise<void> {
  const before = login.account.health;
  const since = before.state === "needs_login" ? before.since : now;
  const health = { state: "needs_login", since, reason } as const;
  await roster.endRefresh(login, login.account.generation, (row) => ({ ...row, health }));
}

/** Notes a failure and when to try again. */
export async function fail(roster: Roster, login: Login, failure: Failure, now: Time): Promise<void> {
  await roster.update(login, (row) => failed(roster, row, failure, now));
}

/** A login that has ended stays so until it heals: a failed daily try only waits for the next day. */
function failed(roster: Roster, row: Account, failure: Failure, now: Time): Account {
  if (row.health.state === "needs_login") {
    return {
      ...row,
      refusals: { count: row.refusals?.count ?? 0, first: row.refusals?.first ?? now, last: now },
    };
  }
  return { ...row, health: afterFailure(row.health, failure, now, roster.deps.random()) };
}

async function rest(roster: Roster, login: Login, health: Health): Promise<void> {
  await roster.update(login, (row) => ({ ...row, health }));
}
