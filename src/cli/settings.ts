/**
 * The table of settings: one row each. `parseConfig` reads by it, `--help` prints it, the command `config` shows the
 * effective values by it, and a test holds README to it.
 */
import {
  baseUrl,
  clientId,
  filePath,
  hostNames,
  listenAddress,
  logFormat,
  logLevel,
  noticeUrls,
  onOrOff,
  port,
  Problem,
  proxies,
  redirectUri,
  secretText,
} from "./setting_values.ts";
import { store } from "./store_setting.ts";

/** One setting: its names, what it means, and how its text becomes a value. */
export interface Setting<T> {
  /** Environment variable. */
  readonly env: string;
  /** Undefined for what must not stand in a command line, where every user of the machine can read it. */
  readonly flag: string | undefined;
  /** What follows the flag in `--help`; undefined for a switch. */
  readonly argument: string | undefined;
  readonly description: string;
  readonly example: string;
  /** The default in words. */
  readonly byDefault: string;
  /** The text that counts when nothing is set; undefined where there is none, or where it depends on something. */
  readonly standard?: string;
  /** The value is shown nowhere. */
  readonly secret?: true;
  parse(text: string): T | Problem;
}

/** In the order of `--help` and README. Keys are what the flags are called in code. */
export const SETTINGS = {
  host: {
    env: "TOKEN_SERVER_HOST",
    flag: "--host",
    argument: "ADDRESS",
    description: "the address to listen on",
    example: "127.0.0.1",
    byDefault: "every address, IPv6 and IPv4",
    parse: listenAddress,
  },
  port: {
    env: "TOKEN_SERVER_PORT",
    flag: "--port",
    argument: "PORT",
    description: "the port to listen on; 0 takes any free one and prints it",
    example: "8948",
    byDefault: "8948",
    standard: "8948",
    parse: port,
  },
  dataDir: {
    env: "TOKEN_SERVER_DATA_DIR",
    flag: "--data-dir",
    argument: "FOLDER",
    description: "where the database lives",
    example: "/var/lib/companion-token-server",
    byDefault: "$STATE_DIRECTORY, else ./data",
    parse: filePath,
  },
  keyFile: {
    env: "TOKEN_SERVER_KEY_FILE",
    flag: "--key-file",
    argument: "FILE",
    description: "the key that seals the logins; made at the first start",
    example: "/var/lib/companion-token-server/key",
    byDefault: "$CREDENTIALS_DIRECTORY/companion-token-server.key if present, else <data dir>/key",
    parse: filePath,
  },
  backupDir: {
    env: "TOKEN_SERVER_BACKUP_DIR",
    flag: "--backup-dir",
    argument: "FOLDER",
    description: "where to put backups by itself",
    example: "/mnt/usb/backups",
    byDefault: "none",
    parse: filePath,
  },
  publicUrl: {
    env: "TOKEN_SERVER_PUBLIC_URL",
    flag: "--public-url",
    argument: "URL",
    description: "the address under which others reach this server",
    example: "http://raspberrypi.local:8948",
    byDefault: "none",
    parse: baseUrl,
  },
  allowedHosts: {
    env: "TOKEN_SERVER_ALLOWED_HOSTS",
    flag: "--allowed-hosts",
    argument: "NAMES",
    description: "further names under which this server may be addressed",
    example: "tokens.example.org, studio.lan",
    byDefault: "none",
    parse: hostNames,
  },
  store: {
    env: "TOKEN_SERVER_STORE",
    flag: "--store",
    argument: "STORE",
    description:
      "where the logins are kept: sqlite: is a file in the data directory, postgres://… a database of several instances",
    example: "sqlite:",
    byDefault: "sqlite:",
    standard: "sqlite:",
    parse: store,
  },
  storeFile: {
    env: "TOKEN_SERVER_STORE_FILE",
    flag: "--store-file",
    argument: "FILE",
    description: "a file that holds the address of the store and nothing else, for its password's sake",
    example: "/etc/companion-token-server/store",
    byDefault: "none",
    parse: filePath,
  },
  logLevel: {
    env: "TOKEN_SERVER_LOG_LEVEL",
    flag: "--log-level",
    argument: "LEVEL",
    description: "the least important events to log: debug, info, warn or error",
    example: "debug",
    byDefault: "info",
    standard: "info",
    parse: logLevel,
  },
  logFormat: {
    env: "TOKEN_SERVER_LOG_FORMAT",
    flag: "--log-format",
    argument: "FORMAT",
    description: "how log lines look: logfmt or json",
    example: "json",
    byDefault: "logfmt",
    standard: "logfmt",
    parse: logFormat,
  },
  trustedProxies: {
    env: "TOKEN_SERVER_TRUSTED_PROXIES",
    flag: "--trusted-proxies",
    argument: "ADDRESSES",
    description: "addresses of proxies whose X-Forwarded headers count",
    example: "127.0.0.1, 192.168.1.0/24",
    byDefault: "none",
    parse: proxies,
  },
  noticeUrl: {
    env: "TOKEN_SERVER_NOTICE_URL",
    flag: "--notice-url",
    argument: "URL",
    description: "where to send a notice when a login needs attention; may be several",
    example: "https://ntfy.sh/my-topic",
    byDefault: "none",
    // Addresses of webhooks are passwords in all but name.
    secret: true,
    parse: noticeUrls,
  },
  metrics: {
    env: "TOKEN_SERVER_METRICS",
    flag: "--metrics",
    argument: undefined,
    description: "answer GET /metrics",
    example: "on",
    byDefault: "off",
    standard: "off",
    parse: onOrOff,
  },
  clientId: {
    env: "TWITCH_CLIENT_ID",
    flag: "--client-id",
    argument: "ID",
    description: "the client id of your Twitch app; without a secret it is a public app",
    example: "hof5gwx0su6owfnys0yan9c87zr6t4",
    byDefault: "from setup",
    parse: clientId,
  },
  clientSecret: {
    env: "TWITCH_CLIENT_SECRET",
    flag: undefined,
    argument: undefined,
    description: "the client secret of your Twitch app",
    example: "0123456789abcdefghijklmnopqrst",
    byDefault: "from setup",
    secret: true,
    parse: secretText,
  },
  clientSecretFile: {
    env: "TWITCH_CLIENT_SECRET_FILE",
    flag: "--client-secret-file",
    argument: "FILE",
    description: "a file that holds the client secret and nothing else",
    example: "/etc/companion-token-server/client-secret",
    byDefault: "none",
    parse: filePath,
  },
  redirectUri: {
    env: "TWITCH_REDIRECT_URI",
    flag: "--redirect-uri",
    argument: "URL",
    description: "the OAuth redirect URL, exactly as your Twitch app has it",
    example: "http://localhost:8948/callback",
    byDefault: "http://localhost:<port>/callback",
    parse: redirectUri,
  },
  authUrl: {
    env: "TWITCH_AUTH_URL",
    flag: "--auth-url",
    argument: "URL",
    description: "the base of Twitch's OAuth addresses",
    example: "https://id.twitch.tv/oauth2",
    byDefault: "https://id.twitch.tv/oauth2",
    standard: "https://id.twitch.tv/oauth2",
    parse: baseUrl,
  },
  apiUrl: {
    env: "TWITCH_API_URL",
    flag: "--api-url",
    argument: "URL",
    description: "the base of Twitch's API addresses",
    example: "https://api.twitch.tv/helix",
    byDefault: "https://api.twitch.tv/helix",
    standard: "https://api.twitch.tv/helix",
    parse: baseUrl,
  },
} satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingKey = keyof typeof SETTINGS;
/** What each setting's text becomes. */
export type SettingValues = {
  readonly [K in SettingKey]: Exclude<ReturnType<(typeof SETTINGS)[K]["parse"]>, Problem>;
};

/** The keys, in the order of the table. */
export function settingKeys(): readonly SettingKey[] {
  return Object.keys(SETTINGS) as SettingKey[];
}

/** A row, seen without the type of its value. */
export function settingOf(key: SettingKey): Setting<unknown> {
  return SETTINGS[key];
}

/** The setting as a person knows it: `TOKEN_SERVER_PORT (--port)`. */
export function settingName(key: SettingKey): string {
  const { env, flag } = settingOf(key);
  return flag === undefined ? env : `${env} (${flag})`;
}

/** The environment variables that are read beside the settings'; whoever may read no others needs these. */
export const AMBIENT = [
  "NO_COLOR",
  "FORCE_COLOR",
  "CLICOLOR",
  "CLICOLOR_FORCE",
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  // Asked for by the client of PostgreSQL, which takes nothing from it.
  "PGAPPNAME",
  "JOURNAL_STREAM",
  "STATE_DIRECTORY",
  "RUNTIME_DIRECTORY",
  "CREDENTIALS_DIRECTORY",
  "DENO_SERVE_ADDRESS",
] as const;

/** Every environment variable that the program reads: the list of its `--allow-env`. */
export function environmentNames(): readonly string[] {
  return [...settingKeys().map((key) => SETTINGS[key].env), ...AMBIENT];
}

/** What is wrong with a value for a setting, in a sentence with an example; undefined if nothing is. For forms and checks. */
export function settingProblem(key: SettingKey, text: string): string | undefined {
  const value = settingOf(key).parse(text);
  return value instanceof Problem ? describeProblem(key, value) : undefined;
}

/** `NAME (--flag) <what is wrong>, for example NAME=VALUE`. */
export function describeProblem(key: SettingKey, problem: Problem): string {
  const { env, example } = settingOf(key);
  return `${settingName(key)} ${problem.text}; for example ${env}=${example}`;
}
