/**
 * From what was said on the command line, in the environment and on the setup page to one checked `Config`. Pure: files
 * are asked through two functions. Everything that is wrong is reported at once.
 */
import { AppError } from "../core/error.ts";
import type { Secret } from "../core/secret.ts";
import { defaultDataDir, keyCredential, ownKeyFile } from "./directories.ts";
import { plainHttp, unknownNames } from "./setting_warnings.ts";
import { readNamed } from "./setting_files.ts";
import { type LogFormat, type LogLevel, Problem } from "./setting_values.ts";
import { shownStore } from "./store_setting.ts";
import {
  describeProblem,
  type SettingKey,
  settingKeys,
  settingName,
  settingOf,
  SETTINGS,
  type SettingValues,
} from "./settings.ts";

/** Who said it. */
export type Source = "flag" | "environment" | "setup page" | "default";

/** The effective settings, checked and complete. */
export interface Config {
  /** An IP literal or `localhost`; undefined is dual stack: `::`, and `0.0.0.0` where that does not serve both. */
  readonly host: string | undefined;
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number;
  /** The folder of the database, the lock and, by default, the key; it may not exist yet. */
  readonly dataDir: string;
  /** Where the key is, or is to be made. */
  readonly keyFile: string;
  /** All places in which a key may lie: a file that we may write, and the systemd credential. */
  readonly keys: { readonly keyFile: string; readonly credential: string | undefined };
  /** Where backups are put by themselves. */
  readonly backupDir: string | undefined;
  /** How others reach this server, without a slash at the end. */
  readonly publicUrl: string | undefined;
  /** Lower case, without ports and final dots. */
  readonly allowedHosts: readonly string[];
  /** IP addresses and ranges (`192.168.1.0/24`). */
  readonly trustedProxies: readonly string[];
  /** `sqlite:` is the file in `dataDir`, anything else a database that several instances share. */
  readonly store: Secret;
  readonly log: {
    readonly level: LogLevel;
    readonly format: LogFormat;
  };
  /** Webhooks; secret because their paths are passwords. */
  readonly noticeUrls: readonly Secret[];
  /** Whether `GET /metrics` is answered. */
  readonly metrics: boolean;
  readonly twitch: {
    /** Of the user's Twitch app; undefined until one is set up. */
    readonly clientId: string | undefined;
    /** Undefined with a client id: a public app. */
    readonly clientSecret: Secret | undefined;
    /** As the app has it, letter for letter; undefined is the default, which needs the real port: see `redirectUri`. */
    readonly redirectUri: string | undefined;
    /** Base of the OAuth addresses, without a slash at the end. */
    readonly authUrl: string;
    /** Base of the API addresses, without a slash at the end. */
    readonly apiUrl: string;
  };
  /** Where each effective value comes from. */
  readonly sources: Readonly<Record<SettingKey, Source>>;
  /** The file that the client secret was named to be in. */
  readonly clientSecretFile: string | undefined;
  /** The file that the store's address was named to be in. */
  readonly storeFile: string | undefined;
  /** Sentences for the log: nothing here keeps the program from running. */
  readonly warnings: readonly string[];
}

/** What the setup page saved. Without `clientId` it has saved nothing yet. */
export interface StoredSettings {
  readonly clientId?: string;
  readonly clientSecret?: Secret | undefined;
  readonly redirectUri?: string | undefined;
}

/** Flags by the keys of the table; a switch is a boolean, what may be given several times a list. */
export type Flags = Readonly<Partial<Record<SettingKey, string | boolean | readonly string[] | undefined>>>;
/** The environment: names to values. Empty values count as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigInputs {
  readonly flags: Flags;
  readonly env: Environment;
  /** Undefined while the store has not been read: then a client secret without an id is no problem yet. */
  readonly stored?: StoredSettings | undefined;
  /** True if something is at this path. */
  exists(path: string): boolean;
  /** The text of a file; may throw. */
  readFile(path: string): string;
}

type Sources = Record<SettingKey, Source>;
type Standard = {
  [K in SettingKey]: (typeof SETTINGS)[K] extends { standard: string } ? K : never;
}[SettingKey];
/** The values that were given or have a standard. Complete only while there are no problems. */
type Values = Pick<SettingValues, Standard> & Partial<SettingValues>;

/** Throws one `AppError` `settings` that names everything that is wrong. */
export function parseConfig(inputs: ConfigInputs): Config {
  const problems: string[] = [];
  const sources = Object.fromEntries(settingKeys().map((key) => [key, "default"])) as Sources;
  const values = readValues(inputs, sources, problems);
  const store = readNamed({ inputs, sources, problems, values }, "store", "storeFile") ?? values.store;
  const app = readApp(inputs, values, sources, problems);
  if (textIn(inputs.env, "DENO_SERVE_ADDRESS") !== undefined) {
    const names = `${settingName("host")} and ${settingName("port")}`;
    problems.push(
      `DENO_SERVE_ADDRESS is set and would override ${names}: unset it; for example env -u DENO_SERVE_ADDRESS`,
    );
  }
  if (problems.length > 0) throw settingsError(problems);
  const dataDir = values.dataDir ?? defaultDataDir(inputs.env);
  const credential = keyCredential(inputs.env, inputs.exists);
  return {
    host: values.host,
    port: values.port,
    dataDir,
    keyFile: values.keyFile ?? credential ?? ownKeyFile(dataDir),
    keys: { keyFile: values.keyFile ?? ownKeyFile(dataDir), credential },
    backupDir: values.backupDir,
    publicUrl: values.publicUrl,
    allowedHosts: values.allowedHosts ?? [],
    trustedProxies: values.trustedProxies ?? [],
    store,
    log: { level: values.logLevel, format: values.logFormat },
    noticeUrls: values.noticeUrl ?? [],
    metrics: values.metrics,
    twitch: {
      ...app,
      redirectUri: readRedirectUri(inputs, values, app.clientId, sources),
      authUrl: values.authUrl,
      apiUrl: values.apiUrl,
    },
    sources,
    clientSecretFile: values.clientSecretFile,
    storeFile: values.storeFile,
    warnings: [
      ...unknownNames(inputs.env),
      ...plainHttp({ authUrl: values.authUrl, apiUrl: values.apiUrl }),
    ],
  };
}

/** The redirect URI in force when the server listens on `port`; 0, not known yet, is taken for the usual port. */
export function redirectUri(config: Config, port: number): string {
  return config.twitch.redirectUri ?? `http://localhost:${port || SETTINGS.port.standard}/callback`;
}

/** Whether flag or environment say it, so that the setup page cannot. */
export function isFixed(config: Config, key: SettingKey): boolean {
  return config.sources[key] === "flag" || config.sources[key] === "environment";
}

function settingsError(problems: readonly string[]): AppError {
  const [first] = problems;
  const text = problems.length === 1 ? ` ${first}` : problems.map((one) => `\n- ${one}`).join("");
  return new AppError("settings", `Cannot use the settings:${text}`, {
    hint: "Correct what is named and start again. companion-token-server --help lists every setting",
  });
}

function textIn(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function textOfFlag(value: Flags[SettingKey]): string | undefined {
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "string" || value === undefined ? value : value.join(" ");
}

function readValues(inputs: ConfigInputs, sources: Sources, problems: string[]): Values {
  const values: Record<string, unknown> = {};
  for (const key of settingKeys()) {
    const { env, standard } = settingOf(key);
    const flag = textOfFlag(inputs.flags[key]);
    const text = flag ?? textIn(inputs.env, env) ?? standard;
    if (text === undefined) continue;
    sources[key] = flag !== undefined
      ? "flag"
      : textIn(inputs.env, env) !== undefined
      ? "environment"
      : "default";
    const value = text === "" ? new Problem("is empty") : settingOf(key).parse(text);
    if (value instanceof Problem) problems.push(describeProblem(key, value));
    else values[key] = value;
  }
  return values as Values;
}

/** What is known of the Twitch app. */
type App = Pick<Config["twitch"], "clientId" | "clientSecret">;

/** A stored secret goes with the stored id only: with another app's id Twitch would refuse every login. */
function readApp(inputs: ConfigInputs, values: Values, sources: Sources, problems: string[]): App {
  const named = readNamed({ inputs, sources, problems, values }, "clientSecret", "clientSecretFile");
  const { stored } = inputs;
  const clientId = values.clientId ?? stored?.clientId;
  const unnamed = clientId === undefined && stored !== undefined && sources.clientId === "default";
  if (named !== undefined && unnamed) {
    const reason = new Problem(`is not set, but ${SETTINGS.clientSecret.env} is: set both`);
    problems.push(describeProblem("clientId", reason));
  }
  if (clientId === undefined || stored?.clientId !== clientId) return { clientId, clientSecret: named };
  if (values.clientId === undefined) sources.clientId = "setup page";
  const kept = stored.clientSecret;
  if (named === undefined && kept !== undefined) sources.clientSecret = "setup page";
  return { clientId, clientSecret: named ?? kept };
}

function readRedirectUri(
  inputs: ConfigInputs,
  values: Values,
  clientId: string | undefined,
  sources: Sources,
): string | undefined {
  const stored = inputs.stored;
  if (values.redirectUri !== undefined || stored?.redirectUri === undefined) return values.redirectUri;
  // It is registered with the stored app and means nothing to another.
  if (stored.clientId !== clientId) return undefined;
  sources.redirectUri = "setup page";
  return stored.redirectUri;
}

/** One line of the command `config`. */
export interface ConfigRow {
  /** The environment variable. */
  readonly name: string;
  readonly flag: string | undefined;
  /** For people; secrets are masked. */
  readonly value: string;
  readonly source: Source;
}

/** The effective values, in the order of the table. */
export function describeConfig(config: Config): readonly ConfigRow[] {
  const { twitch, log } = config;
  const values: Readonly<Record<SettingKey, unknown>> = {
    ...config,
    host: config.host ?? SETTINGS.host.byDefault,
    store: shownStore(config.store),
    logLevel: log.level,
    logFormat: log.format,
    noticeUrl: config.noticeUrls,
    clientId: twitch.clientId,
    clientSecret: twitch.clientSecret,
    redirectUri: config.port > 0
      ? redirectUri(config, config.port)
      : twitch.redirectUri ?? SETTINGS.redirectUri.byDefault,
    authUrl: twitch.authUrl,
    apiUrl: twitch.apiUrl,
  };
  return settingKeys().map((key) => {
    const { env, flag } = settingOf(key);
    return { name: env, flag, value: printable(values[key]), source: config.sources[key] };
  });
}

function printable(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  return Array.isArray(value) ? value.map(printable).join(", ") || "none" : String(value);
}
