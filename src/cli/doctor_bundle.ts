/**
 * The diagnosis bundle: what somebody who helps needs to see, in one file that may be shown to strangers. Accounts are
 * numbers in it. What is known of people is left out by what is taken in, and once more by a search at the end.
 */
import type { Time } from "../core/account.ts";
import { type Check, subjectOf } from "../core/check.ts";
import { isProtected } from "../core/id_password.ts";
import type { Login } from "../core/login.ts";
import { MIGRATIONS } from "../store/sqlite/migrations/mod.ts";
import { type Config, describeConfig } from "./config.ts";
import { timeJson } from "./json_time.ts";
import { VERSION } from "./version.ts";

/** Something that happened; of its facts only the account is looked at. */
export interface BundledEvent {
  readonly at: Time;
  readonly kind: string;
  readonly times: number;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What a bundle is made of. */
export interface BundleParts {
  readonly config: Config;
  readonly checks: readonly Check[];
  readonly logins: readonly Login[];
  /** Texts that tell who somebody is, beside those of the logins: ids, the machine's name. */
  readonly personal: readonly string[];
  readonly events: readonly BundledEvent[];
  readonly now: Time;
}

/** Settings whose values tell nothing of anybody; of the others it is said whether they are set. */
const TELLING = [
  "TOKEN_SERVER_PORT",
  "TOKEN_SERVER_LOG_LEVEL",
  "TOKEN_SERVER_LOG_FORMAT",
  "TOKEN_SERVER_METRICS",
];
/** Shorter texts stand in every second word. */
const SHORTEST = 3;
const GONE = "[removed]";

/** The bundle as text: JSON that a person can read. */
export function bundleOf(parts: BundleParts): string {
  const { config, checks, logins, personal, events, now } = parts;
  const numberOf = (alias: string | number | undefined): number | null =>
    logins.findIndex(({ account }) => account.alias === alias) + 1 || null;
  const bundle = {
    bundle: 1,
    madeAt: timeJson(now),
    version: VERSION,
    runtime: { deno: Deno.version.deno, target: Deno.build.target },
    schema: MIGRATIONS.at(-1)?.schema ?? 0,
    settings: describeConfig(config).map(({ name, value, source }) => ({
      name,
      source,
      value: TELLING.includes(name) || source === "default" && !value.includes("/") ? value : setOrNot(value),
    })),
    checks: checks.map((check) => checkJson(check, numberOf)),
    accounts: logins.map((login, at) => accountJson(login, at + 1)),
    events: events.map(({ at, kind, times, facts }) => {
      return { at: timeJson(at), kind, times, account: numberOf(facts["account"]) };
    }),
  };
  const known = [...personal, ...logins.flatMap(textsOf)];
  const clear = (text: string): string => cleared(withoutFolders(text, config), known);
  return JSON.stringify(bundle, (_, value) => typeof value === "string" ? clear(value) : value, 2);
}

function setOrNot(value: string): string {
  return value === "none" ? value : "set";
}

/** What is said of one account names it: its facts stand among the accounts. */
function checkJson(
  check: Check,
  numberOf: (alias: string | undefined) => number | null,
): Readonly<Record<string, unknown>> {
  const { kind, account } = subjectOf(check);
  const { state, text, hint } = check;
  return account === undefined
    ? { check: kind, state, text, hint }
    : { check: kind, account: numberOf(account), state };
}

function accountJson(login: Login, number: number): Readonly<Record<string, unknown>> {
  const { account, access, askedAt, validation, saveAt, open } = login;
  const { health, scopes } = account;
  return {
    number,
    health: health.state,
    reason: health.state === "connected" ? null : health.reason,
    since: health.state === "connected" ? null : timeJson(health.since),
    nextTry: health.state === "retrying" ? timeJson(health.nextTry) : null,
    token: access !== undefined,
    expiresAt: timeJson(account.expiresAt),
    lastRefresh: timeJson(account.lastRefresh),
    generation: account.generation,
    refusals: account.refusals?.count ?? 0,
    sends: account.sends.length,
    openRefresh: open !== undefined,
    onDisk: saveAt === undefined,
    relay: account.relay,
    protected: isProtected(account),
    scopes,
    askedAt: timeJson(askedAt),
    validatedAt: timeJson(validation?.at),
    validationAnswered: validation?.answered ?? null,
  };
}

function textsOf({ account, access }: Login): readonly string[] {
  const { key, alias, login, label, twitchId, clientId } = account;
  return [key, alias, login, label, twitchId, clientId, access?.reveal() ?? ""];
}

/** What `cleared` would take for the end of a folder: the blank in its name. */
function withoutFolders(text: string, { dataDir, keyFile, backupDir = "" }: Config): string {
  return [dataDir, keyFile, backupDir].filter((folder) => /\s/.test(folder))
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, folder) => rest.replaceAll(folder, "[path]"), text);
}

/** The text without names, folders, and the part of an address that says which machine it is. */
function cleared(text: string, known: readonly string[]): string {
  // The longest first: a name may begin with another.
  const names = known.filter((one) => one.length >= SHORTEST).toSorted((a, b) => b.length - a.length);
  const pattern = names.map((one) => RegExp.escape(one)).join("|");
  const nameless = names.length === 0
    ? text
    : text.replace(new RegExp(`(?<![\\p{L}\\p{N}])(${pattern})(?![\\p{L}\\p{N}])`, "giu"), GONE);
  return nameless
    .replace(/(\.{0,2}|[A-Za-z]:)([/\\][^\s/\\:,"]+){2,}/g, (path) => isTwitch(path) ? path : "[path]")
    .replace(
      /\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b/g,
      (whole, net) => whole.startsWith("127.") ? whole : `${net}.x`,
    )
    .replace(/\b([0-9a-f]{1,4}:[0-9a-f]{1,4}):[0-9a-f:]{4,}/gi, "$1:x");
}

function isTwitch(path: string): boolean {
  return path.startsWith("//id.twitch.tv") || path.startsWith("//api.twitch.tv");
}
