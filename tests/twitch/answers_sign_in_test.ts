import assert from "node:assert/strict";
import { MINUTE, type Reason, SECOND } from "../../src/core/account.ts";
import type { Unavailable } from "../../src/core/ports.ts";
import {
  type Answer,
  appCheck,
  deviceOutcome,
  deviceStart,
  displayNameIn,
  exchangeOutcome,
  revoked,
  validateOutcome,
} from "../../src/twitch/answers.ts";
import { ACCESS, answered, DEVICE, GOOD, HTML, open, said, unavailable, wholeTokens } from "./samples.ts";

Deno.test("exchangeOutcome() tells a bad code from a bad app and from a bad network", () => {
  const granted = exchangeOutcome(answered(200, GOOD));
  assert.deepEqual(granted.kind === "granted" && open(granted.tokens), wholeTokens);
  const rows: [answer: Answer, expected: unknown][] = [
    [said(400, "Invalid authorization code"), { kind: "refused" }],
    [said(400, "Parameter redirect_uri does not match registered URI"), { kind: "refused" }],
    [said(400, "missing device_code"), { kind: "refused" }],
    [said(400, "invalid client"), unavailable("app_refused", "no")],
    [said(403, "invalid client secret"), unavailable("app_refused", "no")],
    [said(400, "missing client secret"), unavailable("app_refused", "no")],
    [said(401, "Unauthorized"), unavailable("twitch_error", "unknown")],
    [answered(400, HTML), unavailable("not_twitch", "unknown")],
    [answered(200, HTML), unavailable("not_twitch", "unknown")],
    [answered(503, HTML), unavailable("twitch_error", "unknown")],
    [{ kind: "failed", reason: "timeout", neverLeft: false }, unavailable("timeout", "unknown")],
  ];
  for (const [answer, expected] of rows) {
    assert.deepEqual(exchangeOutcome(answer), expected, JSON.stringify(answer));
  }
});

Deno.test("appCheck() takes only plain words about id or secret for a refusal", () => {
  const rows: [answer: Answer, expected: unknown][] = [
    [answered(200, { access_token: ACCESS, expires_in: 5_000_000, token_type: "bearer" }), "accepted"],
    [said(403, "invalid client secret"), "refused"],
    [said(400, "invalid client"), "refused"],
    [said(400, "invalid grant type"), "unknown"],
    [answered(403, HTML), "unknown"],
    [answered(503, HTML), "unknown"],
    [{ kind: "failed", reason: "unreachable", neverLeft: true }, "unknown"],
  ];
  for (const [answer, expected] of rows) assert.equal(appCheck(answer), expected, JSON.stringify(answer));
});

Deno.test("deviceOutcome() goes on while Twitch is waiting or away, and stops at any other refusal", () => {
  const granted = deviceOutcome(answered(200, GOOD));
  assert.deepEqual(granted.kind === "granted" && open(granted.tokens), wholeTokens);
  const rows: [answer: Answer, expected: unknown][] = [
    [said(400, "authorization_pending"), { kind: "pending", slowDown: false }],
    [said(400, "slow_down"), { kind: "pending", slowDown: true }],
    [said(400, "invalid device code"), { kind: "refused" }],
    [said(400, "expired_token"), { kind: "refused" }],
    [said(400, "access_denied"), { kind: "refused" }],
    [said(400, "missing device_code"), { kind: "refused" }],
    [said(400, "invalid client"), unavailable("app_refused", "no")],
    [said(403, "authorization_pending"), unavailable("twitch_error", "unknown")],
    [answered(400, "authorization_pending"), unavailable("not_twitch", "unknown")],
    [answered(500, ""), unavailable("twitch_error", "unknown")],
    [answered(429, ""), unavailable("rate_limited", "no")],
    [
      { kind: "failed", reason: "unreachable", neverLeft: true },
      unavailable("unreachable", "no", { neverLeft: true }),
    ],
  ];
  for (const [answer, expected] of rows) {
    assert.deepEqual(deviceOutcome(answer), expected, JSON.stringify(answer));
  }
});

function started(body: unknown): Record<string, unknown> {
  const start = deviceStart(answered(200, body));
  assert.equal(start.kind, "started");
  return start.kind === "started" ? { ...start, deviceCode: start.deviceCode.reveal() } : {};
}

Deno.test("deviceStart() takes the address as given and fills in missing times", () => {
  const expected = {
    kind: "started",
    deviceCode: DEVICE.device_code,
    userCode: DEVICE.user_code,
    verificationUri: DEVICE.verification_uri,
    expiresIn: 30 * MINUTE,
    interval: 5 * SECOND,
  };
  assert.deepEqual(started(DEVICE), expected);
  assert.deepEqual(started({ ...DEVICE, interval: 7, expires_in: 60 }), {
    ...expected,
    interval: 7 * SECOND,
    expiresIn: MINUTE,
  });
  assert.deepEqual(started({ ...DEVICE, interval: 0, expires_in: null }), expected);
});

Deno.test("deviceStart() starts nothing without codes and an address for a browser", () => {
  const rows: [answer: Answer, expected: Unavailable][] = [
    [said(400, "invalid client"), unavailable("app_refused", "no")],
    [answered(500, HTML), unavailable("twitch_error", "unknown")],
    [answered(200, HTML), unavailable("not_twitch", "unknown")],
    [answered(200, JSON.stringify(DEVICE).slice(0, -1), { broken: "cut" }), unavailable("cut", "unknown")],
    [answered(200, { ...DEVICE, device_code: undefined }), unavailable("not_twitch", "unknown")],
    [answered(200, { ...DEVICE, user_code: "" }), unavailable("not_twitch", "unknown")],
    [
      answered(200, { ...DEVICE, verification_uri: "javascript:alert(1)" }),
      unavailable("not_twitch", "unknown"),
    ],
    [answered(200, { ...DEVICE, verification_uri: "https://" }), unavailable("not_twitch", "unknown")],
    [answered(302, DEVICE), unavailable("not_twitch", "unknown")],
  ];
  for (const [answer, expected] of rows) {
    assert.deepEqual(deviceStart(answer), expected, JSON.stringify(answer));
  }
});

const USER = {
  client_id: "wbmytr93xzw8zbg0p1izqyzzc5mbiz",
  login: "twitchdev",
  scopes: ["chat:read"],
  user_id: "141981764",
  expires_in: 5520838,
};

Deno.test("validateOutcome() reads a valid token", () => {
  const expected = {
    kind: "valid",
    clientId: USER.client_id,
    twitchId: USER.user_id,
    login: USER.login,
    scopes: USER.scopes,
    expiresIn: 5520838 * SECOND,
  };
  const rows: [fields: Record<string, unknown>, more: Record<string, unknown>][] = [
    [{}, {}],
    [{ scopes: null }, { scopes: [] }],
    [{ scopes: undefined }, { scopes: [] }],
    [{ expires_in: 0 }, { expiresIn: undefined }],
    [{ expires_in: undefined }, { expiresIn: undefined }],
  ];
  for (const [fields, more] of rows) {
    const answer = answered(200, { ...USER, ...fields });
    assert.deepEqual(validateOutcome(answer), { ...expected, ...more }, JSON.stringify(fields));
  }
});

Deno.test("validateOutcome() believes a 401 only if it is Twitch's and about the token", () => {
  assert.deepEqual(validateOutcome(said(401, "invalid access token")), { kind: "invalid" });
  const rows: [answer: Answer, reason: Reason][] = [
    [said(401, "missing authorization token"), "twitch_error"],
    [answered(401, ""), "not_twitch"],
    [answered(401, HTML), "not_twitch"],
    [answered(401, { error: "proxy wants a password" }), "not_twitch"],
    [answered(401, { status: 407, message: "proxy wants a password" }), "twitch_error"],
    [answered(401, '{"status":401,"message":"invalid access', { broken: "cut" }), "cut"],
    [answered(400, { status: 401, message: "invalid access token" }), "twitch_error"],
    [answered(403, { status: 401, message: "invalid access token" }), "twitch_error"],
    [answered(200, { status: 401, message: "invalid access token" }), "not_twitch"],
    [answered(500, { status: 401, message: "invalid access token" }), "twitch_error"],
  ];
  for (const [answer, reason] of rows) {
    assert.deepEqual(validateOutcome(answer), unavailable(reason, "no"), JSON.stringify(answer));
  }
});

Deno.test("validateOutcome() spends nothing, whatever comes back", () => {
  const rows: [answer: Answer, expected: Unavailable][] = [
    [answered(200, { ...USER, user_id: undefined }), unavailable("not_twitch", "no")],
    [answered(200, { ...USER, login: null }), unavailable("not_twitch", "no")],
    [answered(200, { ...USER, client_id: "" }), unavailable("not_twitch", "no")],
    [answered(200, JSON.stringify(USER).slice(0, -1), { broken: "cut" }), unavailable("cut", "no")],
    [answered(302, USER), unavailable("not_twitch", "no")],
    [answered(429, "", { retryAfter: SECOND }), unavailable("rate_limited", "no", { retryAfter: SECOND })],
    [{ kind: "failed", reason: "timeout", neverLeft: false }, unavailable("timeout", "no")],
    [
      { kind: "failed", reason: "unreachable", neverLeft: true },
      unavailable("unreachable", "no", { neverLeft: true }),
    ],
  ];
  for (const [answer, expected] of rows) {
    assert.deepEqual(validateOutcome(answer), expected, JSON.stringify(answer));
  }
});

Deno.test("revoked() is true only if Twitch says that the token is void", () => {
  const rows: [answer: Answer, expected: boolean][] = [
    [answered(200, ""), true],
    [said(400, "Invalid token"), true],
    [answered(200, HTML), false],
    [answered(200, "", { broken: "cut" }), false],
    [said(404, "client does not exist"), false],
    [said(400, "Invalid client_id: x"), false],
    [said(400, "missing oauth token"), false],
    [answered(400, "Invalid token"), false],
    [answered(302, ""), false],
    [answered(500, ""), false],
    [{ kind: "failed", reason: "cut", neverLeft: false }, false],
  ];
  for (const [answer, expected] of rows) assert.equal(revoked(answer), expected, JSON.stringify(answer));
});

Deno.test("displayNameIn() finds the name of the token's own user", () => {
  const user = { id: "141981764", login: "twitchdev", display_name: "TwitchDev" };
  const rows: [answer: Answer, expected: string | undefined][] = [
    [answered(200, { data: [user] }), "TwitchDev"],
    [answered(200, { data: [user, user] }), "TwitchDev"],
    [answered(200, { data: [] }), undefined],
    [answered(200, { data: [{ ...user, display_name: "" }] }), undefined],
    [answered(200, HTML), undefined],
    [answered(401, { error: "Unauthorized", status: 401, message: "Invalid OAuth token" }), undefined],
    [answered(302, { data: [user] }), undefined],
    [{ kind: "failed", reason: "cut", neverLeft: false }, undefined],
  ];
  for (const [answer, expected] of rows) {
    assert.equal(displayNameIn(answer), expected, JSON.stringify(answer));
  }
});
