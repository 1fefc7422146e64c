import assert from "node:assert/strict";
import type { Flags } from "../../src/cli/config.ts";
import { type CommandParts, partsFor } from "../../src/cli/command.ts";
import { announce } from "../../src/cli/control.ts";
import { doctor, type DoctorOptions } from "../../src/cli/doctor.ts";
import { type Check, examine, runtimeCheck } from "../../src/cli/doctor_checks.ts";
import type { Program } from "../../src/cli/program.ts";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import type { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { FakeClock, START } from "../support/fake_clock.ts";
import { DOWN } from "../support/scripted_twitch.ts";
import { namesIn, temporaryDirectory } from "../support/temporary_directory.ts";
import { OWL, signedIn, untilDue, type World, world, WREN } from "../support/world.ts";

const HOOK = "https://hooks.example.org/canary-0123456789abcdefghij";

/** Twitch, a server and webhooks, by host. */
interface Net {
  twitch: "answers" | "is away" | "is a portal";
  /** By how much our clock is ahead. */
  ahead: number;
  server: number;
  hook: number;
}

function fetchOf({ twitch, ahead, server, hook }: Net): typeof fetch {
  return ((input: string) => {
    const { host } = new URL(input);
    if (host.startsWith("127.")) return Promise.resolve(new Response("{}", { status: server }));
    if (host.startsWith("hooks.")) return Promise.resolve(new Response("no", { status: hook }));
    if (twitch === "is away") return Promise.reject(new TypeError("dns error"));
    const headers = {
      date: new Date(START - ahead).toUTCString(),
      "content-type": twitch === "answers" ? "application/json; charset=utf-8" : "text/html",
    };
    return Promise.resolve(new Response('{"status":401}', { status: 401, headers }));
  }) as typeof fetch;
}

const WELL: Net = { twitch: "answers", ahead: 0, server: 200, hook: 200 };

interface Ended {
  readonly printed: readonly string[];
  /** How it failed; undefined if it did not. */
  readonly code: string | undefined;
  readonly message: string;
}

async function run(
  dataDir: string,
  { flags = {}, options = {}, net = {} }: { flags?: Flags; options?: DoctorOptions; net?: Partial<Net> } = {},
): Promise<Ended> {
  const printed: string[] = [];
  const terminal = {
    print: (text: string) => void printed.push(text),
    complain: (text: string) => void printed.push(`! ${text}`),
    isTerminal: false,
    readLine: () => Promise.resolve(undefined),
  };
  const surroundings = {
    env: {},
    terminal,
    clock: new FakeClock(),
    onStop: () => ({ [Symbol.dispose]: () => {} }),
  };
  const parts: CommandParts = partsFor({ dataDir, ...flags }, surroundings);
  try {
    await doctor(parts, options, fetchOf({ ...WELL, ...net }));
    return { printed, code: undefined, message: "" };
  } catch (error) {
    const { name, code, message } = error as AppError;
    assert.equal(name, "AppError", String(error));
    return { printed, code, message };
  }
}

async function checksOf(dataDir: string, net: Partial<Net> = {}): Promise<[Map<string, Check>, Ended]> {
  const ended = await run(dataDir, { options: { json: true }, net });
  assert.equal(ended.printed.length, 1);
  const checks: Check[] = JSON.parse(ended.printed[0] ?? "");
  for (const check of checks) assert.deepEqual(Object.keys(check), ["check", "state", "text", "hint"]);
  return [new Map(checks.map((one) => [one.check, one])), ended];
}

function states(checks: ReadonlyMap<string, Check>): Record<string, string> {
  return Object.fromEntries([...checks].map(([check, { state }]) => [check, state]));
}

/** A data directory with a database and a key. */
async function filled(path: string): Promise<void> {
  openSqliteStore(path, "companion-token-server test")[Symbol.dispose]();
  await run(path);
}

Deno.test("doctor finds nothing wrong where the program has never run, and makes nothing", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/data`;
  const [checks, { code }] = await checksOf(path);
  assert.equal(code, undefined);
  assert.deepEqual(states(checks), {
    "data directory": "warn",
    server: "warn",
    runtime: "ok",
    database: "ok",
    "twitch sign-in": "ok",
    "twitch api": "ok",
    clock: "ok",
  });
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("doctor opens the data where no server holds them", async () => {
  using directory = temporaryDirectory();
  await filled(directory.path);
  const before = namesIn(directory.path);
  const [checks, { code }] = await checksOf(directory.path);
  assert.equal(code, undefined);
  for (const check of ["data directory", "file rights", "key", "database", "redirect", "notices"]) {
    assert.equal(checks.get(check)?.state, "ok", check);
  }
  for (const check of ["server", "app", "accounts"]) assert.equal(checks.get(check)?.state, "warn", check);
  assert.match(checks.get("redirect")?.text ?? "", /http:\/\/localhost:8948\/callback/);
  const after = namesIn(directory.path);
  assert.deepEqual(after, before);
});

Deno.test("doctor prints each check on a line, what to do below it, and refuses to call a failure well", async () => {
  using directory = temporaryDirectory();
  await filled(directory.path);
  await Deno.writeTextFile(`${directory.path}/key`, "nonsense");
  const { printed, code, message } = await run(directory.path);
  assert.equal(code, "refused");
  assert.equal(message, "Cannot call all well: key");
  const line = printed.find((one) => one.startsWith("fail ")) ?? "";
  assert.match(line, /^fail {2}key: The logins are locked\.\n {8}.*holds no key of this program/);
  assert.ok(printed.some((one) => one.startsWith("ok    database: ")));
});

Deno.test("doctor names a database that is damaged", async () => {
  using directory = temporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/companion-token-server.sqlite`, "x".repeat(5000));
  const [checks, { code }] = await checksOf(directory.path);
  assert.equal(code, "refused");
  assert.equal(checks.get("database")?.state, "fail");
  assert.match(checks.get("database")?.text ?? "", /not a database/);
  assert.equal(checks.get("twitch api")?.state, "ok", "the rest is looked at all the same");
});

Deno.test({
  name: "doctor names files that others can read and a directory that is none",
  ignore: Deno.build.os === "windows",
  async fn() {
    using directory = temporaryDirectory();
    const path = `${directory.path}/data`;
    await Deno.mkdir(path, { mode: 0o700 });
    await Deno.writeTextFile(`${path}/key`, "", { mode: 0o600 });
    await Deno.chmod(`${path}/key`, 0o644);
    const [checks] = await checksOf(path);
    assert.equal(checks.get("file rights")?.state, "fail");
    assert.equal(checks.get("file rights")?.hint, `chmod go-rwx ${path}/key`);
    const [none] = await checksOf(`${path}/key`);
    assert.equal(none.get("data directory")?.state, "fail");
  },
});

Deno.test("doctor tells a network that is away from everything else", async () => {
  using directory = temporaryDirectory();
  const [away, ended] = await checksOf(`${directory.path}/a`, { twitch: "is away" });
  assert.deepEqual([ended.code, ended.message], [
    "unavailable",
    "Cannot call all well: twitch sign-in, twitch api",
  ]);
  assert.equal(away.has("clock"), false);
  const [portal] = await checksOf(`${directory.path}/a`, { twitch: "is a portal" });
  assert.match(portal.get("twitch sign-in")?.text ?? "", /Something else than Twitch/);
});

Deno.test("doctor compares the clock with Twitch's", async () => {
  using directory = temporaryDirectory();
  const rows: readonly (readonly [number, Check["state"], RegExp])[] = [
    [-30_000, "ok", /agrees/],
    [2 * MINUTE, "warn", /120 s ahead of/],
    [-2 * MINUTE, "warn", /120 s behind/],
    [-3 * HOUR, "fail", /10800 s behind/],
  ];
  for (const [ahead, state, text] of rows) {
    const [checks] = await checksOf(`${directory.path}/a`, { ahead });
    assert.equal(checks.get("clock")?.state, state);
    assert.match(checks.get("clock")?.text ?? "", text);
  }
});

Deno.test("doctor says whether the announced server answers", async () => {
  using directory = temporaryDirectory();
  await using _ = await announce(directory.path, "http://127.0.0.1:9", new Secret("x"));
  const [well] = await checksOf(directory.path);
  assert.equal(well.get("server")?.state, "ok");
  const [ill] = await checksOf(directory.path, { server: 503 });
  assert.equal(ill.get("server")?.state, "fail");
});

Deno.test("doctor --test-notice sends to every address and names its host alone", async () => {
  using directory = temporaryDirectory();
  const flags = { noticeUrl: [HOOK, `${HOOK}2`] };
  const well = await run(directory.path, { flags, options: { testNotice: true } });
  assert.equal(well.code, undefined);
  assert.deepEqual(well.printed, Array(2).fill("hooks.example.org has taken the message"));
  const ill = await run(directory.path, {
    flags,
    options: { testNotice: true, json: true },
    net: { hook: 404 },
  });
  assert.equal(ill.code, "unavailable");
  assert.deepEqual(JSON.parse(ill.printed[0] ?? "")[0], {
    host: "hooks.example.org",
    worked: false,
    reason: "refuses the message (404)",
  });
  for (const { printed, message } of [well, ill]) assert.ok(!`${printed}${message}`.includes("canary"));
});

Deno.test("doctor --test-notice says what to set where there is no address", async () => {
  using directory = temporaryDirectory();
  const { code, message } = await run(directory.path, { options: { testNotice: true } });
  assert.equal(code, "settings");
  assert.match(message, /no address for notices is set/);
});

async function examined(made: World, over: { port?: number; lasts?: boolean } = {}): Promise<Check[]> {
  const { port = 8948, lasts = true } = over;
  const program = { ...made, notifier: { hosts: ["ntfy.sh"] } } as unknown as Program;
  return [
    ...await examine(program, {
      redirectUri: () => "http://localhost:8948/callback",
      port: () => port,
      lasts,
    }),
  ];
}

function find(checks: readonly Check[], name: string): Check | undefined {
  return checks.find(({ check }) => check === name);
}

Deno.test("examine() fails for a login that needs a sign-in and warns of one that is retried", async () => {
  const made = await world();
  const owl = await signedIn(made);
  const wren = await signedIn(made, WREN);
  assert.match(find(await examined(made), "accounts")?.text ?? "", /^2 of 2 logins connected/);
  made.twitch.disconnect(OWL);
  await made.refresher.one(owl, "person");
  await made.clock.advance(untilDue(made, wren));
  made.twitch.away = DOWN;
  await made.refresher.one(wren, "job");
  const checks = await examined(made);
  assert.match(find(checks, "accounts")?.text ?? "", /^0 of 2 logins connected/);
  assert.equal(find(checks, "account nightowl")?.state, "fail");
  assert.match(find(checks, "account nightowl")?.text ?? "", /needs a sign-in since 2026-/);
  assert.equal(find(checks, "account wren")?.state, "warn");
  assert.match(find(checks, "account wren")?.text ?? "", /its token still works/);
});

Deno.test("examine() says in a server when each token was last asked for, and nowhere else", async () => {
  const made = await world();
  const owl = await signedIn(made);
  await signedIn(made, WREN);
  owl.askedAt = made.clock.now() - 5 * MINUTE;
  const checks = await examined(made);
  assert.match(find(checks, "questions nightowl")?.text ?? "", /5 min ago/);
  assert.equal(find(checks, "questions wren")?.state, "warn");
  assert.equal(find(await examined(made, { lasts: false }), "questions wren"), undefined);
});

Deno.test("examine() names a disk that refuses writes and a redirect address that leads elsewhere", async () => {
  const made = await world();
  const owl = await signedIn(made);
  assert.equal(find(await examined(made), "database")?.state, "ok");
  assert.equal(find(await examined(made), "redirect")?.state, "ok");
  assert.equal(find(await examined(made, { port: 8950 }), "redirect")?.state, "warn");
  owl.saveAt = made.clock.now();
  assert.equal(find(await examined(made), "database")?.state, "fail");
});

Deno.test("examine() holds no id and no token", async () => {
  const made = await world();
  const owl = await signedIn(made);
  const text = JSON.stringify(await examined(made));
  const ids = made.roster.ids.of(owl).map(({ id }) => id.reveal());
  assert.equal(ids.length, 1);
  for (const secret of [...ids, owl.access?.reveal() ?? ""]) assert.ok(!text.includes(secret));
  assert.ok(text.includes("nightowl") || text.includes("1 of 1"));
});

Deno.test("runtimeCheck() fails only where a second arrival would end a login", () => {
  assert.equal(runtimeCheck(true, true).state, "ok");
  assert.equal(runtimeCheck(false, false).state, "warn");
  assert.equal(runtimeCheck(false, true).state, "fail");
});
