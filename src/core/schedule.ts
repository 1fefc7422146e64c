/**
 * When to do what for a login: pure policy, no effects. The numbers are a contract (.github/REFRESH.md): Companion's
 * module asks every 15 minutes, so a token served must outlive at least one missed question.
 */
import {
  type Account,
  DAY,
  type Duration,
  type Health,
  HOUR,
  type JournalEntry,
  MINUTE,
  type Reason,
  type Refusals,
  SECOND,
  type Time,
} from "./account.ts";
import { type AppFacts, oldTokensDie, rotates, type TwitchApp } from "./app.ts";

/** Refresh requests of one account that reached Twitch within an hour without ending in a stored grant. */
const MOST_SENDS_PER_HOUR = 8;
const AFTER_REFUSAL: readonly Duration[] = [5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY];
/** Two refusals closer than this are one word, not two. */
const REFUSALS_APART = 5 * MINUTE;

/** What is left of a token's life when it is refreshed. */
function refreshMargin(life: Duration): Duration {
  return life < 10 * MINUTE ? life / 2 : Math.min(2 * HOUR, life / 2) + 2 * MINUTE;
}

/** How long the token was given for; undefined where Twitch did not say. */
export function lifeOf(account: Account): Duration | undefined {
  return account.expiresAt === undefined ? undefined : account.expiresAt - account.issuedAt;
}

/**
 * When the background job refreshes the account; undefined for a token without expiry. `aligned`: the app's old access
 * tokens die at a refresh, so it is left to Companion's next question as long as that can be afforded.
 */
export function refreshAt(account: Account, aligned: boolean): Time | undefined {
  if (account.expiresAt === undefined) return undefined;
  const life = account.expiresAt - account.issuedAt;
  return account.expiresAt - (aligned ? Math.min(30 * MINUTE, life / 4) : refreshMargin(life));
}

/** From when a question itself starts a refresh and waits a moment for it; undefined for a token without expiry. */
export function questionRefreshAt(account: Account, aligned: boolean): Time | undefined {
  if (account.expiresAt === undefined) return undefined;
  const life = account.expiresAt - account.issuedAt;
  return account.expiresAt - (aligned ? refreshMargin(life) : Math.min(20 * MINUTE, life / 4));
}

/** True once the token is past the expiry that Twitch gave it. */
export function expired(account: Account, now: Time): boolean {
  return account.expiresAt !== undefined && now >= account.expiresAt;
}

/** The sends that still count against the hourly limit. */
export function recentSends(account: Account, now: Time): readonly Time[] {
  return account.sends.filter((at) => at > now - HOUR && at <= now);
}

/** Whether the hourly limit allows one more. */
export function sendsLeft(account: Account, now: Time): boolean {
  return recentSends(account, now).length < MOST_SENDS_PER_HOUR;
}

/** How a failed attempt ended, as far as the next wait is concerned. */
export interface Failure {
  readonly reason: Reason;
  /** The request provably never left, or only `/validate` failed: trying again soon costs nothing. */
  readonly harmless: boolean;
  readonly retryAfter?: Duration | undefined;
}

/** The health after one more failure: 2–10 s at first, doubling with jitter, `Retry-After` honoured within the cap. */
export function afterFailure(health: Health, failure: Failure, now: Time, random: number): Health {
  const before = health.state === "retrying" ? health : undefined;
  const attempts = (before?.attempts ?? 0) + 1;
  const cap = failure.harmless ? MINUTE : 15 * MINUTE;
  const doubled = (2 + 8 * random) * SECOND * 2 ** Math.min(attempts - 1, 10);
  const wait = Math.min(cap, Math.max(doubled, failure.retryAfter ?? 0));
  return {
    state: "retrying",
    since: before?.since ?? now,
    reason: failure.reason,
    attempts,
    nextTry: now + wait,
  };
}

/** The health after a refusal that `/validate` contradicts: 5 min, 30 min, 2 h, then daily. */
export function afterRefusal(account: Account, now: Time): Health {
  const count = account.refusals?.count ?? 1;
  const wait = AFTER_REFUSAL[Math.min(count, AFTER_REFUSAL.length) - 1] ?? DAY;
  const since = account.health.state === "retrying" ? account.health.since : now;
  return { state: "retrying", since, reason: "refused", attempts: count, nextTry: now + wait };
}

/** Everything that the next step depends on. */
export interface Situation {
  readonly account: Account;
  /** The app configured now. */
  readonly app: TwitchApp | undefined;
  readonly facts: AppFacts;
  readonly sendsOnce: boolean;
  /** A refresh token was sent and its fate is not known. */
  readonly open: JournalEntry | undefined;
  /** Memory is ahead of the disk since this failed write; the next try is due at `saveAt`. */
  readonly saveAt: Time | undefined;
  /** `/validate` has said 401 to the stored access token. */
  readonly accessDead: boolean;
  /** Twitch refused the refresh token and `/validate` has not given its word yet. */
  readonly unconfirmed: boolean;
  readonly askedAt: Time | undefined;
  /** The last time `/validate` was asked, and whether Twitch gave an answer of its own. */
  readonly validation: { readonly at: Time; readonly answered: boolean } | undefined;
}

/** Who wants it: the background job, a question, or a person (who may shorten a wait). */
export type Asker = "job" | "question" | "person";

/**
 * `save` a grant that the disk refused · `prove` by `/validate` whether an open refresh spent its token · `confirm` a
 * refusal by `/validate` · `send` the refresh token · `validate` as Twitch demands, or to see whether it is back ·
 * `blocked`: due, but may not be sent · `rest`: nothing to do before `until`.
 */
export type Step =
  | { readonly kind: "save" | "prove" | "confirm" | "send" | "validate" }
  | { readonly kind: "blocked"; readonly reason: "other_app" | "unsafe_runtime" }
  | { readonly kind: "rest"; readonly until: Time | undefined };

/** What to do next for a login. */
export function nextStep(situation: Situation, now: Time, asker: Asker): Step {
  const { account, saveAt } = situation;
  if (saveAt !== undefined) {
    const due = now >= saveAt || saveAt > now + MINUTE || asker === "person";
    return due ? { kind: "save" } : rest(saveAt);
  }
  const block = blockOf(situation);
  if (block !== undefined && !says(account.health, block)) return { kind: "blocked", reason: block };

  const wait = asker === "person" ? 0 : waitUntil(account.health, now);
  const doubt = doubtOf(situation, now);
  if (doubt !== undefined) {
    const at = doubtAt(situation, doubt, wait, now);
    return now >= at ? { kind: doubt } : rest(at);
  }
  const send = block === undefined ? latest(wait, sendAt(situation, now, asker)) : undefined;
  if (send !== undefined && now >= send) return { kind: "send" };
  const validation = validateAt(situation, now);
  if (validation !== undefined && now >= validation) return { kind: "validate" };
  return rest(earliest(send, validation));
}

/** What only `/validate` can tell, and what must be known before anything is sent. */
function doubtOf(situation: Situation, now: Time): "confirm" | "prove" | undefined {
  if (situation.unconfirmed || bothWords(situation, now)) return "confirm";
  return situation.open !== undefined && mustProve(situation) ? "prove" : undefined;
}

/** After a refusal that was contradicted the second word has come: a login that is dead is told without a wait. */
function bothWords({ account, accessDead }: Situation, now: Time): boolean {
  const { health, refusals } = account;
  if (health.state !== "retrying" || health.reason !== "refused" || refusals === undefined) return false;
  // A 401 to a token that has run out, or may have, is no word.
  return account.expiresAt === undefined || expired(account, now) ? apart(refusals) : accessDead;
}

/** Two refusals, and not one told twice. */
export function apart(refusals: Refusals): boolean {
  return refusals.last - refusals.first >= REFUSALS_APART;
}

/** Asking costs nothing, so it does not wait for the next send, only for a `/validate` that gave no answer. */
function doubtAt(
  { account, open, validation }: Situation,
  doubt: "confirm" | "prove",
  wait: Time | undefined,
  now: Time,
): Time {
  const first = doubt === "prove" && open !== undefined ? proofAt(account, open, now) : 0;
  if (validation === undefined || validation.answered) return first;
  const again = past(validation.at, now) + MINUTE;
  return Math.max(first, Math.min(again, wait ?? again));
}

/** A moment that should have passed; if it lies ahead the clock was wrong then, and it is taken for long ago. */
function past(at: Time, now: Time): Time {
  return at > now ? 0 : at;
}

function rest(until: Time | undefined): Step {
  return { kind: "rest", until };
}

function earliest(...times: readonly (Time | undefined)[]): Time | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function latest(wait: Time | undefined, due: Time | undefined): Time | undefined {
  return wait === undefined || due === undefined ? due : Math.max(wait, due);
}

function ofThisApp(situation: Situation): TwitchApp | undefined {
  return situation.app?.clientId === situation.account.clientId ? situation.app : undefined;
}

/** Why nothing may be sent until somebody changes the settings or the runtime. */
export function blockOf(situation: Situation): "other_app" | "unsafe_runtime" | undefined {
  const app = ofThisApp(situation);
  if (app === undefined) return "other_app";
  return !situation.sendsOnce && rotates(app, situation.facts) ? "unsafe_runtime" : undefined;
}

function says(health: Health, block: Reason): boolean {
  return health.state === "needs_login" || (health.state === "retrying" && health.reason === block);
}

/** A wait that was earned by a failure; a block that is over was none, and no wait is longer than a day. */
function waitUntil(health: Health, now: Time): Time | undefined {
  if (health.state !== "retrying" || health.nextTry > now + DAY) return undefined;
  return health.reason === "other_app" || health.reason === "unsafe_runtime" ? undefined : health.nextTry;
}

function mustProve(situation: Situation): boolean {
  const app = ofThisApp(situation);
  return app === undefined ? situation.facts.rotates : rotates(app, situation.facts);
}

/** Twitch is given a moment to finish what the cut request began. */
function proofAt(account: Account, open: JournalEntry, now: Time): Time {
  return past(open.at, now) + Math.min(30 * SECOND, (lifeOf(account) ?? HOUR) / 20);
}

/** When the refresh token is to be sent, as far as waits allow. */
function sendAt(situation: Situation, now: Time, asker: Asker): Time | undefined {
  const due = dueAt(situation, now, asker);
  const sends = recentSends(situation.account, now);
  const oldest = sends[sends.length - MOST_SENDS_PER_HOUR];
  return due === undefined || oldest === undefined ? due : Math.max(due, oldest + HOUR);
}

function dueAt(situation: Situation, now: Time, asker: Asker): Time | undefined {
  const { account, facts } = situation;
  const { health } = account;
  const app = ofThisApp(situation);
  if (health.state === "needs_login") {
    if (health.reason !== "refused") return undefined;
    if (asker === "person") return 0;
    // Twitch has refused good tokens before (twitchdev/issues#1037): where that costs nothing, it is asked again daily.
    const last = past(account.refusals?.last ?? health.since, now);
    return app?.clientSecret === undefined ? undefined : last + DAY;
  }
  if (asker === "person" || situation.open !== undefined || health.state === "retrying") return 0;
  if (situation.accessDead) return replaceAt(account, now, asker);
  const aligned = app !== undefined && oldTokensDie(app, facts);
  const job = refreshAt(account, aligned);
  return asker === "question" ? earliest(job, questionRefreshAt(account, aligned)) : job;
}

/**
 * A token that is dead soon after its birth is not replaced at once: if Twitch errs, that would go on all day. Somebody
 * who waits for an answer may have it sooner than the job.
 */
function replaceAt(account: Account, now: Time, asker: Asker): Time {
  const { lastRefresh } = account;
  if (lastRefresh === undefined) return 0;
  const life = lifeOf(account) ?? HOUR;
  return past(lastRefresh, now) +
    (asker === "question" ? Math.min(MINUTE, life / 20) : Math.min(5 * MINUTE, life / 2));
}

/**
 * Twitch demands it at start and hourly; while Companion asks, a password change is told within minutes. During a
 * long wait after a 5xx or an ambiguous end it tells when Twitch is back.
 */
function validateAt(situation: Situation, now: Time): Time | undefined {
  const { account: { health }, validation, askedAt } = situation;
  const failing = health.state === "retrying" && isAmbiguous(health.reason) ? health : undefined;
  if (situation.accessDead && failing === undefined) return undefined;
  if (validation === undefined) return failing === undefined ? 0 : past(failing.since, now) + MINUTE;
  const last = past(validation.at, now);
  if (!validation.answered || failing !== undefined) return last + MINUTE;
  const asked = askedAt !== undefined && last - askedAt < 10 * MINUTE;
  return last + (asked ? 10 * MINUTE : HOUR);
}

/** Twitch may be down, and may have acted on the last request. */
export function isAmbiguous(reason: Reason): boolean {
  return ["twitch_error", "cut", "timeout", "not_twitch"].includes(reason);
}
