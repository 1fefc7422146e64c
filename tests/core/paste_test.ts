import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { readPasted, readReturn, type Returned } from "../../src/core/paste.ts";

const OURS = "http://localhost:8948/callback";
const CODE = "gulfwdmys5lsm6qyz4xiz9q32l10";

function plain(returned: Returned): Record<string, string | undefined> {
  const state = returned.state?.reveal();
  if (returned.kind === "error") return { error: returned.error, state };
  return { code: returned.code.reveal(), state };
}

const query = `code=${CODE}&scope=chat%3Aread+chat%3Aedit&state=st4te`;
const whole = { code: CODE, state: "st4te" };
const denied = "error=access_denied&error_description=The+user+denied+you+access&state=st4te";

const readable: readonly (readonly [string, string, Record<string, string | undefined>])[] = [
  ["the whole address", `${OURS}?${query}`, whole],
  ["the address with blanks around", `  ${OURS}?${query}\n`, whole],
  ["the address in double quotes", `"${OURS}?${query}"`, whole],
  ["the address in single quotes", `'${OURS}?${query}'`, whole],
  ["the address in angle brackets", `<${OURS}?${query}>`, whole],
  ["the address in quotes with blanks inside", `" ${OURS}?${query} "`, whole],
  ["an address that a terminal has wrapped", `${OURS}?code=${CODE}\n  &state=st4te`, whole],
  ["an address with HTTP in capitals", `HTTP://LOCALHOST:8948/callback?${query}`, whole],
  ["an address without state", `${OURS}?code=${CODE}`, { code: CODE, state: undefined }],
  ["the query with its question mark", `?${query}`, whole],
  ["the query alone", query, whole],
  ["a query that begins with the scope", `scope=chat%3Aread&code=${CODE}&state=st4te`, whole],
  ["an address without its scheme", `localhost:8948/callback?${query}`, whole],
  ["the bare code", CODE, { code: CODE, state: undefined }],
  ["the bare code in quotes and blanks", ` "${CODE}" `, { code: CODE, state: undefined }],
  ["a refusal", `${OURS}?${denied}`, { error: "access_denied", state: "st4te" }],
  ["the query of a refusal", `?${denied}`, { error: "access_denied", state: "st4te" }],
  [
    "a mismatch that landed on somebody else's page",
    "https://example.org/first?error=redirect_mismatch&error_description=Parameter+redirect_uri&state=st4te",
    { error: "redirect_mismatch", state: "st4te" },
  ],
];

for (const [name, text, expected] of readable) {
  Deno.test(`readPasted() reads ${name}`, () => {
    assert.deepEqual(plain(readPasted(text, OURS)), expected);
  });
}

const unreadable: readonly (readonly [string, string, RegExp])[] = [
  ["nothing", "", /nothing was pasted/],
  ["blanks", " \n\t ", /nothing was pasted/],
  ["empty quotes", '""', /nothing was pasted/],
  ["a sentence", "it does not work", /neither an address nor a code/],
  ["a text that is too short for a code", "abc", /neither an address nor a code/],
  ["a line with signs that no code has", "code: gulfwdmys5lsm6qyz4", /neither an address nor a code/],
  ["the address of another site", `https://example.org/callback?${query}`, /another site, example\.org/],
  [
    "our address with another port",
    `http://localhost:9999/callback?${query}`,
    /another site, localhost:9999/,
  ],
  ["our address with another path", `http://localhost:8948/setup?${query}`, /another site/],
  ["our address without a code", OURS, /no code in it/],
  ["our address with an empty code", `${OURS}?code=&state=st4te`, /no code in it/],
  ["Twitch's sign-in page", "https://www.twitch.tv/login?redirect_params=x", /Twitch's own page/],
  ["Twitch's consent page", "https://id.twitch.tv/oauth2/authorize?client_id=x", /Twitch's own page/],
  ["the address of twitch.tv itself", "https://twitch.tv/", /Twitch's own page/],
  [
    "the cut address of an outage (twitchdev/issues#685)",
    "https://id.twitch.tv/oauth2/'",
    /Twitch's own page/,
  ],
  ["a site that only sounds like Twitch", "https://nottwitch.tv/", /another site, nottwitch\.tv/],
  ["an address that is none", "http://[", /cannot be read/],
];

for (const [name, text, reason] of unreadable) {
  Deno.test(`readPasted() refuses ${name} and says what to paste`, () => {
    assert.throws(() => readPasted(text, OURS), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "bad_paste");
      assert.match(error.message, /^Cannot use what was pasted: /);
      assert.match(error.message, reason);
      assert.match(error.hint ?? "", /copy the whole address/);
      return true;
    });
  });
}

Deno.test("readPasted() never repeats a code in its error", () => {
  const foreign = `https://example.org/callback?${query}`;
  assert.throws(() => readPasted(foreign, OURS), (error: unknown) => {
    assert.ok(error instanceof AppError);
    assert.doesNotMatch(`${error.message} ${error.hint}`, new RegExp(CODE));
    return true;
  });
});

Deno.test("readReturn() answers nothing for parameters with neither code nor error", () => {
  assert.equal(readReturn(new URLSearchParams("state=st4te")), undefined);
  assert.equal(readReturn(new URLSearchParams("")), undefined);
});

Deno.test("readReturn() takes an error for an error even beside a code", () => {
  const returned = readReturn(new URLSearchParams(`code=${CODE}&error=access_denied`));
  assert.equal(returned?.kind, "error");
});
