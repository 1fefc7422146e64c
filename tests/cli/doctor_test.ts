import assert from "node:assert/strict";
import type { Flags } from "../../src/cli/config.ts";
import { type CommandParts, partsFor } from "../../src/cli/command.ts";
import { announce } from "../../src/cli/control.ts";
import { doctor, type DoctorOptions } from "../../src/cli/doctor.ts";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import type { Check } from "../../src/core/check.ts";
import type { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { FakeClock, START } from "../support/fake_clock.ts";
import { namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

const HOOK = "https://hooks.example.org/canary-0123456789abcdefghij";

/** Twitch, a server and webhooks, by host. */
interface Net {
  twitch: "answers" | "is away" | "is a portal" | "is forged";
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
    if (twitch === "is forged") return Promise.reject(new TypeError("invalid peer certificate"));
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
    dns: "ok",
    tls: "ok",
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
  for (const check of ["server", "app", "accounts", "backup"]) {
    assert.equal(checks.get(check)?.state, "warn", check);
  }
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
    "Cannot call all well: dns, twitch sign-in, twitch api",
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

Deno.test("doctor --bundle writes a file for us alone, and none over another", async () => {
  using directory = temporaryDirectory();
  await filled(directory.path);
  const path = `${directory.path}/bundle.json`;
  const { code, printed } = await run(directory.path, { options: { bundle: path } });
  assert.equal(code, undefined);
  assert.match(printed[0] ?? "", /no token, no id and no name/);
  const { bundle, checks, accounts } = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual([bundle, accounts], [1, []]);
  assert.ok(checks.some(({ check, state }: Check) => check === "clock" && state === "ok"));
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o077, 0);
  assert.equal((await run(directory.path, { options: { bundle: path } })).code, "exists");
});

Deno.test("doctor --bundle works where the database cannot be opened", async () => {
  using directory = temporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/companion-token-server.sqlite`, "x".repeat(5000));
  const path = `${directory.path}/bundle.json`;
  const { code } = await run(directory.path, { options: { bundle: path } });
  assert.equal(code, undefined);
  const { checks } = JSON.parse(await Deno.readTextFile(path));
  assert.equal(checks.find(({ check }: Check) => check === "database").state, "fail");
});

Deno.test("doctor says of a certificate that is not accepted what to do", async () => {
  using directory = temporaryDirectory();
  const [checks, { code }] = await checksOf(`${directory.path}/a`, { twitch: "is forged" });
  assert.equal(code, "unavailable");
  assert.equal(checks.get("tls")?.state, "fail");
  assert.equal(checks.get("dns")?.state, "ok");
});
