import assert from "node:assert/strict";
import fc from "fast-check";
import type { TwitchApp } from "../../src/core/app.ts";
import type { HelixRequest } from "../../src/core/ports.ts";
import { Secret } from "../../src/core/secret.ts";
import { createTwitch } from "../../src/twitch/client.ts";
import { addressBelow } from "../../src/twitch/helix.ts";

const app: TwitchApp = { clientId: "client1", clientSecret: new Secret("s3cret") };
const BASE = "https://api.twitch.test/helix";

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly redirect: string | undefined;
  readonly text: string;
}

function request(over: Partial<HelixRequest> = {}): HelixRequest {
  return { method: "GET", path: "users", query: "", body: undefined, ...over };
}

/** Calls Helix with a fetch that answers with `response`. */
function caller(response: () => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const fetch = async (input: URL | Request | string, init?: RequestInit): Promise<Response> => {
    const { method, url, headers, ...got } = new Request(input, init);
    void got;
    const text = typeof init?.body === "string" ? init.body : "";
    sent.push({ method, url, headers, redirect: init?.redirect, text });
    return await response();
  };
  const twitch = createTwitch({ authUrl: "https://id.twitch.test/oauth2", apiUrl: `${BASE}/`, fetch });
  const call = (over: Partial<HelixRequest> = {}) =>
    twitch.call(app, new Secret("t0ken"), request(over), 1000);
  return { call, sent };
}

Deno.test("call() sends token, client id and body, and follows no redirect", async () => {
  const { call, sent } = caller(() => Response.json({ data: [] }));
  const body = { type: "application/json", text: '{"title":"Käse"}' };
  const answer = await call({ method: "PATCH", path: "channels", query: "broadcaster_id=1&x=a%20b", body });
  assert.deepEqual(answer, {
    kind: "answered",
    status: 200,
    headers: { "content-type": "application/json" },
    text: '{"data":[]}',
  });
  const [only] = sent;
  assert.ok(only);
  assert.equal(only.method, "PATCH");
  assert.equal(only.url, `${BASE}/channels?broadcaster_id=1&x=a%20b`);
  assert.equal(only.headers.get("authorization"), "Bearer t0ken");
  assert.equal(only.headers.get("client-id"), "client1");
  assert.equal(only.headers.get("content-type"), "application/json");
  assert.equal(only.redirect, "manual");
  assert.equal(only.text, '{"title":"Käse"}');
});

Deno.test("call() passes on type and rate limits, and no other header", async () => {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "ratelimit-limit": "800",
    "ratelimit-remaining": "3",
    "ratelimit-reset": "99",
    "set-cookie": "a=b",
    "access-control-allow-origin": "*",
    "x-request-id": "1",
    "transfer-encoding": "chunked",
  };
  const { call } = caller(() => new Response("{}", { status: 429, headers }));
  const answer = await call();
  assert.deepEqual(answer.kind === "answered" && [answer.status, answer.headers], [429, {
    "content-type": "application/json; charset=utf-8",
    "ratelimit-limit": "800",
    "ratelimit-remaining": "3",
    "ratelimit-reset": "99",
  }]);
});

Deno.test("call() sends once, whatever the status", async () => {
  for (const status of [204, 301, 307, 400, 401, 403, 404, 409, 429, 500, 503]) {
    const headers = { location: "https://evil.test/" };
    const { call, sent } = caller(() => new Response(null, { status, headers }));
    const answer = await call({ method: "POST" });
    const expected = status >= 300 && status < 400 ? "unavailable" : "answered";
    assert.equal(answer.kind, expected, `${status}`);
    assert.equal(sent.length, 1);
  }
});

Deno.test("call() knows what is not Helix, what is too long and what broke off", async () => {
  const portal = () => new Response("<html>", { headers: { "content-type": "text/html; charset=utf-8" } });
  const long = () => new Response("x".repeat(1024 * 1024 + 1));
  const broken = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.error(new TypeError("body is cut")),
      }),
    );
  for (const [response, reason] of [[portal, "not_twitch"], [long, "not_twitch"], [broken, "cut"]] as const) {
    const answer = await caller(response).call();
    assert.equal(answer.kind === "unavailable" && answer.reason, reason);
  }
  const whole = await caller(() => new Response("x".repeat(1024 * 1024))).call();
  assert.equal(whole.kind, "answered");
  const page = () => new Response("<html>", { status: 502, headers: { "content-type": "text/html" } });
  const error = await caller(page).call();
  assert.equal(error.kind === "answered" && error.status, 502);
});

Deno.test("call() knows whether the request left", async () => {
  const refused = () => Promise.reject(new TypeError("client error (Connect): refused"));
  const away = await caller(refused).call();
  assert.deepEqual(away.kind === "unavailable" && [away.reason, away.spent, away.neverLeft], [
    "unreachable",
    "no",
    true,
  ]);
  const slow = () => Promise.reject(new DOMException("Signal timed out.", "TimeoutError"));
  const late = await caller(slow).call();
  assert.deepEqual(late.kind === "unavailable" && [late.reason, late.spent], ["timeout", "unknown"]);
});

const OUTSIDE = [
  ...["", ".", "..", "../", "../oauth2/token", "users/../../x", "../helix", "./../x", "users/../.."],
  ...["%2e%2e/x", "%2E%2E/", "a%2f..%2f..%2fx", "a%5c..", "..\\x", "\\..\\..\\x", "a/%2e%2e/%2e%2e/x"],
  ...["users?x=1", "users#x", "users\r\nhost: evil", "us ers", "..\t/x", ".\n./x"],
];

Deno.test("call() sends nothing for a path that is not below the base", async () => {
  const { call, sent } = caller(() => Response.json({}));
  for (const path of OUTSIDE) {
    const answer = await call({ path });
    assert.equal(answer.kind === "unavailable" && answer.neverLeft, true, JSON.stringify(path));
  }
  assert.deepEqual(sent, []);
  await call();
  assert.equal(sent.length, 1);
});

Deno.test("addressBelow() keeps what looks like another host below the base", () => {
  for (const path of ["//evil.test/x", "/evil.test", "@evil.test", "evil.test:8080/x", "http://evil.test/"]) {
    const url = addressBelow(BASE, request({ path }));
    assert.ok(url === undefined || url.href.startsWith(`${BASE}/`), path);
  }
  for (const query of ["#x", "?a", "a=b#c", "\r\nhost: evil", "@evil", "/../../x", "a=%0d%0a"]) {
    const url = addressBelow(BASE, request({ query }));
    assert.equal(url?.pathname, "/helix/users", query);
    assert.equal(url?.hash, "", query);
  }
});

Deno.test("addressBelow() never leaves the base, whatever it is given", () => {
  const piece = fc.constantFrom(
    "..",
    ".",
    "/",
    "//",
    "\\",
    "%2e",
    "%2F",
    "@",
    ":",
    "?",
    "#",
    "\t",
    "evil",
    "http:",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 9 }), fc.string({ maxLength: 20 }), (pieces, query) => {
    const url = addressBelow(BASE, request({ path: pieces.join(""), query }));
    if (url === undefined) return;
    assert.ok(url.href.startsWith(`${BASE}/`), url.href);
    assert.equal(url.username + url.password + url.hash, "");
    assert.doesNotMatch(url.pathname, /%2e|%2f|%5c/i);
  }));
});
