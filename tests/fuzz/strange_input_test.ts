/**
 * Everything that comes from outside, made up out of a seed: what reads it answers or throws an `AppError`, and never
 * breaks. Words that mean something are mixed with nonsense, so that more than the first check is reached: each
 * property counts what was taken, and there must be some.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig } from "../../src/cli/config.ts";
import { settingKeys, settingOf } from "../../src/cli/settings.ts";
import { AppError } from "../../src/core/error.ts";
import { readId } from "../../src/core/ids.ts";
import { readPasted, readReturn } from "../../src/core/paste.ts";
import { readAsked, shownPath } from "../../src/core/relay_request.ts";
import { Secret } from "../../src/core/secret.ts";
import * as answers from "../../src/twitch/answers.ts";
import { addressBelow } from "../../src/twitch/helix.ts";
import { readBackup } from "../../src/vault/backup_file.ts";
import { contentOf } from "../../src/vault/backup_content.ts";
import { house } from "../http/house.ts";
import { beginLink } from "../http/sign_in_steps.ts";
import { GOOD, HTML } from "../twitch/samples.ts";

const SEED = 20260314;
const OURS = "http://localhost:8948/callback";
const API = "https://api.test/helix";

/** Nonsense, and now and then one of these words whole. */
function made(...words: readonly string[]): fc.Arbitrary<string> {
  const nonsense = fc.string({ unit: "binary", maxLength: 20 });
  const piece = fc.oneof(fc.constantFrom(...words), fc.constantFrom(...words), nonsense);
  return fc.oneof(fc.constantFrom(...words), fc.array(piece, { maxLength: 6 }).map((all) => all.join("")));
}

/** What `read` gives; undefined where it refuses in words. Whatever else it throws is the test's failure. */
function taken<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error instanceof Error ? error.stack : error));
    return undefined;
  }
}

/** Runs the property; it must have answered true for some of what was made up, and for some not. */
function forMany<T>(input: fc.Arbitrary<T>, runs: number, property: (input: T) => boolean): void {
  let some = 0;
  fc.assert(fc.property(input, (one) => void (some += property(one) ? 1 : 0)), { seed: SEED, numRuns: runs });
  assert.ok(some > 0 && some < runs, `${some} of ${runs} were taken`);
}

Deno.test("readPasted() reads or refuses whatever is pasted, and never another site's code", () => {
  const words = [
    OURS,
    "?",
    "&",
    "code=",
    "abcdefghijkl",
    "state=",
    "error=",
    "access_denied",
    "#",
    "%",
    "http://",
    '"',
  ];
  forMany(
    made(...words, `${OURS}?code=abcdefghijkl`, "https://evil.example/?code=abcdefghijkl"),
    5_000,
    (text) => {
      const returned = taken(() => readPasted(text, OURS));
      if (returned?.kind !== "code") return false;
      assert.ok(!text.trim().startsWith("https://evil.example"), text);
      return true;
    },
  );
});

Deno.test("readReturn() reads whatever stands in the query of /callback", () => {
  const words = [
    "code=abc",
    "&",
    "state=x",
    "error=access_denied",
    "%",
    "=",
    "+",
    "error_description=<script>",
  ];
  forMany(made(...words), 5_000, (text) => readReturn(new URLSearchParams(text)) !== undefined);
});

Deno.test("GET /callback answers whatever comes with a page that is no bug, and exchanges nothing of others", async () => {
  const home = await house();
  const begun = await beginLink(home);
  const words = ["code", "state", "error", "error_description", "scope", "x"];
  const values = made(begun.state, "abcdefghijkl", "access_denied", "redirect_mismatch", "<script>", "%00");
  const pairs = fc.array(fc.tuple(fc.constantFrom(...words), values), { maxLength: 5 });
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(pairs, async (all) => {
      const query = new URLSearchParams(all.map(([name, value]) => [name, value.toWellFormed()]));
      const answer = await home.ask(`/callback?${query}`);
      statuses.add(answer.status);
      assert.ok(answer.status < 500, `${query}`);
      assert.doesNotMatch(await answer.text(), /<script>(?!")[^i]/);
    }),
    { seed: SEED, numRuns: 500 },
  );
  assert.equal(home.world.twitch.sent("exchangeCode").length, 0);
  assert.deepEqual(home.world.log.events("error"), []);
  // Some were refused, and some led to the address to copy.
  assert.ok(statuses.has(200) && statuses.has(410), [...statuses].join());
});

Deno.test("what Twitch answers is understood or unavailable, whatever it is", () => {
  const fields = [
    "access_token",
    "refresh_token",
    "expires_in",
    "scope",
    "message",
    "status",
    "device_code",
    "data",
  ];
  const json = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 2 })).map((all) =>
    JSON.stringify(all)
  );
  const torn = fc.tuple(fc.constantFrom(GOOD, HTML), fc.nat(200)).map(([text, at]) => text.slice(0, at));
  const text = fc.oneof(json, torn, made(GOOD, "{", "}", '"', "\\u", "null", "[", '"access_token":"abcdef"'));
  const answer = fc.record({
    kind: fc.constant("answered" as const),
    status: fc.oneof(fc.constantFrom(200, 400, 401, 403, 429, 503), fc.integer({ min: 100, max: 599 })),
    text,
    broken: fc.constantFrom(undefined, "cut", "not_twitch"),
    retryAfter: fc.option(fc.nat(), { nil: undefined }),
  }) as fc.Arbitrary<answers.Answered>;
  forMany(answer, 5_000, (one) => {
    const outcome = answers.refreshOutcome(one);
    // A login ends by these very words alone.
    if (outcome.kind === "refused") assert.match(one.text, /invalid refresh token/i);
    answers.exchangeOutcome(one);
    answers.deviceOutcome(one);
    answers.validateOutcome(one);
    answers.deviceStart(one);
    answers.displayNameIn(one);
    answers.appCheck(one);
    return outcome.kind === "refreshed";
  });
});

Deno.test("readBackup() and contentOf() refuse in words whatever is no backup", () => {
  const file = Deno.readTextFileSync(new URL("../vault/backup_file_test.ts", import.meta.url));
  const [line = ""] = /\{"format":"companion-token-server-backup"[^`\n]*/.exec(file) ?? [];
  const words = [
    line,
    '{"format":"companion-token-server-backup",',
    '"version":1',
    '"slots":[',
    "}",
    "\n",
    "AQID",
    "{",
  ];
  fc.assert(fc.property(made(...words), (text) => void taken(() => readBackup(text))), {
    seed: SEED,
    numRuns: 3_000,
  });
  const empty = '{"createdAt":1,"facts":[],"allowedHosts":[],"accounts":[]}';
  const members = fc.dictionary(
    fc.constantFrom("createdAt", "app", "facts", "allowedHosts", "accounts"),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const content = fc.oneof(
    fc.constant(empty),
    members.map((all) => JSON.stringify(all)),
    made(empty, "{", "[", '"'),
  );
  forMany(content, 3_000, (text) => taken(() => contentOf(new Secret(text))) !== undefined);
});

Deno.test("parseConfig() takes or refuses whatever stands in the environment, and repeats no secret", () => {
  const names = settingKeys().flatMap((key) => settingOf(key).env);
  const values = made(
    "1",
    "8948",
    "::",
    "0.0.0.0",
    "on",
    "info",
    "http://a.example",
    "/tmp/x",
    "sqlite:",
    "a.local",
    " ",
  );
  const env = fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 4 });
  forMany(env, 3_000, (all) => {
    const readFile = (): string => "x";
    return taken(() => parseConfig({ flags: {}, env: all, exists: () => false, readFile })) !== undefined;
  });
});

Deno.test("readAsked() and addressBelow() let nothing out of Helix, whatever the relay is asked", () => {
  const pieces = [
    "users",
    "/",
    "..",
    "%2e%2e",
    "%2f",
    "\\",
    "@",
    ":",
    "//",
    "{me}",
    "?",
    "#",
    "\r\n",
    "evil.example",
  ];
  const asked = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE"),
    path: made(...pieces),
    query: made("a=b", "&", "=", "%", "{me}", "#", "$NA"),
    body: fc.record({
      type: made("application/json", "text/plain"),
      text: made('{"a":', '"b"', "}", "{me}", "[]"),
    }),
  }) as fc.Arbitrary<Parameters<typeof readAsked>[0]>;
  forMany(asked, 5_000, (one) => {
    shownPath(one.path);
    const request = taken(() => readAsked(one, "12345"));
    if (request === undefined) return false;
    const url = addressBelow(API, request);
    assert.ok(url !== undefined && url.href.startsWith(`${API}/`), one.path);
    return true;
  });
});

Deno.test("readId() reads an id or nothing", () => {
  const id = "0b5e2f6c-1111-4222-8333-944445555666";
  forMany(made(id, `{${id}}`, `?id=${id}`, id.toUpperCase(), "-", " "), 5_000, (text) => {
    const read = readId(text);
    assert.ok(read === undefined || read.reveal() === id);
    return read !== undefined;
  });
});
