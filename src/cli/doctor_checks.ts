/** What `doctor` learns where the data are open: in the server that holds them, or in the command itself. */
import { DAY, type Duration, HOUR, MINUTE, type Reason, type Time } from "../core/account.ts";
import { type AccountView, viewOf } from "../core/accounts.ts";
import { rotates } from "../core/app.ts";
import { type Check, fail, ok, warn } from "../core/check.ts";
import { AppError } from "../core/error.ts";
import type { Login } from "../core/login.ts";
import { diskStanding } from "../core/notices.ts";
import { REASONS } from "../core/reason_words.ts";
import { showBackup } from "../core/show.ts";
import { backupsIn } from "./backup_files.ts";
import type { Host } from "./sign_in_operations.ts";
import type { Program } from "./program.ts";

/** Looks at the program and changes nothing. */
export async function examine(program: Program, host: Host): Promise<readonly Check[]> {
  const { roster, deps, notifier } = program;
  const now = deps.clock.now();
  const views = roster.all().map((login) => viewOf(roster, login, now));
  const { app } = roster;
  const spends = app !== undefined && rotates(app, roster.factsOf(app.clientId));
  return [
    runtimeCheck(deps.twitch.sendsOnce, spends),
    deps.vault.locked === undefined
      ? ok("key", "The key opens the logins.")
      : fail("key", "The logins are locked.", deps.vault.locked),
    await databaseCheck(program),
    app === undefined
      ? warn("app", "No Twitch app is set up yet.", "Set it up on the pages, or with setup")
      : ok("app", `A ${app.clientSecret === undefined ? "public" : "confidential"} Twitch app is set up.`),
    redirectCheck(host.redirectUri(), host.port()),
    ...accountChecks(views),
    ...(host.lasts ? views.map((view) => questionCheck(view, now)) : []),
    ...(host.lasts ? roster.all().map((login) => validationCheck(login, now)) : []),
    await backupCheck(program, now),
    noticesCheck(notifier, now),
  ];
}

/** Whether this Deno is known to send a request once; `spends`: the app's refresh tokens work only once. */
export function runtimeCheck(sendsOnce: boolean, spends: boolean): Check {
  const runtime = `Deno ${Deno.version.deno}`;
  if (sendsOnce) return ok("runtime", `${runtime} sends every request once.`);
  const text = `${runtime} may send a request twice`;
  const hint = "Use Deno 2.9.6 or newer";
  return spends
    ? fail("runtime", `${text}, so the logins of this app are not refreshed.`, hint)
    : warn("runtime", `${text}; with an app that has a secret this does no harm.`, hint);
}

async function databaseCheck({ roster, deps }: Program): Promise<Check> {
  try {
    const { length } = await deps.store.accounts();
    if (diskStanding(roster.all()) === "off") return ok("database", `It opens, and has ${logins(length)}.`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return fail(
      "database",
      `It does not answer. ${error.message}.`,
      error.hint ?? "See the log of the server",
    );
  }
  return fail(
    "database",
    "The disk has refused a write; what it refused is kept in memory.",
    "Make room, or replace the card if it fails, and leave the server running",
  );
}

function logins(count: number): string {
  return count === 1 ? "1 login" : `${count} logins`;
}

/** The browser comes back to this address after a sign-in on the pages. */
function redirectCheck(uri: string, port: number): Check {
  const text = `The Twitch app must have the OAuth Redirect URL ${uri}, letter for letter.`;
  const url = new URL(uri);
  const leadsTo = Number(url.port) || 80;
  const isDirect = url.protocol === "http:" && url.hostname === "localhost";
  if (!isDirect || port === 0 || leadsTo === port) return ok("redirect", text);
  return warn(
    "redirect",
    `${text} It leads to port ${leadsTo}, and the server listens on ${port}.`,
    "Make TWITCH_REDIRECT_URI and TOKEN_SERVER_PORT fit, or sign in by device code",
  );
}

/** Hourly, and a while more for a Twitch that is slow. */
const LONGEST_UNVALIDATED: Duration = 2 * HOUR;

/** Reasons that pass only when somebody changes the settings. */
const BY_HAND: readonly Reason[] = ["app_refused", "other_app", "unsafe_runtime"];

function accountChecks(views: readonly AccountView[]): readonly Check[] {
  if (views.length === 0) {
    return [warn("accounts", "No account is connected yet.", "Sign in with companion-token-server login")];
  }
  const ill = views.filter(({ health }) => health !== "connected");
  const well = views.length - ill.length;
  return [ok("accounts", `${well} of ${logins(views.length)} connected.`), ...ill.map(accountCheck)];
}

function accountCheck({ alias, login, health, reason, since, serving }: AccountView): Check {
  const why = reason === undefined ? "" : `: ${REASONS[reason]}`;
  const check = `account ${alias}`;
  const from = since === undefined ? "" : ` since ${new Date(since).toISOString()}`;
  if (health === "needs_login") {
    return fail(
      check,
      `The Twitch login ${login} needs a sign-in${from}${why}.`,
      "Sign in again with companion-token-server login, as the same Twitch account; the id stays",
    );
  }
  const token = serving ? "its token still works" : "it has no token that works";
  const text = `The Twitch login ${login} could not be renewed${from}${why}; ${token}.`;
  return reason !== undefined && BY_HAND.includes(reason)
    ? fail(check, text, "Correct the settings of the Twitch app, or the runtime, as named")
    : warn(check, text, "The server keeps trying by itself");
}

function questionCheck({ alias, askedAt, askedBy }: AccountView, now: Time): Check {
  const check = `questions ${alias}`;
  if (askedAt === undefined) {
    return warn(
      check,
      "Nobody has asked for its token since the server started.",
      "Enter the address with this account's id in Companion",
    );
  }
  const when = ago(now - askedAt);
  if (askedBy === undefined) return ok(check, `Its token was last asked for ${when}.`);
  return ok(check, `Its token was last asked for by ${askedBy.replace(/^::ffff:/, "")}: ${when}.`);
}

/** Twitch demands that each login is validated hourly; the server does it by itself. */
function validationCheck({ account: { alias }, validation }: Login, now: Time): Check {
  const check = `validation ${alias}`;
  if (validation === undefined) {
    return ok(check, "Twitch has not been asked about it since the server started.");
  }
  const span = now - validation.at;
  if (!validation.answered) {
    return warn(check, `Twitch gave no answer about it ${ago(span)}.`, "The server keeps trying by itself");
  }
  return span <= LONGEST_UNVALIDATED
    ? ok(check, `Twitch was asked about it ${ago(span)}.`)
    : warn(check, `Twitch was last asked about it ${ago(span)}.`, "Look into the log of the server");
}

/** When the newest backup was made of those that are made without anybody there. */
async function backupCheck({ roster, config }: Program, now: Time): Promise<Check> {
  const check = "backup";
  const { backupDir } = config;
  if (backupDir === undefined) {
    return warn(check, "No folder for backups is set.", "Set TOKEN_SERVER_BACKUP_DIR (--backup-dir)");
  }
  const found = await backupsIn(backupDir).catch(() => undefined);
  if (found === undefined) {
    return fail(check, `The folder for backups ${backupDir} cannot be read.`, "Look whether it is there");
  }
  const made = found.map(({ at }) => at);
  const { backup, backupAt } = showBackup(roster.all(), made, now);
  if (backupAt === undefined) {
    return warn(
      check,
      `No backup lies in ${backupDir} yet.`,
      "Choose a passphrase once with companion-token-server backup FILE",
    );
  }
  const text = `The newest backup was made ${ago(now - backupAt)}.`;
  return backup === "good" ? ok(check, text) : warn(
    check,
    `${text} It is older than the newest sign-in, or than two days.`,
    "Look whether the folder for backups is there and can be written",
  );
}

function ago(span: Duration): string {
  if (span < MINUTE) return "less than a minute ago";
  if (span < 2 * HOUR) return `${Math.floor(span / MINUTE)} min ago`;
  return span < 2 * DAY ? `${Math.floor(span / HOUR)} h ago` : `${Math.floor(span / DAY)} days ago`;
}

function noticesCheck(
  { hosts, testedAt }: { readonly hosts: readonly string[]; readonly testedAt: Time | undefined },
  now: Time,
): Check {
  const check = "notices";
  if (hosts.length === 0) return ok(check, "No address for notices is set (TOKEN_SERVER_NOTICE_URL).");
  const where = `Notices go to ${hosts.join(", ")}`;
  return testedAt === undefined
    ? ok(check, `${where}; --test-notice tries it.`)
    : ok(check, `${where}; a test was taken ${ago(now - testedAt)}.`);
}
