import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import {
  type Config,
  type ConfigInputs,
  describeConfig,
  isFixed,
  parseConfig,
  redirectUri,
} from "../../src/cli/config.ts";
import { environmentNames, settingKeys, settingOf } from "../../src/cli/settings.ts";

const ID = "abcdefghijklmnopqrstuvwxyz0123";
const CANARY = "canary-0123456789abcdefghij";

type Given = Partial<ConfigInputs> & { readonly files?: Readonly<Record<string, string>> };

function parse(given: Given = {}): Config {
  const { files = {}, ...inputs } = given;
  return parseConfig({
    flags: {},
    env: {},
    exists: (path) => Object.hasOwn(files, path),
    readFile(path) {
      const text = files[path];
      if (text === undefined) throw new Deno.errors.NotFound("No such file");
      return text;
    },
    ...inputs,
  });
}

function problemsOf(given: Given): string {
  try {
    parse(given);
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, "settings");
    assert.ok(error.hint);
    return error.message;
  }
  assert.fail("no problem was reported");
}

Deno.test("parseConfig() has a default for everything", () => {
  const config = parse();
  assert.equal(config.host, undefined);
  assert.equal(config.port, 8948);
  assert.equal(config.dataDir, "./data");
  assert.equal(config.keyFile, "./data/key");
  assert.equal(config.store.reveal(), "sqlite:");
  assert.deepEqual(config.log, { level: "info", format: "logfmt" });
  assert.equal(config.metrics, false);
  assert.deepEqual([config.allowedHosts, config.trustedProxies, config.noticeUrls], [[], [], []]);
  assert.deepEqual(config.twitch, {
    clientId: undefined,
    clientSecret: undefined,
    redirectUri: undefined,
    authUrl: "https://id.twitch.tv/oauth2",
    apiUrl: "https://api.twitch.tv/helix",
  });
  assert.ok(Object.values(config.sources).every((source) => source === "default"));
  assert.deepEqual(config.warnings, []);
});

Deno.test("parseConfig() prefers flags to the environment, and that to the setup page", () => {
  const stored = { clientId: "stored-id", redirectUri: "https://stored.example/callback" };
  const env = { TOKEN_SERVER_PORT: "2", TWITCH_CLIENT_ID: "env-id", TOKEN_SERVER_METRICS: "on" };
  const flags = { port: "3", clientId: "flag-id", metrics: false };
  const all = parse({ flags, env, stored });
  assert.deepEqual([all.port, all.twitch.clientId, all.metrics], [3, "flag-id", false]);
  assert.deepEqual([all.sources.port, all.sources.clientId, all.sources.metrics], ["flag", "flag", "flag"]);
  const two = parse({ env, stored });
  assert.deepEqual([two.port, two.twitch.clientId, two.metrics], [2, "env-id", true]);
  assert.equal(two.sources.clientId, "environment");
  const one = parse({ stored });
  assert.deepEqual([one.port, one.twitch.clientId], [8948, "stored-id"]);
  assert.equal(one.twitch.redirectUri, "https://stored.example/callback");
  assert.deepEqual([one.sources.clientId, one.sources.redirectUri], ["setup page", "setup page"]);
});

Deno.test("parseConfig() counts empty environment values as unset", () => {
  const env = Object.fromEntries(
    environmentNames().map((name) => [name, name.endsWith("PORT") ? "" : " \t"]),
  );
  assert.deepEqual(parse({ env }), parse());
  assert.match(problemsOf({ flags: { port: "" } }), /TOKEN_SERVER_PORT \(--port\) is empty/);
});

Deno.test("parseConfig() reports all problems at once, each with names and an example", () => {
  const env = {
    TOKEN_SERVER_PORT: "89a48",
    TOKEN_SERVER_PUBLIC_URL: "raspberrypi.local",
    TWITCH_CLIENT_ID: "my app",
    TWITCH_CLIENT_SECRET_FILE: "/nowhere",
    DENO_SERVE_ADDRESS: "tcp:0.0.0.0:80",
  };
  const text = problemsOf({ env, flags: { logLevel: "loud" } });
  const lines = text.split("\n");
  assert.equal(lines[0], "Cannot use the settings:");
  assert.equal(lines.length, 7);
  for (const line of lines.slice(1)) assert.match(line, /^- .*[A-Z_]{8,}.*; for example .+/);
  for (const key of ["port", "publicUrl", "clientId", "clientSecretFile", "logLevel"] as const) {
    const { env: name, flag, example } = settingOf(key);
    assert.ok(text.includes(`${name} (${flag}) `), name);
    assert.ok(text.includes(`${name}=${example}`), name);
  }
  assert.match(text, /DENO_SERVE_ADDRESS is set and would override .*TOKEN_SERVER_PORT \(--port\)/);
});

Deno.test("parseConfig() says a single problem in one line", () => {
  const text = problemsOf({ env: { TOKEN_SERVER_PORT: "65536" } });
  assert.equal(
    text,
    'Cannot use the settings: TOKEN_SERVER_PORT (--port) is "65536", which is no port from 0 to 65535; for example TOKEN_SERVER_PORT=8948',
  );
});

Deno.test("parseConfig() takes directories from systemd", () => {
  const key = "/run/credentials/companion-token-server.key";
  const env = { STATE_DIRECTORY: "/var/lib/a:/var/lib/b", CREDENTIALS_DIRECTORY: "/run/credentials" };
  assert.equal(parse({ env }).dataDir, "/var/lib/a");
  assert.equal(parse({ env }).keyFile, "/var/lib/a/key");
  assert.equal(parse({ env, files: { [key]: "" } }).keyFile, key);
  assert.deepEqual(parse({ env, files: { [key]: "" } }).keys, {
    keyFile: "/var/lib/a/key",
    credential: key,
  });
  assert.deepEqual(parse({ env }).keys, { keyFile: "/var/lib/a/key", credential: undefined });
  const own = { ...env, TOKEN_SERVER_DATA_DIR: "/srv/", TOKEN_SERVER_KEY_FILE: "/etc/key" };
  assert.equal(parse({ env: own, files: { [key]: "" } }).keyFile, "/etc/key");
  assert.equal(parse({ env: { TOKEN_SERVER_DATA_DIR: "/srv/" } }).keyFile, "/srv/key");
});

Deno.test("parseConfig() reads the client secret from the environment or a file", () => {
  const plain = parse({ env: { TWITCH_CLIENT_ID: ID, TWITCH_CLIENT_SECRET: ` ${CANARY} ` } });
  assert.equal(plain.twitch.clientSecret?.reveal(), CANARY);
  for (const end of ["", "\n", "\r\n"]) {
    const env = { TWITCH_CLIENT_ID: ID, TWITCH_CLIENT_SECRET_FILE: "/secret" };
    const config = parse({ env, files: { "/secret": CANARY + end } });
    assert.equal(config.twitch.clientSecret?.reveal(), CANARY);
    assert.deepEqual([config.sources.clientSecret, config.clientSecretFile], ["environment", "/secret"]);
  }
  const env = { TWITCH_CLIENT_ID: ID, TWITCH_CLIENT_SECRET: "of-the-environment" };
  const flagged = parse({ env, flags: { clientSecretFile: "/secret" }, files: { "/secret": CANARY } });
  assert.deepEqual([flagged.twitch.clientSecret?.reveal(), flagged.sources.clientSecret], [CANARY, "flag"]);
});

Deno.test("parseConfig() refuses a client secret that is doubled, unreadable, empty or torn", () => {
  const id = { TWITCH_CLIENT_ID: ID };
  const files = { "/secret": CANARY, "/empty": "\n", "/torn": `${CANARY}\nmore` };
  const both = { ...id, TWITCH_CLIENT_SECRET: CANARY, TWITCH_CLIENT_SECRET_FILE: "/secret" };
  assert.match(
    problemsOf({ env: both, files }),
    /TWITCH_CLIENT_SECRET and TWITCH_CLIENT_SECRET_FILE .* both set/,
  );
  const file = (path: string) => problemsOf({ env: { ...id, TWITCH_CLIENT_SECRET_FILE: path }, files });
  assert.match(file("/nowhere"), /names a file that cannot be read: No such file/);
  assert.match(file("/empty"), /names a file whose text is empty/);
  assert.match(file("/torn"), /names a file whose text holds blanks or line breaks/);
  assert.ok(![problemsOf({ env: both, files }), file("/torn")].join().includes(CANARY));
});

Deno.test("parseConfig() wants an id with a secret, but no secret with an id", () => {
  const env = { TWITCH_CLIENT_SECRET: CANARY };
  assert.match(
    problemsOf({ env, stored: {} }),
    /TWITCH_CLIENT_ID \(--client-id\) is not set, but TWITCH_CLIENT_SECRET is/,
  );
  assert.equal(parse({ env }).twitch.clientSecret?.reveal(), CANARY, "nothing is known of the store yet");
  assert.equal(parse({ env, stored: { clientId: ID } }).twitch.clientId, ID);
  const both = problemsOf({ env: { ...env, TWITCH_CLIENT_ID: "!" }, stored: {} });
  assert.ok(!both.includes("is not set"), "a malformed id is one problem, not two");
  const app = parse({ env: { TWITCH_CLIENT_ID: ID }, stored: {} }).twitch;
  assert.deepEqual([app.clientId, app.clientSecret], [ID, undefined]);
});

Deno.test("parseConfig() joins a stored secret and redirect URI only to the stored id", () => {
  const stored = {
    clientId: ID,
    clientSecret: new Secret(CANARY),
    redirectUri: "https://stored.example/callback",
  };
  const same = parse({ env: { TWITCH_CLIENT_ID: ID }, stored });
  assert.equal(same.twitch.clientSecret?.reveal(), CANARY);
  assert.equal(same.twitch.redirectUri, stored.redirectUri);
  assert.deepEqual([same.sources.clientId, same.sources.clientSecret], ["environment", "setup page"]);
  const other = parse({ env: { TWITCH_CLIENT_ID: "another-app" }, stored });
  assert.deepEqual([other.twitch.clientSecret, other.twitch.redirectUri], [undefined, undefined]);
  const own = parse({ env: { TWITCH_CLIENT_SECRET: "newer-secret" }, stored });
  assert.deepEqual([own.twitch.clientId, own.twitch.clientSecret?.reveal()], [ID, "newer-secret"]);
});

Deno.test("redirectUri() follows the real port unless it is set", () => {
  assert.equal(redirectUri(parse({ flags: { port: "0" } }), 40123), "http://localhost:40123/callback");
  const set = parse({ env: { TWITCH_REDIRECT_URI: "https://tokens.example.org/callback" } });
  assert.equal(redirectUri(set, 40123), "https://tokens.example.org/callback");
});

Deno.test("parseConfig() warns of names that look like ours, and asks what was meant", () => {
  const env = {
    TOKEN_SERVER_PROT: "1",
    TOKEN_SERVER_CLIENT_ID: "x",
    TOKEN_SERVER_FLUX_CAPACITOR: "on",
    TOKEN_SERVER_EMPTY: "",
    OTHER_SERVER_PORT: "1",
    TOKEN_SERVER_PORT: "1",
  };
  assert.deepEqual(parse({ env }).warnings, [
    "TOKEN_SERVER_PROT is no setting: did you mean TOKEN_SERVER_PORT?",
    "TOKEN_SERVER_CLIENT_ID is no setting: did you mean TWITCH_CLIENT_ID?",
    "TOKEN_SERVER_FLUX_CAPACITOR is no setting and has no effect",
  ]);
});

Deno.test("parseConfig() warns of secrets that would travel unencrypted", () => {
  const local = ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1", "https://id.example.org"];
  for (const url of local) assert.deepEqual(parse({ env: { TWITCH_AUTH_URL: url } }).warnings, [], url);
  const [warning = ""] = parse({ env: { TWITCH_AUTH_URL: "http://id.example.org" } }).warnings;
  assert.match(warning, /TWITCH_AUTH_URL \(--auth-url\) begins with http:\/\//);
});

Deno.test("isFixed() tells what the setup page cannot change", () => {
  const stored = { clientId: ID };
  assert.equal(isFixed(parse(), "clientId"), false);
  assert.equal(isFixed(parse({ stored }), "clientId"), false);
  assert.equal(isFixed(parse({ stored, env: { TWITCH_CLIENT_ID: ID } }), "clientId"), true);
  assert.equal(isFixed(parse({ stored, flags: { clientId: ID } }), "clientId"), true);
});

Deno.test("describeConfig() shows every setting once, with its source and no secret", () => {
  const config = parse({
    flags: { port: "0", noticeUrl: ["https://ntfy.sh/a", `https://ntfy.sh/${CANARY}`], metrics: true },
    env: { TWITCH_CLIENT_ID: ID, TWITCH_CLIENT_SECRET_FILE: "/secret" },
    files: { "/secret": CANARY },
    stored: {},
  });
  const rows = describeConfig(config);
  assert.deepEqual(rows.map((row) => row.name), settingKeys().map((key) => settingOf(key).env));
  const text = JSON.stringify(rows) + JSON.stringify(config) + Deno.inspect(config, { depth: 9 });
  assert.ok(!text.includes(CANARY));
  assert.equal(config.twitch.clientSecret?.reveal(), CANARY, "the canary is there to be found");
  const shown = Object.fromEntries(rows.map((row) => [row.name, `${row.value} (${row.source})`]));
  assert.equal(shown["TOKEN_SERVER_PORT"], "0 (flag)");
  assert.equal(shown["TOKEN_SERVER_NOTICE_URL"], "[secret], [secret] (flag)");
  assert.equal(shown["TOKEN_SERVER_METRICS"], "on (flag)");
  assert.equal(shown["TWITCH_CLIENT_ID"], `${ID} (environment)`);
  assert.equal(shown["TWITCH_CLIENT_SECRET"], "[secret] (environment)");
  assert.equal(shown["TWITCH_REDIRECT_URI"], "http://localhost:<port>/callback (default)");
  assert.equal(shown["TOKEN_SERVER_BACKUP_DIR"], "none (default)");
  assert.equal(shown["TOKEN_SERVER_ALLOWED_HOSTS"], "none (default)");
});

Deno.test("parseConfig() reads the store's address from a file, and no message shows it", () => {
  const url = `postgres://companion:${CANARY}@db.example/logins`;
  const files = { "/store": `${url}\n`, "/wrong": `mysql://u:${CANARY}@h/d`, "/sqlite": "sqlite:" };
  const env = { TOKEN_SERVER_STORE_FILE: "/store" };
  const config = parse({ env, files });
  assert.deepEqual([config.store.reveal(), config.sources.store, config.storeFile], [
    url,
    "environment",
    "/store",
  ]);
  assert.ok(!JSON.stringify(describeConfig(config)).includes(CANARY));
  const flagged = parse({ env, flags: { storeFile: "/sqlite" }, files });
  assert.deepEqual([flagged.store.reveal(), flagged.sources.store], ["sqlite:", "flag"]);
  const overridden = parse({ env, flags: { store: "sqlite:" }, files });
  assert.deepEqual([overridden.store.reveal(), overridden.sources.store], ["sqlite:", "flag"]);
  const before = parse({ env: { TOKEN_SERVER_STORE: url }, flags: { storeFile: "/sqlite" }, files });
  assert.equal(before.store.reveal(), "sqlite:");

  const both = problemsOf({ env: { ...env, TOKEN_SERVER_STORE: url }, files });
  assert.match(
    both,
    /TOKEN_SERVER_STORE \(--store\) and TOKEN_SERVER_STORE_FILE \(--store-file\) are both set/,
  );
  const file = (path: string) => problemsOf({ env: { TOKEN_SERVER_STORE_FILE: path }, files });
  assert.match(file("/nowhere"), /TOKEN_SERVER_STORE_FILE .* names a file that cannot be read: No such file/);
  assert.match(file("/wrong"), /names a file whose text names a store that this version does not know/);
  assert.ok(![both, file("/wrong")].join().includes(CANARY));
});
