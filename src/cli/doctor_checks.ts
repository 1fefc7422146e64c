/** What `doctor` learns where the data are open: in the server that holds them, or in the command itself. */
import { HOUR, MINUTE, type Reason, type Time } from "../core/account.ts";
import { type AccountView, viewOf } from "../core/accounts.ts";
import { rotates } from "../core/app.ts";
import { AppError } from "../core/error.ts";
import { diskStanding } from "../core/notices.ts";
import { REASONS } from "../core/reason_words.ts";
import type { Host } from "./sign_in_operations.ts";
import type { Program } from "./program.ts";

/** One line of `doctor`. No secret and no id is in it. */
export interface Check {
  readonly check: string;
  /** `warn` keeps nothing from working. */
  readonly state: "ok" | "warn" | "fail";
  /** What was found, for people. */
  readonly text: string;
  /** What to do; null where there is nothing to do. */
  readonly hint: string | null;
}

/** A check that found nothing to do. */
export function ok(check: string, text: string): Check {
  return { check, state: "ok", text, hint: null };
}

/** A check that found something that somebody may want to do. */
export function warn(check: string, text: string, hint: string): Check {
  return { check, state: "warn", text, hint };
}

/** A check that found something that does not work. */
export function fail(check: string, text: string, hint: string): Check {
  return { check, state: "fail", text, hint };
}

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
      ? warn("app", "No Twitch app is set up yet.", "Set it up on the setup page, or with setup")
      : ok("app", `A ${app.clientSecret === undefined ? "public" : "confidential"} Twitch app is set up.`),
    redirectCheck(host.redirectUri(), host.port()),
    ...accountChecks(views),
    ...(host.lasts ? views.map((view) => questionCheck(view, now)) : []),
    ok("notices", noticesText(notifier.hosts)),
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
    return fail("database", `${error.message}.`, error.hint ?? "See the log of the server");
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

function questionCheck({ alias, askedAt }: AccountView, now: Time): Check {
  const check = `questions ${alias}`;
  if (askedAt === undefined) {
    return warn(
      check,
      "Nobody has asked for its token since the server started.",
      "Enter the address with this account's id in Companion",
    );
  }
  return ok(check, `Its token was last asked for ${ago(now - askedAt)}.`);
}

function ago(span: number): string {
  if (span < MINUTE) return "less than a minute ago";
  return span < 2 * HOUR ? `${Math.floor(span / MINUTE)} min ago` : `${Math.floor(span / HOUR)} h ago`;
}

function noticesText(hosts: readonly string[]): string {
  return hosts.length === 0
    ? "No address for notices is set (TOKEN_SERVER_NOTICE_URL)."
    : `Notices go to ${hosts.join(", ")}; --test-notice tries it.`;
}
