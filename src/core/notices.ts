/**
 * What is worth a message to a person, and its words. Pure: whether something was told already is the business of
 * `notice_board.ts`.
 *
 * A message goes to services of others, so no secret, no id, no Twitch user id and no address is in it.
 */
import { type Account, DAY, type Duration, MINUTE, type Reason, type Time } from "./account.ts";
import { newestSignIn } from "./backup_schedule.ts";
import type { Login } from "./login.ts";
import { REASONS, REMEDIES } from "./reason_words.ts";
import { expired } from "./schedule.ts";

/**
 * `needs_login`: a person must sign in again, or soon will have to. `twitch_away`: a login that is due could not be
 * renewed for long, whatever the reason. `disk`: the disk does not take a write. `no_backup`: no backup is newer than the
 * newest sign-in, or than two days. `locked`: the key that opens the logins is missing or wrong. `test`: somebody asked for it.
 */
export type NoticeEvent = "needs_login" | "twitch_away" | "disk" | "no_backup" | "locked" | "test";

/** One message: something has begun, or is over. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly state: "begun" | "over";
  /** The account's alias; undefined for what concerns the whole server. */
  readonly account: string | undefined;
  /** The account's Twitch login name. */
  readonly login: string | undefined;
  /** A few words in ASCII. */
  readonly title: string;
  /** Sentences for people, without a line break. */
  readonly text: string;
  readonly at: Time;
}

/** `on`: it is so. `off`: all is well. `hold`: neither, leave it as it was. `moot`: another event tells it now. */
export type Standing = "on" | "off" | "hold" | "moot";

/** So long may a login that is due stay unrenewed before it is told. */
const AWAY_FOR_LONG: Duration = 30 * MINUTE;
/** When the token has less than this to live … */
const TOKEN_ENDS_SOON: Duration = 30 * MINUTE;
/** … failures are told after so long; a single one is none of a person's business. */
const AWAY_FOR_A_WHILE: Duration = 5 * MINUTE;
/** Refusals in a row after which a person is told although the token still works. */
const REFUSALS_TOLD = 2;
/** There is one each day; one may be missed. */
const BACKUPS_FAIL: Duration = 2 * DAY;
const LONGEST_NAME = 80;

/** Whether a person must act for this login to live on. */
export function loginStanding({ health, refusals }: Account): Standing {
  if (health.state === "needs_login" || (refusals?.count ?? 0) >= REFUSALS_TOLD) return "on";
  return "off";
}

/** Whether this login has not been renewed for long. */
export function renewalStanding(account: Account, now: Time): Standing {
  const { health, expiresAt } = account;
  if (loginStanding(account) === "on") return "moot";
  if (health.state === "connected") return "off";
  // A disk that refuses is told once for the whole server.
  if (health.state !== "retrying" || isStores(health.reason)) return "hold";
  // What began in the future was dated by a clock that was wrong: nobody knows how long ago it was.
  const failing = health.since > now ? AWAY_FOR_LONG : now - health.since;
  const endsSoon = expiresAt !== undefined && expiresAt - now < TOKEN_ENDS_SOON;
  return failing >= (endsSoon ? AWAY_FOR_A_WHILE : AWAY_FOR_LONG) ? "on" : "hold";
}

/** Whether the disk has refused a write of any login and has not taken it since. */
export function diskStanding(logins: readonly Login[]): Standing {
  return logins.some(isRefusedByDisk) ? "on" : "off";
}

function isRefusedByDisk({ account: { health }, saveAt }: Login): boolean {
  return saveAt !== undefined || (health.state === "retrying" && isStores(health.reason));
}

/** Whether it is the store that does not take writes, not Twitch that does not answer. */
function isStores(reason: Reason): boolean {
  return reason === "disk" || reason === "store_away";
}

/** What is known of the backups. */
export interface BackupSight {
  /** When those that lie there were made; undefined while nobody has looked. */
  readonly made: readonly Time[] | undefined;
  /** Since when it is told that one is missing. */
  readonly toldSince: Time | undefined;
}

/** Whether the newest sign-in is in no backup, or the backup of each day has failed to come. */
export function backupStanding(
  logins: readonly Login[],
  { made, toldSince }: BackupSight,
  now: Time,
): Standing {
  if (logins.length === 0) return "moot";
  if (made === undefined) return "hold";
  const rows = logins.map(({ account }) => account);
  // What lies far ahead was dated by a clock that was wrong.
  const last = Math.max(0, ...made.filter((at) => at <= now + DAY));
  // A row that was refreshed since does not tell any more when its user signed in again.
  const signIns = [newestSignIn(rows) ?? 0, ...rows.map(({ createdAt }) => createdAt)];
  const needed = Math.max(now - BACKUPS_FAIL, ...signIns.filter((at) => at <= now));
  if (last < needed) return "on";
  return toldSince !== undefined && last < toldSince ? "hold" : "off";
}

/** Since when an event of this login is so. */
export function sinceOf({ health, refusals }: Account, now: Time): Time {
  return Math.min(now, health.state === "connected" ? refusals?.first ?? now : health.since);
}

/** What a message is about. */
export interface Story {
  readonly event: NoticeEvent;
  readonly state: "begun" | "over";
  /** Undefined for what concerns the whole server. */
  readonly login: Login | undefined;
  readonly since: Time;
  readonly now: Time;
  /** What keeps the logins; a disk unless it is said. */
  readonly store?: "disk" | "database";
}

const TITLES: Readonly<Record<NoticeEvent, Readonly<Record<Notice["state"], string>>>> = {
  needs_login: { begun: "Twitch sign-in needed", over: "Twitch login works again" },
  twitch_away: { begun: "Twitch login not renewed", over: "Twitch login renewed again" },
  disk: { begun: "Disk refuses writes", over: "Disk takes writes again" },
  no_backup: { begun: "No backup", over: "Backup made" },
  locked: { begun: "Twitch logins are locked", over: "Twitch logins are open again" },
  test: { begun: "Test message", over: "Test message" },
};

const DATABASE_TITLES = { begun: "Database cannot be reached", over: "Database is back" };

/** The message. */
export function noticeOf(story: Story): Notice {
  const { event, state, login, now, store } = story;
  const titles = event === "disk" && store === "database" ? DATABASE_TITLES : TITLES[event];
  return {
    event,
    state,
    account: login?.account.alias,
    login: login?.account.login,
    title: titles[state],
    text: (state === "begun" ? beginning(story) : ending(story)).join(" "),
    at: now,
  };
}

/** The message that `doctor --test-notice` sends. */
export function testNotice(now: Time): Notice {
  return noticeOf({ event: "test", state: "begun", login: undefined, since: now, now });
}

function beginning({ event, login, since, now, store }: Story): readonly string[] {
  if (event === "test") return ["This is a test of companion-token-server: notices arrive here."];
  if (event === "disk" && store === "database") {
    return [
      `The database of the token server cannot be reached since ${moment(since)}.`,
      "Look after it; nothing has to be started again. Tokens are served as long as they live,",
      "and what could not be written is kept in memory and written as soon as that works.",
    ];
  }
  if (event === "disk") {
    return [
      `The disk of the token server has not taken a write since ${moment(since)}.`,
      "Make room on it, or replace the card if it fails, and leave the server running:",
      "what could not be written is kept in memory and written as soon as that works.",
    ];
  }
  if (event === "no_backup") {
    return [
      "The backup directory of the token server has no backup that is new enough.",
      "If none was ever made, choose a passphrase once with companion-token-server backup FILE;",
      "else look whether the directory is there and can be written.",
    ];
  }
  if (event === "locked") {
    return [
      "The token server cannot open its logins: the key is missing or is not the right one.",
      "Nobody gets a token before it is put back and the server started again;",
      "the command companion-token-server doctor on that machine says what to do.",
    ];
  }
  if (login === undefined) return [];
  const { account } = login;
  return event === "needs_login"
    ? [signInWords(account, since), lastToken(login, now), SIGN_IN]
    : [awayWords(account, since), lastToken(login, now), remedyOf(account)];
}

function ending({ event, login, since, now, store }: Story): readonly string[] {
  if (event === "disk" && store === "database") {
    return [`The database of the token server is back. It was away since ${moment(since)}.`];
  }
  if (event === "disk") {
    return [`The disk of the token server takes writes again. It had refused since ${moment(since)}.`];
  }
  if (event === "no_backup") return ["The token server has made a backup again."];
  if (event === "locked") return ["The token server has opened its logins again and serves them."];
  if (login === undefined) return [];
  const { account } = login;
  const before = event === "needs_login"
    ? `It had needed a sign-in since ${moment(since)}.`
    : `It could not be renewed since ${moment(since)}.`;
  return [`${nameOf(account)} works again.`, before, lastToken(login, now)];
}

const SIGN_IN =
  "Sign in again on the token server's page as the same Twitch account; Companion needs no change.";

function signInWords(account: Account, since: Time): string {
  const { health } = account;
  const name = nameOf(account);
  if (health.state === "needs_login") {
    return `${name} needs a sign-in since ${moment(since)}: ${REASONS[health.reason]}.`;
  }
  return `${name} will need a sign-in: Twitch has refused to renew it more than once since ${moment(since)}.`;
}

function awayWords(account: Account, since: Time): string {
  const { health } = account;
  const reason = health.state === "connected" ? "" : `: ${REASONS[health.reason]}`;
  return `${nameOf(account)} could not be renewed since ${moment(since)}${reason}.`;
}

/** What only a person can put right; all else the server does alone. */
function remedyOf({ health }: Account): string {
  const remedy = health.state === "connected" ? undefined : REMEDIES[health.reason];
  return remedy ?? "Nothing needs to be done: the token server keeps trying by itself.";
}

function lastToken({ account, access }: Login, now: Time): string {
  if (access === undefined || expired(account, now)) return "It has no token that works at the moment.";
  if (account.expiresAt === undefined) return "Its token still works.";
  return `Its token works until ${moment(account.expiresAt)}.`;
}

/** What the person calls it, with the Twitch login name. Nothing in it can break a line or grow without end. */
function nameOf({ alias, label, login }: Account): string {
  const name = (label === "" ? alias : label).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return short === login ? `The Twitch login ${login}` : `The Twitch login ${login} (${short})`;
}

/** `14 March, 18:00 (UTC+01:00)`: by the watch on the wall of the machine, and by no guess about the reader's. */
export function moment(time: Time): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, "0");
  const east = -date.getTimezoneOffset();
  const zone = `${east < 0 ? "-" : "+"}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return `${day}, ${two(date.getHours())}:${two(date.getMinutes())} (UTC${east === 0 ? "" : zone})`;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
