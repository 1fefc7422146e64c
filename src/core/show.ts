/**
 * "Ready for the show?" as facts, lines and one verdict: pure. Each line says what was found; what it says in words is
 * the business of the pages and of the command.
 */
import { DAY, type Duration, MINUTE, type Reason, type Time } from "./account.ts";
import { backupStanding } from "./notices.ts";
import type { Login } from "./login.ts";

/** Companion's module asks every 15 minutes: whoever asked within that time is at work. */
export const AT_WORK: Duration = 15 * MINUTE;
/** A renewal that is no older proves as much as a new one. */
export const PROVEN_FOR: Duration = 10 * MINUTE;
/** A clock that is wrong by more is worth a word; by much more, nothing works. */
export const CLOCK_WARN: Duration = MINUTE;
export const CLOCK_FAIL: Duration = 5 * MINUTE;
/** A test notice proves the way for so long. */
const TESTED_FOR: Duration = 7 * DAY;
/** A token that lasts no longer should have been renewed by now. */
const TOO_SHORT: Duration = 20 * MINUTE;

/** An account that somebody works with right now. */
export interface InUse {
  readonly alias: string;
  readonly askedAt: Time;
}

/** The accounts that were asked for within 15 minutes, the latest first: what would disturb them says so before. */
export function activeShow(roster: { all(): readonly Login[] }, now: Time): readonly InUse[] {
  return roster.all()
    .flatMap(({ account: { alias }, askedAt }) => askedAt === undefined ? [] : [{ alias, askedAt }])
    .filter(({ askedAt }) => isAtWork(askedAt, now))
    .toSorted((left, right) => right.askedAt - left.askedAt);
}

function isAtWork(askedAt: Time, now: Time): boolean {
  return now - askedAt <= AT_WORK;
}

/**
 * What came of renewing a login for the check. `spared`: it was left alone because this app's renewals are not free
 * (the refresh token works once, or the token in use dies) and nothing calls for one.
 */
export type Renewal =
  | { readonly kind: "untried" }
  | { readonly kind: "renewed"; readonly at: Time }
  | { readonly kind: "spared" }
  | { readonly kind: "failed"; readonly message: string; readonly hint: string | undefined };

/** One login, as far as the show is concerned. */
export interface ShowLogin {
  readonly alias: string;
  readonly health: "connected" | "retrying" | "needs_login";
  readonly reason: Reason | undefined;
  readonly serving: boolean;
  readonly expiresAt: Time | undefined;
  readonly askedAt: Time | undefined;
  readonly scopes: readonly string[];
  /** The last press of a button, if it failed lately: `AD 401`. */
  readonly failedPress: string | undefined;
  readonly renewal: Renewal;
}

/** A set of permissions that something in Companion needs. */
export interface Needs {
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Everything that the verdict depends on. */
export interface ShowFacts {
  readonly now: Time;
  readonly logins: readonly ShowLogin[];
  /** By how much this machine's clock is ahead of Twitch's; `unasked` if nobody has looked, `silence` if Twitch was away. */
  readonly clockAhead: Duration | "unasked" | "silence";
  /** `full`: it takes no write. `unknown`: nothing was written for a test and nothing has failed. */
  readonly disk: "good" | "full" | "unknown";
  /** Whether the newest backup holds the newest sign-in; `none` where backups are not made by themselves. */
  readonly backup: "good" | "old" | "none" | "unknown";
  /** The newest backup of those made by themselves. */
  readonly backupAt: Time | undefined;
  readonly notices: { readonly addresses: number; readonly testedAt: Time | undefined };
  /** What the buttons and modules need, to find out which of them an account was meant for. */
  readonly needs: readonly Needs[];
}

/** What a line is about. */
export type ShowSubject =
  | "accounts"
  | "login"
  | "renewal"
  | "permissions"
  | "press"
  | "asked"
  | "token"
  | "clock"
  | "disk"
  | "backup"
  | "notice";

/** `open`: nobody has looked yet. `remark`: the show can go on, and somebody may want to know. */
export type ShowState = "ok" | "open" | "remark" | "todo";

/** One line of the answer. */
export interface ShowLine {
  readonly subject: ShowSubject;
  readonly state: ShowState;
  /** What was found: with `subject` it names the words. */
  readonly finding: string;
  /** The account; undefined for what concerns the whole server. */
  readonly account?: string;
  readonly at?: Time;
  readonly reason?: Reason;
  /** What the words have holes for. */
  readonly names?: readonly string[];
  /** English sentences of the rest of the program. */
  readonly message?: string;
  readonly hint?: string;
}

/** The one answer, and how many lines keep it from being better. */
export interface Verdict {
  readonly state: "ready" | "remarks" | "open" | "todo";
  readonly count: number;
}

/** All lines: those of each account, then those of the server. */
export function showLines(facts: ShowFacts): readonly ShowLine[] {
  const logins = facts.logins.flatMap((login) =>
    linesOf(login, facts).map((line) => ({ ...line, account: login.alias }))
  );
  const none: ShowLine = { subject: "accounts", state: "todo", finding: "none" };
  return [...(facts.logins.length === 0 ? [none] : logins), ...serverLines(facts)];
}

/** The one answer. */
export function verdictOf(lines: readonly ShowLine[]): Verdict {
  const count = (state: ShowState): number => lines.filter((line) => line.state === state).length;
  if (count("todo") > 0) return { state: "todo", count: count("todo") };
  if (count("open") > 0) return { state: "open", count: count("open") };
  return count("remark") > 0
    ? { state: "remarks", count: count("remark") }
    : { state: "ready", count: lines.length };
}

function linesOf(login: ShowLogin, { now, needs }: ShowFacts): readonly ShowLine[] {
  if (login.health === "needs_login") {
    return [{
      subject: "login",
      state: "todo",
      finding: "ended",
      ...(login.reason && { reason: login.reason }),
    }];
  }
  return [
    renewalLine(login, now),
    tokenLine(login, now),
    permissionLine(login.scopes, needs),
    ...pressLines(login),
    askedLine(login, now),
  ];
}

function renewalLine({ renewal, health, reason }: ShowLogin, now: Time): ShowLine {
  const subject = "renewal";
  switch (renewal.kind) {
    case "renewed":
      return { subject, state: "ok", finding: "renewed", at: Math.min(renewal.at, now) };
    case "spared":
      return { subject, state: "ok", finding: "spared" };
    case "failed": {
      const { message, hint } = renewal;
      return { subject, state: "todo", finding: "failed", message, ...(hint !== undefined && { hint }) };
    }
    case "untried":
      if (health === "connected") return { subject, state: "open", finding: "untried" };
      return { subject, state: "todo", finding: "delayed", ...(reason !== undefined && { reason }) };
  }
}

function tokenLine({ serving, expiresAt }: ShowLogin, now: Time): ShowLine {
  const subject = "token";
  if (!serving) return { subject, state: "todo", finding: "none" };
  if (expiresAt === undefined) return { subject, state: "ok", finding: "endless" };
  const finding = expiresAt - now < TOO_SHORT ? "short" : "good";
  return { subject, state: finding === "good" ? "ok" : "remark", finding, at: expiresAt };
}

/** An account was meant for whatever it has most of: what is missing there was taken away or forgotten. */
function permissionLine(scopes: readonly string[], needs: readonly Needs[]): ShowLine {
  const subject = "permissions";
  const missingOf = ({ scopes: needed }: Needs): string[] => needed.filter((one) => !scopes.includes(one));
  const whole = needs.filter((one) => missingOf(one).length === 0).map(({ name }) => name);
  if (whole.length > 0) return { subject, state: "ok", finding: "whole", names: whole };
  const nearest = needs
    .map((one) => ({ name: one.name, missing: missingOf(one), of: one.scopes.length }))
    .toSorted((left, right) => left.missing.length / left.of - right.missing.length / right.of)[0];
  // An account with a few permissions has them by choice.
  if (nearest === undefined || nearest.missing.length * 2 > nearest.of) {
    return { subject, state: "ok", finding: "own", names: scopes };
  }
  return { subject, state: "remark", finding: "missing", names: [nearest.name, ...nearest.missing] };
}

/** A button that was refused for want of a permission will be refused in the show too. */
function pressLines({ failedPress }: ShowLogin): readonly ShowLine[] {
  const [word = "", status] = failedPress?.split(" ") ?? [];
  return status === "401" || status === "403"
    ? [{ subject: "press", state: "todo", finding: "refused", names: [word] }]
    : [];
}

function askedLine({ askedAt }: ShowLogin, now: Time): ShowLine {
  const subject = "asked";
  if (askedAt === undefined) return { subject, state: "todo", finding: "never" };
  return isAtWork(askedAt, now)
    ? { subject, state: "ok", finding: "lately", at: askedAt }
    : { subject, state: "todo", finding: "before", at: askedAt };
}

function serverLines(facts: ShowFacts): readonly ShowLine[] {
  return [clockLine(facts.clockAhead), diskLine(facts), backupLine(facts), noticeLine(facts)];
}

function clockLine(ahead: ShowFacts["clockAhead"]): ShowLine {
  const subject = "clock";
  if (ahead === "unasked") return { subject, state: "open", finding: "unknown" };
  if (ahead === "silence") return { subject, state: "todo", finding: "silence" };
  const off = Math.abs(ahead);
  if (off <= CLOCK_WARN) return { subject, state: "ok", finding: "right" };
  return {
    subject,
    state: off > CLOCK_FAIL ? "todo" : "remark",
    finding: ahead > 0 ? "ahead" : "behind",
    at: off,
  };
}

function diskLine({ disk }: ShowFacts): ShowLine {
  const state: ShowState = disk === "good" ? "ok" : disk === "full" ? "todo" : "open";
  return { subject: "disk", state, finding: disk };
}

function backupLine({ backup, backupAt, now }: ShowFacts): ShowLine {
  const at = backupAt === undefined ? {} : { at: Math.min(backupAt, now) };
  const state: ShowState = backup === "good" ? "ok" : backup === "unknown" ? "open" : "remark";
  return { subject: "backup", state, finding: backup, ...at };
}

function noticeLine({ notices: { addresses, testedAt }, now }: ShowFacts): ShowLine {
  const subject = "notice";
  if (addresses === 0) return { subject, state: "remark", finding: "none" };
  if (testedAt === undefined) return { subject, state: "remark", finding: "untested" };
  return now - testedAt <= TESTED_FOR
    ? { subject, state: "ok", finding: "tested", at: testedAt }
    : { subject, state: "remark", finding: "stale", at: testedAt };
}

/** How the backups stand for a show, from when those that lie there were made; undefined where none are made. */
export function showBackup(
  logins: readonly Login[],
  made: readonly Time[] | undefined,
  now: Time,
): Pick<ShowFacts, "backup" | "backupAt"> {
  if (made === undefined) return { backup: "none", backupAt: undefined };
  const backupAt = made.length === 0 ? undefined : Math.max(...made);
  const old = backupStanding(logins, { made, toldSince: undefined }, now) === "on";
  return { backup: old ? "old" : "good", backupAt };
}

/** Whether a renewal is called for, whatever it costs. */
export function needsRenewal(login: Pick<ShowLogin, "serving" | "expiresAt" | "health">, now: Time): boolean {
  const { serving, expiresAt, health } = login;
  return !serving || health !== "connected" || (expiresAt !== undefined && expiresAt - now < TOO_SHORT);
}
