import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import type { Unavailable } from "../../src/core/ports.ts";
import type { Secret } from "../../src/core/secret.ts";
import {
  type Answer,
  deviceOutcome,
  deviceStart,
  exchangeOutcome,
  failureOf,
  refreshOutcome,
} from "../../src/twitch/answers.ts";
import {
  ACCESS,
  answered,
  DEVICE,
  GOOD,
  HTML,
  open,
  REFRESH,
  said,
  unavailable,
  wholeTokens,
} from "./samples.ts";

function refreshed(answer: Answer): unknown {
  const outcome = refreshOutcome(answer);
  assert.equal(outcome.kind, "refreshed");
  return outcome.kind === "refreshed" ? open(outcome.tokens) : undefined;
}

Deno.test("refreshOutcome() reads a good answer", () => {
  assert.deepEqual(refreshed(answered(200, GOOD)), wholeTokens);
});

Deno.test("refreshOutcome() loses no token to odd or missing fields", () => {
  const rows: [fields: Record<string, unknown>, expected: Record<string, unknown>][] = [
    [{ scope: "chat:read chat:edit" }, { scopes: ["chat:read", "chat:edit"] }],
    [{ scope: "" }, { scopes: [] }],
    [{ scope: [""] }, { scopes: [] }],
    [{ scope: [] }, { scopes: [] }],
    [{ scope: ["chat:read", 7, null] }, { scopes: ["chat:read"] }],
    [{ scope: undefined }, { scopes: undefined }],
    [{ scope: null }, { scopes: undefined }],
    [{ scope: { odd: true } }, { scopes: undefined }],
    [{ expires_in: "14124" }, { expiresIn: 14124 * SECOND }],
    [{ expires_in: 0.5 }, { expiresIn: 500 }],
    [{ expires_in: 0 }, { expiresIn: undefined }],
    [{ expires_in: "0" }, { expiresIn: undefined }],
    [{ expires_in: -5 }, { expiresIn: undefined }],
    [{ expires_in: null }, { expiresIn: undefined }],
    [{ expires_in: "soon" }, { expiresIn: undefined }],
    [{ expires_in: 1e300 }, { expiresIn: undefined }],
    [{ expires_in: undefined }, { expiresIn: undefined }],
    [{ refresh_token: undefined }, { refresh: undefined }],
    [{ refresh_token: null }, { refresh: undefined }],
    [{ refresh_token: "" }, { refresh: undefined }],
    [{ refresh_token: "two words" }, { refresh: undefined }],
    [{ refresh_token: "x".repeat(512) }, { refresh: "x".repeat(512) }],
    [{ refresh_token: "x".repeat(513) }, { refresh: undefined }],
    [{ access_token: undefined }, { access: undefined }],
    [{ access_token: 7 }, { access: undefined }],
    [{ access_token: "line\nbreak" }, { access: undefined }],
    [{ token_type: undefined }, {}],
    [{ token_type: "mac", novelty: [1] }, {}],
  ];
  for (const [fields, expected] of rows) {
    const body = { ...JSON.parse(GOOD), ...fields };
    assert.deepEqual(refreshed(answered(200, body)), { ...wholeTokens, ...expected }, JSON.stringify(fields));
  }
});

Deno.test("refreshOutcome() reads what is whole in an answer torn at any byte", () => {
  const accessEnds = GOOD.indexOf(ACCESS) + ACCESS.length + 1;
  const expiryEnds = GOOD.indexOf(',"refresh_token"') + 1;
  const refreshEnds = GOOD.indexOf(REFRESH) + REFRESH.length + 1;
  const scopeEnds = GOOD.indexOf("]") + 1;
  for (let length = 0; length < GOOD.length; length++) {
    const torn = answered(200, GOOD.slice(0, length), { broken: "cut" });
    if (length < accessEnds) {
      assert.deepEqual(refreshOutcome(torn), unavailable("cut", "unknown"), `${length}`);
      continue;
    }
    assert.deepEqual(refreshed(torn), {
      access: ACCESS,
      expiresIn: length < expiryEnds ? undefined : wholeTokens.expiresIn,
      refresh: length < refreshEnds ? undefined : REFRESH,
      scopes: length < scopeEnds ? undefined : wholeTokens.scopes,
      whole: false,
    }, `${length}`);
  }
});

Deno.test("refreshOutcome() reads a lone refresh token, and a torn answer that claims to be complete", () => {
  const lone = answered(200, `{"refresh_token":"${REFRESH}","acc`, { broken: "timeout" });
  const nothing = { access: undefined, scopes: undefined, expiresIn: undefined, whole: false };
  assert.deepEqual(refreshed(lone), { ...nothing, refresh: REFRESH });
  assert.deepEqual(refreshed(answered(200, lone.kind === "answered" ? lone.text : "")), {
    ...nothing,
    refresh: REFRESH,
  });
});

Deno.test("refreshOutcome() calls an answer whole that is, even if the connection broke after it", () => {
  assert.deepEqual(refreshed(answered(200, GOOD, { broken: "cut" })), wholeTokens);
});

Deno.test("refreshOutcome() is refused by the very words and no others", () => {
  const refused: Answer[] = [
    said(400, "Invalid refresh token"),
    said(401, "Invalid refresh token"),
    said(400, "invalid refresh token"),
    said(400, " INVALID REFRESH TOKEN "),
    answered(400, { error: "Bad Request", status: 400, message: "Invalid refresh token" }),
  ];
  for (const answer of refused) assert.deepEqual(refreshOutcome(answer), { kind: "refused" });

  const not: Answer[] = [
    said(403, "Invalid refresh token"),
    said(404, "Invalid refresh token"),
    said(500, "Invalid refresh token"),
    said(200, "Invalid refresh token"),
    said(400, "Invalid refresh token."),
    said(400, "Invalid refresh token: expired"),
    said(400, "Invalid grant"),
    said(400, ""),
    said(401, "invalid access token"),
    answered(400, "Invalid refresh token"),
    answered(400, { error: "Invalid refresh token" }),
    answered(400, [{ message: "Invalid refresh token" }]),
    answered(400, '{"message":"Invalid refresh token"', { broken: "cut" }),
    answered(400, `<html>{"message":"Invalid refresh token"}</html>`),
  ];
  for (const answer of not) {
    const outcome = refreshOutcome(answer);
    assert.equal(outcome.kind, "unavailable", JSON.stringify(answer));
    assert.equal(outcome.kind === "unavailable" && outcome.spent, "unknown", JSON.stringify(answer));
  }
});

Deno.test("refreshOutcome() knows when the refresh token was not spent", () => {
  const rows: [answer: Answer, expected: Unavailable][] = [
    [said(400, "invalid client"), unavailable("app_refused", "no")],
    [said(403, "invalid client secret"), unavailable("app_refused", "no")],
    [said(400, "missing client secret"), unavailable("app_refused", "no")],
    [said(400, "missing client id"), unavailable("app_refused", "no")],
    [said(400, "missing client ID"), unavailable("app_refused", "no")],
    [said(400, "No client id specified"), unavailable("app_refused", "no")],
    [said(404, "client does not exist"), unavailable("app_refused", "no")],
    [said(400, "missing refresh token"), unavailable("twitch_error", "no")],
    [said(400, "invalid grant type"), unavailable("twitch_error", "no")],
    [said(400, "invalid scope requested: 'x'"), unavailable("twitch_error", "no")],
    [
      answered(429, "", { retryAfter: MINUTE }),
      unavailable("rate_limited", "no", { retryAfter: MINUTE }),
    ],
    [answered(429, HTML), unavailable("rate_limited", "no")],
    [
      { kind: "failed", reason: "unreachable", neverLeft: true },
      unavailable("unreachable", "no", { neverLeft: true }),
    ],
  ];
  for (const [answer, expected] of rows) assert.deepEqual(refreshOutcome(answer), expected);
});

Deno.test("refreshOutcome() leaves everything else open", () => {
  const rows: [answer: Answer, expected: Unavailable][] = [
    [answered(500, { status: 500, message: "internal error" }), unavailable("twitch_error", "unknown")],
    [answered(502, HTML), unavailable("twitch_error", "unknown")],
    [
      answered(503, "", { retryAfter: MINUTE }),
      unavailable("twitch_error", "unknown", { retryAfter: MINUTE }),
    ],
    [said(500, "invalid client"), unavailable("twitch_error", "unknown")],
    [answered(500, GOOD), unavailable("twitch_error", "unknown")],
    [answered(307, GOOD), unavailable("not_twitch", "unknown")],
    [answered(302, ""), unavailable("not_twitch", "unknown")],
    [said(302, "invalid client"), unavailable("not_twitch", "unknown")],
    [answered(201, GOOD), unavailable("not_twitch", "unknown")],
    [answered(204, ""), unavailable("not_twitch", "unknown")],
    [answered(200, HTML), unavailable("not_twitch", "unknown")],
    [answered(200, ""), unavailable("not_twitch", "unknown")],
    [answered(200, "{}"), unavailable("not_twitch", "unknown")],
    [answered(200, "null"), unavailable("not_twitch", "unknown")],
    [answered(200, [GOOD]), unavailable("not_twitch", "unknown")],
    [answered(200, { access_token: "", refresh_token: null }), unavailable("not_twitch", "unknown")],
    [answered(200, { data: { access_token: ACCESS } }), unavailable("not_twitch", "unknown")],
    [said(200, "invalid client"), unavailable("not_twitch", "unknown")],
    [answered(200, HTML, { broken: "cut" }), unavailable("cut", "unknown")],
    [answered(200, '{"access_token":"ab', { broken: "timeout" }), unavailable("timeout", "unknown")],
    [answered(200, "x".repeat(65536), { broken: "not_twitch" }), unavailable("not_twitch", "unknown")],
    [said(400, "Invalid grant"), unavailable("twitch_error", "unknown")],
    [said(400, "missing device_code"), unavailable("twitch_error", "unknown")],
    [said(400, "an invalid client"), unavailable("twitch_error", "unknown")],
    [said(401, "Unauthorized"), unavailable("twitch_error", "unknown")],
    [answered(400, HTML), unavailable("not_twitch", "unknown")],
    [answered(403, HTML), unavailable("not_twitch", "unknown")],
    [answered(404, "404 page not found"), unavailable("not_twitch", "unknown")],
    [answered(401, ""), unavailable("not_twitch", "unknown")],
    [answered(400, { message: 7 }), unavailable("not_twitch", "unknown")],
    [answered(400, '{"message":"invalid client"', { broken: "cut" }), unavailable("cut", "unknown")],
    [{ kind: "failed", reason: "timeout", neverLeft: false }, unavailable("timeout", "unknown")],
    [{ kind: "failed", reason: "cut", neverLeft: false }, unavailable("cut", "unknown")],
  ];
  for (const [answer, expected] of rows) {
    assert.deepEqual(refreshOutcome(answer), expected, JSON.stringify(answer));
  }
});

/** What fetch throws when there was no connection; addresses shortened. Taken from Deno 2.4.2 and 2.9.6. */
const NO_CONNECTION = [
  "tcp connect error: Connection refused (os error 111)",
  "tcp connect error: No route to host (os error 113)",
  "tcp connect error: Network is unreachable (os error 101)",
  "dns error: failed to lookup address information: Name or service not known",
  "tls handshake eof",
  "received corrupt message of type InvalidContentType",
  "invalid peer certificate: UnknownIssuer",
  "invalid peer certificate: certificate expired: verification time 2 (UNIX), but certificate is not valid after 1",
  "invalid peer certificate: certificate not valid yet: verification time 1 (UNIX), but certificate is not valid before 2",
  'invalid peer certificate: certificate not valid for name "h"; certificate is only valid for DnsName("g")',
].map((detail) => `error sending request for url (https://h/): client error (Connect): ${detail}`);

/** … and when there was one. */
const CONNECTED = ["connection closed before message completed", "invalid HTTP version parsed"]
  .map((detail) =>
    `error sending request from a:1 for https://h/ (b:2): client error (SendRequest): ${detail}`
  );

Deno.test("failureOf() tells what never left from what did, in the words of Deno 2.4.2 and of 2.9.6", () => {
  for (const text of [...NO_CONNECTION, ...CONNECTED]) {
    const neverLeft = NO_CONNECTION.includes(text);
    const expected = { kind: "failed", reason: neverLeft ? "unreachable" : "cut", neverLeft };
    assert.deepEqual(failureOf(new TypeError(text)), expected, `2.4.2: ${text}`);
    assert.deepEqual(
      failureOf(new TypeError("fetch failed", { cause: new Error(text) })),
      expected,
      `2.9.6: ${text}`,
    );
  }
});

Deno.test("failureOf() counts what it does not recognise as having left", () => {
  const left = { kind: "failed", reason: "cut", neverLeft: false };
  const never = { kind: "failed", reason: "unreachable", neverLeft: true };
  const late = { kind: "failed", reason: "timeout", neverLeft: false };
  assert.deepEqual(failureOf(new TypeError("error reading a body from connection")), left);
  assert.deepEqual(failureOf(new TypeError("unexpected end of file")), left);
  assert.deepEqual(failureOf(new TypeError("fetch failed")), left);
  assert.deepEqual(failureOf(new Deno.errors.BadResource("Bad resource ID")), left);
  assert.deepEqual(failureOf("client error (Connect)"), left);
  assert.deepEqual(failureOf(undefined), left);
  assert.deepEqual(failureOf(new TypeError("Fetch failed: Requests to port 9 are blocked")), never);
  assert.deepEqual(failureOf(new Deno.errors.NotCapable('Requires net access to "h:443"')), never);
  assert.deepEqual(failureOf(new DOMException("Signal timed out.", "TimeoutError")), late);
  assert.deepEqual(
    failureOf(new DOMException("The operation was aborted due to timeout", "TimeoutError")),
    late,
  );
});

Deno.test("outcomes show no secret when printed", () => {
  const outcomes = [
    refreshOutcome(answered(200, GOOD)),
    exchangeOutcome(answered(200, GOOD)),
    deviceOutcome(answered(200, GOOD)),
    deviceStart(answered(200, DEVICE)),
  ];
  const printed = JSON.stringify(outcomes) + Deno.inspect(outcomes, { depth: 9, showHidden: true }) +
    String(outcomes);
  for (const secret of [ACCESS, REFRESH, DEVICE.device_code]) assert.ok(!printed.includes(secret));
  assert.ok(printed.includes("[secret]"));
  const revealed = outcomes[0]?.kind === "refreshed" ? outcomes[0].tokens.access : undefined;
  assert.equal((revealed as Secret).reveal(), ACCESS);
});
