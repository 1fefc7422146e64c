// Each row of what is known about /oauth2/token, /validate and /revoke, against the simulation alone.

import assert from "node:assert/strict";
import { type Answer, authorizeUrl, createDriver, DEVICE_GRANT } from "./simulated_twitch/driver.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER, PUBLIC_CLIENT, REDIRECT_URI } from "./simulated_twitch/options.ts";

const APP = { client_id: CONFIDENTIAL_CLIENT.id, client_secret: CONFIDENTIAL_CLIENT.secret };

function assertRefused(answer: Answer, status: number, message: string): void {
  assert.deepEqual(
    [answer.status, answer.type, answer.text],
    [status, "application/json", JSON.stringify({ status, message })],
  );
}

Deno.test("POST /oauth2/token refuses with the words that were seen at Twitch", async () => {
  const driver = createDriver();
  const code = new URL(await driver.sim.signIn(authorizeUrl())).searchParams.get("code") ?? "";
  const exchange = { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI };
  const refresh = { grant_type: "refresh_token", refresh_token: "x".repeat(50) };
  const rows: [Record<string, string | undefined>, number, string][] = [
    [{}, 400, "missing client id"],
    [{ ...APP, client_id: "", ...exchange }, 400, "missing client id"],
    [{ ...APP, client_id: "unknown", ...exchange }, 400, "invalid client"],
    [{ ...APP, grant_type: "password" }, 400, "invalid grant type"],
    [{ ...APP, ...exchange, grant_type: "Authorization_Code" }, 400, "invalid grant type"],
    [{ ...APP, ...exchange, client_secret: undefined }, 400, "missing client secret"],
    [{ ...exchange, client_id: PUBLIC_CLIENT.id }, 400, "missing client secret"],
    [{ ...APP, ...exchange, client_secret: "wrong" }, 403, "invalid client secret"],
    [{ ...APP, ...exchange, code: "wrong" }, 400, "Invalid authorization code"],
    [
      { ...APP, ...exchange, redirect_uri: `${REDIRECT_URI}/` },
      400,
      "Parameter redirect_uri does not match registered URI",
    ],
    [{ ...APP, grant_type: DEVICE_GRANT }, 400, "missing device_code"],
    [{ ...APP, grant_type: DEVICE_GRANT, device_code: "wrong" }, 400, "invalid device code"],
    [{ ...APP, grant_type: "refresh_token" }, 400, "missing refresh token"],
    [{ ...refresh, client_id: APP.client_id }, 400, "missing client secret"],
    [{ ...APP, ...refresh, client_secret: "wrong" }, 403, "invalid client secret"],
    [{ ...APP, ...refresh }, 400, "Invalid refresh token"],
    [{ ...refresh, client_id: PUBLIC_CLIENT.id }, 400, "Invalid refresh token"],
    [{ ...APP, grant_type: "client_credentials", client_secret: "wrong" }, 403, "invalid client secret"],
  ];
  for (const [params, status, message] of rows) {
    assertRefused(await driver.post("/oauth2/token", params), status, message);
  }
  assert.equal((await driver.post("/oauth2/token", { ...APP, ...exchange })).status, 200);
});

Deno.test("POST /oauth2/token exchanges a code for exactly Twitch's JSON", async () => {
  const { sim, post } = createDriver();
  const code = new URL(await sim.signIn(authorizeUrl())).searchParams.get("code") ?? "";
  const exchange = { ...APP, grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI };
  const answer = await post("/oauth2/token", exchange);
  assert.match(
    answer.text,
    /^\{"access_token":"[a-z0-9]{30}","expires_in":1\d{4},"refresh_token":"[a-z0-9]{50}","scope":\["channel:read:polls","chat:read"\],"token_type":"bearer"\}$/,
  );
  assert.equal(answer.type, "application/json");
  assertRefused(await post("/oauth2/token", exchange), 400, "Invalid authorization code");
});

Deno.test("an authorization code lives ten minutes", async () => {
  for (const [seconds, status] of [[599, 200], [600, 400]] as const) {
    const { sim, post, advance } = createDriver();
    const code = new URL(await sim.signIn(authorizeUrl())).searchParams.get("code") ?? "";
    advance(seconds);
    const exchange = { ...APP, grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI };
    assert.equal((await post("/oauth2/token", exchange)).status, status);
  }
});

Deno.test("an authorization code of a user who disconnected since is invalid", async () => {
  const { sim, post } = createDriver();
  const code = new URL(await sim.signIn(authorizeUrl())).searchParams.get("code") ?? "";
  sim.disconnect(FIRST_USER.login, APP.client_id);
  const exchange = { ...APP, grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI };
  assertRefused(await post("/oauth2/token", exchange), 400, "Invalid authorization code");
});

Deno.test("parameters count in a urlencoded body, a multipart body and the query, and nowhere else", async () => {
  const { send } = createDriver();
  const params = { ...APP, grant_type: "client_credentials" };
  const form = new FormData();
  for (const [name, value] of Object.entries(params)) form.set(name, value);
  const credentials = btoa(`${APP.client_id}:${APP.client_secret}`);
  const rows: [string, RequestInit, number][] = [
    ["", { body: new URLSearchParams(params) }, 200],
    ["", { body: form }, 200],
    [`?${new URLSearchParams(params)}`, {}, 200],
    ["", { body: JSON.stringify(params), headers: { "content-type": "application/json" } }, 400],
    ["?grant_type=client_credentials", { headers: { authorization: `Basic ${credentials}` } }, 400],
    ["", { body: "broken", headers: { "content-type": "multipart/form-data; boundary=b" } }, 400],
  ];
  for (const [query, init, status] of rows) {
    const answer = await send(`/oauth2/token${query}`, { method: "POST", ...init });
    assert.equal(answer.status, status);
    if (status === 400) assertRefused(answer, 400, "missing client id");
  }
});

Deno.test("a wrong method and an unknown path are 404 in plain text", async () => {
  const { send } = createDriver();
  const rows = [
    ["GET", "/oauth2/token"],
    ["GET", "/oauth2/device"],
    ["GET", "/oauth2/revoke"],
    ["POST", "/oauth2/validate"],
    ["POST", "/oauth2/authorize?client_id=x"],
    ["PUT", "/oauth2/authorize"],
    ["GET", "/oauth2/token/"],
    ["GET", "/"],
  ] as const;
  for (const [method, path] of rows) {
    const { status, type, text } = await send(path, { method });
    assert.deepEqual([status, type, text], [404, "text/plain; charset=utf-8", "404 page not found\n"]);
  }
});

Deno.test("an app's own token has neither user nor refresh token", async () => {
  const { post, validate } = createDriver();
  const answer = await post("/oauth2/token", { ...APP, grant_type: "client_credentials" });
  const { access_token, ...rest } = JSON.parse(answer.text);
  assert.deepEqual(rest, { expires_in: 5_011_271, token_type: "bearer" });
  assert.equal(
    (await validate(access_token)).text,
    `{"client_id":"${APP.client_id}","scopes":null,"expires_in":5011271}`,
  );
});

Deno.test("GET /oauth2/validate tells of a user token in Twitch's order of fields", async () => {
  const { connect, send, advance } = createDriver();
  const { access_token, expires_in } = await connect(CONFIDENTIAL_CLIENT, "chat:read");
  advance(10.5);
  for (const scheme of ["OAuth", "Bearer"]) {
    const answer = await send("/oauth2/validate", {
      headers: { authorization: `${scheme} ${access_token}` },
    });
    assert.equal(
      answer.text,
      `{"client_id":"${APP.client_id}","login":"ada_live","scopes":["chat:read"],"user_id":"90020001","expires_in":${
        expires_in - 11
      }}`,
    );
  }
});

Deno.test("GET /oauth2/validate refuses unknown, expired and missing tokens", async () => {
  const { connect, validate, send, advance } = createDriver({ accessTokenLife: 60 });
  const { access_token } = await connect(CONFIDENTIAL_CLIENT);
  assertRefused(await validate("unknown"), 401, "invalid access token");
  assertRefused(await send("/oauth2/validate"), 401, "missing authorization token");
  const basic = { authorization: `Basic ${access_token}` };
  assertRefused(await send("/oauth2/validate", { headers: basic }), 401, "invalid access token");
  advance(59.9);
  assert.equal(JSON.parse((await validate(access_token)).text).expires_in, 1);
  advance(0.1);
  assertRefused(await validate(access_token), 401, "invalid access token");
});

Deno.test("a sign-in without scopes has no scope field, and null at /validate", async () => {
  const { connect, validate } = createDriver();
  const tokens = await connect(CONFIDENTIAL_CLIENT, "");
  assert.equal("scope" in tokens, false);
  assert.equal(JSON.parse((await validate(tokens.access_token)).text).scopes, null);
});

Deno.test("switches change the shape of scopes, expires_in and errors", async () => {
  const { sim, connect, validate, post } = createDriver();
  const shapes = [["array", ["chat:read", "chat:edit"]], ["string", "chat:read chat:edit"], [
    "null",
    null,
  ]] as const;
  for (const [form, expected] of shapes) {
    sim.switches.scopeInTokens = form;
    const tokens = await connect(CONFIDENTIAL_CLIENT, "chat:read chat:edit");
    assert.deepEqual("scope" in tokens ? tokens.scope : "no field", expected);
  }
  Object.assign(sim.switches, { scopeInTokens: "absent", scopesInValidate: "absent", omitExpiresIn: true });
  const tokens = await connect(CONFIDENTIAL_CLIENT, "chat:read");
  assert.deepEqual(Object.keys(tokens), ["access_token", "refresh_token", "token_type"]);
  assert.equal("scopes" in JSON.parse((await validate(tokens.access_token)).text), false);
  sim.switches.scopesInValidate = "null";
  assert.equal(JSON.parse((await validate(tokens.access_token)).text).scopes, null);
  sim.switches.errorField = true;
  const { text } = await post("/oauth2/token", {});
  assert.equal(text, '{"error":"Bad Request","status":400,"message":"missing client id"}');
});

Deno.test("a token of life 0 says 0 and never expires", async () => {
  const { connect, validate, advance } = createDriver({ accessTokenLife: 0 });
  const { access_token, expires_in } = await connect(CONFIDENTIAL_CLIENT);
  advance(10 * 365 * 86_400);
  assert.equal(expires_in, 0);
  assert.equal(JSON.parse((await validate(access_token)).text).expires_in, 0);
});

Deno.test("lifetimes are drawn between 13 000 and 15 600 s, the same for the same seed", async () => {
  const drawn = await Promise.all([1, 1, 2].map(async (seed) => {
    const { connect } = createDriver({ seed });
    const lives: number[] = [];
    for (let index = 0; index < 20; index += 1) lives.push((await connect(CONFIDENTIAL_CLIENT)).expires_in);
    return lives;
  }));
  assert.deepEqual(drawn[0], drawn[1]);
  assert.notDeepEqual(drawn[0], drawn[2]);
  assert.ok(drawn.flat().every((life) => life >= 13_000 && life <= 15_600));
  assert.ok(new Set(drawn[0]).size > 10);
});

Deno.test("POST /oauth2/revoke ends one access token; its refresh token goes on", async () => {
  const { connect, post, validate, refresh } = createDriver();
  const tokens = await connect(PUBLIC_CLIENT);
  const { access_token: token, refresh_token } = tokens;
  const rows: [Record<string, string>, number, string][] = [
    [{ token }, 400, "missing client id"],
    [{ client_id: "unknown", token }, 404, "client does not exist"],
    [{ client_id: PUBLIC_CLIENT.id }, 400, "missing oauth token"],
    [{ client_id: PUBLIC_CLIENT.id, token: "unknown" }, 400, "Invalid token"],
    [{ client_id: PUBLIC_CLIENT.id, token: refresh_token }, 400, "Invalid token"],
    [{ client_id: CONFIDENTIAL_CLIENT.id, token }, 400, "Invalid token"],
  ];
  for (const [params, status, message] of rows) {
    assertRefused(await post("/oauth2/revoke", params), status, message);
  }
  assert.equal((await validate(token)).status, 200);
  const revoked = await post("/oauth2/revoke", { client_id: PUBLIC_CLIENT.id, token });
  assert.deepEqual([revoked.status, revoked.text], [200, ""]);
  assertRefused(await validate(token), 401, "invalid access token");
  assertRefused(await post("/oauth2/revoke", { client_id: PUBLIC_CLIENT.id, token }), 400, "Invalid token");
  assert.equal((await refresh(PUBLIC_CLIENT, refresh_token)).status, 200);
});
