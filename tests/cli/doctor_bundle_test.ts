import assert from "node:assert/strict";
import { parseConfig } from "../../src/cli/config.ts";
import { bundleOf } from "../../src/cli/doctor_bundle.ts";
import { doctorDesk } from "../../src/cli/doctor_desk.ts";
import type { Program } from "../../src/cli/program.ts";
import type { Host } from "../../src/cli/sign_in_operations.ts";
import { ok } from "../../src/core/check.ts";
import { leaksIn } from "../support/leaks.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { signedIn, type World, world } from "../support/world.ts";

const HOOK = "https://hooks.example.org/canary-0123456789abcdefghij";
const HOST: Host = {
  redirectUri: () => "http://localhost:8948/callback",
  port: () => 8948,
  pages: () => [],
  lasts: true,
};

function silent(): Promise<Response> {
  return Promise.reject(new TypeError("dns error"));
}

function programOf(made: World, dataDir: string): Program {
  const env = {
    TOKEN_SERVER_DATA_DIR: dataDir,
    TOKEN_SERVER_NOTICE_URL: HOOK,
    TOKEN_SERVER_PUBLIC_URL: "https://tokens.ada-lovelace.example",
    TOKEN_SERVER_ALLOWED_HOSTS: "studio.ada-lovelace.example",
    TOKEN_SERVER_BACKUP_DIR: "/home/ada/backups",
    TWITCH_CLIENT_ID: "canaryclientid0123456789",
    TWITCH_CLIENT_SECRET: "canaryclientsecret0123456789",
  };
  const config = parseConfig({ flags: {}, env, stored: {}, exists: () => false, readFile: () => "" });
  const notifier = { hosts: ["ntfy.sh", "push.ada-lovelace.example"], testedAt: undefined };
  const hostNames = { all: () => config.allowedHosts };
  return { ...made, notifier, config, hostNames } as unknown as Program;
}

Deno.test("the bundle holds no token, no id, no name and no whole address of anybody", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  const owl = await signedIn(made, { twitchId: "987654321", login: "canary_owl" }, {
    label: "Ada's channel",
  });
  owl.askedAt = made.clock.now();
  owl.askedBy = "192.168.17.42";
  const desk = doctorDesk(programOf(made, directory.path), HOST, silent as typeof fetch);
  const text = await desk.bundle();
  const ids = made.roster.ids.of(owl).map(({ id }) => id.reveal());
  const secrets = [
    ...ids,
    owl.access?.reveal() ?? "",
    owl.account.key,
    ...["canary_owl", "Ada's channel", "987654321", "192.168.17.42", "ada-lovelace"],
    ...[HOOK, "canaryclientid0123456789", "canaryclientsecret0123456789", "/home/ada", directory.path],
  ];
  assert.ok(secrets.every((secret) => secret.length > 5) && ids.length === 1);
  const bytes = new TextEncoder().encode(text);
  assert.deepEqual(leaksIn([{ name: "bundle", bytes }], secrets), []);
  const planted = new TextEncoder().encode(`${text}${ids[0]}`);
  assert.equal(leaksIn([{ name: "planted", bytes: planted }], secrets)[0]?.secret, ids[0]);
});

Deno.test("the bundle tells what helps: checks, settings, accounts by number, events", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  await signedIn(made);
  const host: Host = {
    ...HOST,
    events: () => [{ at: made.clock.now(), kind: "started", facts: { account: "nightowl" }, times: 2 }],
  };
  const desk = doctorDesk(programOf(made, directory.path), host, silent as typeof fetch);
  const bundle = JSON.parse(await desk.bundle());
  assert.equal(bundle.version.length > 0, true);
  assert.equal(bundle.runtime.deno, Deno.version.deno);
  assert.deepEqual(bundle.events.map(({ kind, account, times }: never) => [kind, account, times]), [[
    "started",
    1,
    2,
  ]]);
  assert.equal(bundle.accounts[0].health, "connected");
  assert.deepEqual(bundle.accounts[0].scopes, ["chat:read", "chat:edit"]);
  const setting = (name: string): string =>
    bundle.settings.find((one: { name: string }) => one.name === name).value;
  assert.equal(setting("TOKEN_SERVER_PORT"), "8948");
  assert.equal(setting("TOKEN_SERVER_PUBLIC_URL"), "set");
  assert.equal(setting("TWITCH_CLIENT_SECRET"), "set");
  const check = (name: string): Record<string, unknown> =>
    bundle.checks.find((one: { check: string }) => one.check === name);
  assert.equal(check("dns")["state"], "fail");
  assert.match(String(check("notices")["text"]), /ntfy\.sh, \[removed\]/);
  assert.deepEqual(check("questions"), { check: "questions", account: 1, state: "warn" });
});

Deno.test("bundleOf() takes names, folders and the ends of addresses out of any text", () => {
  const config = parseConfig({ flags: {}, env: {}, stored: {}, exists: () => false, readFile: () => "" });
  const text =
    "At 192.168.1.20 and fe80::12ab:34cd:56ef, 127.0.0.1, in /home/ada/data: studio-pi, id.twitch.tv";
  const made = bundleOf({
    config,
    checks: [ok("server", text)],
    logins: [],
    personal: ["studio-pi"],
    events: [],
    now: 0,
  });
  const said = JSON.parse(made).checks[0].text;
  assert.match(
    said,
    /^At 192\.168\.1\.x and fe80:\S*x, 127\.0\.0\.1, in \[path\]: \[removed\], id\.twitch\.tv$/,
  );
});

Deno.test("the bundle names no folder, not even where a name in it has blanks", () => {
  const folders = [
    "/media/Ada Lovelace/sticks/data",
    "/media/Ada Lovelace/keys/the key",
    "/mnt/Ada Lovelace",
  ];
  const [TOKEN_SERVER_DATA_DIR = "", TOKEN_SERVER_KEY_FILE = "", TOKEN_SERVER_BACKUP_DIR = ""] = folders;
  const env = { TOKEN_SERVER_DATA_DIR, TOKEN_SERVER_KEY_FILE, TOKEN_SERVER_BACKUP_DIR };
  const config = parseConfig({ flags: {}, env, stored: {}, exists: () => false, readFile: () => "" });
  const checks = folders.map((folder) => ok("data directory", `${folder}/lock takes a write.`));
  const text = bundleOf({ config, checks, logins: [], personal: [], events: [], now: 0 });
  assert.doesNotMatch(text, /Ada|Lovelace|sticks|the key/);
  assert.equal(text.match(/\[path\]\/lock takes a write/g)?.length, 3);
});
