import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Log, LogFields } from "../../src/core/ports.ts";
import {
  bugFields,
  createLog,
  errorFields,
  type LogOptions,
  logStyle,
  wantsColor,
} from "../../src/cli/log.ts";
import { Masks } from "../../src/cli/masks.ts";

const NOW = Date.UTC(2026, 10, 22, 20, 15, 4, 567);
const CANARY = "canary-0123456789abcdefghij";

function linesOf(options: Partial<LogOptions>, act: (log: Log) => void): readonly string[] {
  const lines: string[] = [];
  act(createLog({
    level: "debug",
    format: "logfmt",
    write: (line) => lines.push(line),
    clock: { now: () => NOW },
    ...options,
  }));
  return lines;
}

function lineOf(options: Partial<LogOptions>, event: string, fields?: LogFields): string {
  const [line = "", ...more] = linesOf(options, (log) => log.info(event, fields));
  assert.deepEqual(more, []);
  assert.ok(line.endsWith("\n"));
  return line.slice(0, -1);
}

Deno.test("createLog() writes logfmt", () => {
  const fields = {
    account: "main",
    left: 7200.5,
    again: false,
    note: "two words",
    none: undefined,
    empty: "",
  };
  assert.equal(
    lineOf({}, "account refreshed", fields),
    'time=2026-11-22T20:15:04Z level=info event="account refreshed" account=main left=7200.5 again=false note="two words" empty=""',
  );
  assert.equal(
    lineOf({}, "ready", { path: 'C:\\a "b"', sum: "a=b" }),
    'time=2026-11-22T20:15:04Z level=info event=ready path="C:\\\\a \\"b\\"" sum="a=b"',
  );
});

Deno.test("createLog() writes JSON", () => {
  const line = lineOf({ format: "json" }, "account refreshed", {
    account: "main",
    left: 7200,
    odd: NaN,
    token: new Secret("x"),
  });
  assert.deepEqual(JSON.parse(line), {
    time: "2026-11-22T20:15:04Z",
    level: "info",
    event: "account refreshed",
    account: "main",
    left: 7200,
    odd: "NaN",
    token: "[secret]",
  });
});

Deno.test("createLog() leaves the time to journald and puts the priority in front", () => {
  const act = (log: Log) => (["debug", "info", "warn", "error"] as const).forEach((level) => log[level]("a"));
  assert.deepEqual(linesOf({ journald: true, terminal: true, color: true }, act), [
    "<7>level=debug event=a\n",
    "<6>level=info event=a\n",
    "<4>level=warn event=a\n",
    "<3>level=error event=a\n",
  ]);
  assert.equal(lineOf({ journald: true, format: "json" }, "a"), '<6>{"level":"info","event":"a"}');
});

Deno.test("createLog() is friendly on a terminal, coloured only if asked", () => {
  const time = new Date(NOW).toTimeString().slice(0, 8);
  assert.equal(
    lineOf({ terminal: true }, "account refreshed", { account: "main" }),
    `${time} info  account refreshed  account=main`,
  );
  const colored = lineOf({ terminal: true, color: true }, "account refreshed");
  assert.equal(colored, `\x1b[2m${time}\x1b[0m \x1b[32minfo \x1b[0m account refreshed`);
  assert.ok(lineOf({ terminal: true, color: true, format: "json" }, "a").startsWith("{"));
});

Deno.test("createLog() drops what is below its level", () => {
  const levels = ["debug", "info", "warn", "error"] as const;
  for (const [at, level] of levels.entries()) {
    const lines = linesOf({ level }, (log) => levels.forEach((one) => log[one]("a")));
    assert.deepEqual(lines.map((line) => line.match(/level=(\w+)/)?.[1]), levels.slice(at));
  }
});

const FORMS: readonly Partial<LogOptions>[] = [{}, { format: "json" }, { terminal: true }, {
  journald: true,
}];

Deno.test("createLog() makes one visible line of whatever it is given", () => {
  // Ends of lines, controls, and characters that hide or turn text.
  const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
  const check = (text: string) => {
    for (const form of FORMS) {
      const line = lineOf(form, `a${text}`, { value: text, [text]: "name" });
      assert.doesNotMatch(line, unsafe, JSON.stringify(form));
    }
  };
  for (
    const text of [
      "\nlevel=error event=forged",
      "\r\n",
      "\x1b[2J",
      "\x9b1m",
      "\u2028",
      "\u202e",
      "\u200b",
      "\x7f",
      "\ud800",
      "\u{e0041}",
    ]
  ) {
    assert.match(text, unsafe);
    check(text);
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), check));
});

Deno.test("createLog() keeps its own names: a field cannot pose as the event", () => {
  const line = lineOf({ format: "json" }, "real", { event: "forged", level: "error", time: "never" });
  assert.deepEqual(JSON.parse(line), {
    time: "2026-11-22T20:15:04Z",
    level: "info",
    event: "real",
    event_: "forged",
    level_: "error",
    time_: "never",
  });
});

Deno.test("createLog() shows no secret: neither a Secret nor a text that Masks knows", () => {
  const masks = new Masks();
  const fields = {
    token: new Secret(CANARY),
    text: `it is ${CANARY}!`,
    url: `a ${encodeURIComponent(CANARY)}`,
  };
  masks.add(new Secret("98765432"));
  for (const form of FORMS) {
    assert.ok(
      lineOf({ ...form, masks }, "a", fields).includes(CANARY),
      "without a mask the canary is visible",
    );
    masks.add(new Secret(CANARY));
    const line = lineOf({ ...form, masks }, `event ${CANARY}`, { ...fields, number: 98765432 });
    assert.ok(!line.includes(CANARY) && !line.includes("98765432"), line);
    assert.equal(line.split("[secret]").length, 6, line);
    masks.remove(new Secret(CANARY));
  }
});

Deno.test("createLog() masks before it escapes and cuts", () => {
  const masks = new Masks();
  const odd = `quote"back\\slash\nline ${CANARY}`;
  masks.add(new Secret(odd));
  for (const form of FORMS) {
    assert.match(lineOf({ ...form, masks }, "a", { text: odd }), /"?text"?[=:]"?\[secret\]/);
    const long = lineOf({ ...form, masks }, "a", { text: `${"x".repeat(3990)}${odd}${"y".repeat(9999)}` });
    assert.ok(!long.includes("quote") && long.length < 4200);
  }
});

Deno.test("createLog() cuts credentials and queries off addresses", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["see https://id.twitch.tv/oauth2/token?code=abc now", "see https://id.twitch.tv/oauth2/token?… now"],
    ["(https://a.example?x#y)", "(https://a.example?…)"],
    ["https://user:pass@a.example/b", "https://a.example/b"],
    ["GET /token?id=0000 failed", "GET /token?… failed"],
    ["/?id=0000", "/?…"],
    ["really? and/or? 50% #1", "really? and/or? 50% #1"],
    ["http://pi.lan:8948/", "http://pi.lan:8948/"],
  ];
  for (const [text, expected] of cases) {
    assert.equal(JSON.parse(lineOf({ format: "json" }, "a", { text })).text, expected);
  }
});

Deno.test("createLog() survives a pipe that is closed", () => {
  let tries = 0;
  const log = createLog({
    level: "info",
    format: "logfmt",
    clock: { now: () => NOW },
    write() {
      tries++;
      throw new Error("Broken pipe");
    },
  });
  log.error("a");
  assert.equal(tries, 1);
});

Deno.test("wantsColor() honours the usual variables", () => {
  const cases: readonly (readonly [Record<string, string>, boolean, boolean])[] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ CLICOLOR_FORCE: "1" }, false, true],
    [{ CLICOLOR_FORCE: "0" }, false, false],
    [{ CLICOLOR: "0" }, true, false],
    [{ CLICOLOR: "1" }, false, false],
    [{ CLICOLOR: "0", CLICOLOR_FORCE: "1" }, false, true],
  ];
  for (const [env, terminal, expected] of cases) {
    assert.equal(wantsColor(env, terminal), expected, JSON.stringify([env, terminal]));
  }
});

Deno.test("logStyle() takes the journal for the reader only where no terminal is", () => {
  const env = { JOURNAL_STREAM: "8:1" };
  assert.deepEqual(logStyle(env, false), { terminal: false, color: false, journald: true });
  assert.deepEqual(logStyle(env, true), { terminal: true, color: true, journald: false });
  assert.deepEqual(logStyle({}, false), { terminal: false, color: false, journald: false });
});

Deno.test("errorFields() tells names, codes and messages down the causes, and no stack", () => {
  const cause = new TypeError("connection refused");
  assert.deepEqual(errorFields(new AppError("unavailable", "Cannot reach Twitch", { cause })), {
    error: "AppError",
    code: "unavailable",
    message: "Cannot reach Twitch: connection refused",
  });
  assert.deepEqual(errorFields("text"), { error: "string", code: undefined, message: "text" });
  const endless = new Error("round");
  endless.cause = endless;
  assert.equal(errorFields(endless)["message"], "round: round: round: round");
  assert.equal(errorFields(undefined)["message"], "");
});

Deno.test("bugFields() adds the stack, which stays one line without queries", () => {
  const error = new Error("Cannot fetch https://a.example/b?token=abc");
  const line = lineOf({}, "bug", bugFields(error));
  assert.match(line, /stack=".*\\n.*log_test\.ts/);
  assert.ok(!line.includes("token=abc"));
  assert.ok(String(error.stack).includes("token=abc"));
});
