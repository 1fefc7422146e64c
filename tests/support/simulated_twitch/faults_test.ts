// Every fault without a network: what the client sees, and what became of the refresh token.

import assert from "node:assert/strict";
import { createDriver, type Driver, type Tokens } from "./driver.ts";
import { answer, fault, type FaultKind, redirect, refusal, tooManyRequests } from "./faults.ts";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT } from "./options.ts";

async function struckRefresh(
  kind: FaultKind,
  when: "before" | "after",
): Promise<{ driver: Driver; tokens: Tokens; answer: ReturnType<Driver["refresh"]> }> {
  const driver = createDriver();
  const tokens = await driver.connect(PUBLIC_CLIENT);
  driver.sim.faults.add({ endpoint: "token", when, kind });
  const answer = driver.refresh(PUBLIC_CLIENT, tokens.refresh_token);
  await answer.catch(() => {});
  return { driver, tokens, answer };
}

Deno.test("answering faults show status, type and body, and spend the refresh token only if after", async () => {
  const rows: [FaultKind, number, string | null, RegExp][] = [
    [fault.internalServerError, 500, "text/html", /500 Internal Server Error/],
    [fault.badGateway, 502, "text/html", /502 Bad Gateway/],
    [fault.serviceUnavailable, 503, "text/html", /503 Service Unavailable/],
    [fault.gatewayTimeout, 504, "text/html", /504 Gateway Timeout/],
    [fault.forbidden, 403, "text/html", /403 Forbidden/],
    [fault.okPage, 200, "text/html", /200 OK/],
    [fault.okEmpty, 200, "application/json", /^$/],
    [fault.okTorn, 200, "application/json", /^\{"access_token":"k3v0torn$/],
    [
      fault.falseInvalidRefreshToken,
      400,
      "application/json",
      /^\{"status":400,"message":"Invalid refresh token"\}$/,
    ],
    [fault.noClientId, 400, "application/json", /^\{"status":400,"message":"No client id specified"\}$/],
    [refusal(401, "anything"), 401, "application/json", /"anything"/],
    [tooManyRequests(), 429, "application/json", /too many requests/],
    [redirect(307, "https://elsewhere.example/"), 307, null, /^$/],
    [answer(418, "text/plain", "teapot"), 418, "text/plain", /^teapot$/],
  ];
  for (const [kind, status, type, body] of rows) {
    for (const when of ["before", "after"] as const) {
      const { driver, tokens, answer } = await struckRefresh(kind, when);
      const seen = await answer;
      assert.deepEqual([seen.status, seen.type], [status, type]);
      assert.match(seen.text, body);
      assert.equal(driver.sim.isLive(tokens.refresh_token), when === "before");
      assert.equal(driver.sim.requests.at(-1)?.status, status);
    }
  }
});

Deno.test("tooManyRequests() and redirect() carry their headers", async () => {
  const limited = await (await struckRefresh(tooManyRequests(30), "before")).answer;
  assert.equal(limited.headers.get("retry-after"), "30");
  const moved = await (await struckRefresh(redirect(302, "https://elsewhere.example/"), "before")).answer;
  assert.equal(moved.headers.get("location"), "https://elsewhere.example/");
});

Deno.test("transport faults reject with a TypeError, and spend the refresh token only if after", async () => {
  const rows: [FaultKind, RegExp][] = [
    [fault.reset, /connection closed/],
    [fault.resetAfterHeaders, /error reading a body from connection/],
    [{ kind: "torn body", bytes: 20 }, /error reading a body from connection/],
  ];
  for (const [kind, message] of rows) {
    for (const when of ["before", "after"] as const) {
      const { driver, tokens, answer } = await struckRefresh(kind, when);
      await assert.rejects(answer, (error) => error instanceof TypeError && message.test(error.message));
      assert.equal(driver.sim.isLive(tokens.refresh_token), when === "before");
    }
  }
});

Deno.test("an unreachable Twitch sees and counts nothing", async () => {
  const { driver, tokens, answer } = await struckRefresh(fault.unreachable, "after");
  await assert.rejects(answer, /Connection refused/);
  assert.ok(driver.sim.isLive(tokens.refresh_token));
  assert.equal(driver.sim.counters.requests.token, 1, "the sign-in alone");
});

Deno.test("a torn body gives the bytes before the break, its full length declared", async () => {
  const { sim, connect } = createDriver();
  const { access_token } = await connect(CONFIDENTIAL_CLIENT);
  const init = { headers: { authorization: `OAuth ${access_token}` } };
  const whole = await (await sim.fetch("https://id.twitch.tv/oauth2/validate", init)).text();
  sim.faults.add({ endpoint: "validate", when: "after", kind: { kind: "torn body", bytes: 25 } });
  const torn = await sim.fetch("https://id.twitch.tv/oauth2/validate", init);
  const reader = torn.body?.getReader();
  const first = await reader?.read();
  assert.equal(new TextDecoder().decode(first?.value), whole.slice(0, 25));
  assert.equal(torn.headers.get("content-length"), `${whole.length}`);
  await assert.rejects(async () => await reader?.read(), TypeError);
});

Deno.test("a slow body comes whole, and an abort ends its waiting", async () => {
  const { sim, post } = createDriver();
  sim.faults.add({
    endpoint: "token",
    when: "after",
    kind: { kind: "slow body", bytes: 7, milliseconds: 1 },
  });
  assert.deepEqual(JSON.parse((await post("/oauth2/token", {})).text), {
    status: 400,
    message: "missing client id",
  });

  sim.faults.add({
    endpoint: "token",
    when: "after",
    kind: { kind: "slow body", bytes: 7, milliseconds: 1e9 },
  });
  const abort = new AbortController();
  const slow = await sim.fetch("https://id.twitch.tv/oauth2/token", { method: "POST", signal: abort.signal });
  const text = slow.text();
  abort.abort(new DOMException("enough", "TimeoutError"));
  await assert.rejects(text, { name: "TimeoutError" });
});

Deno.test("an oversize body is the true one and blanks up to its length", async () => {
  const { sim, post } = createDriver();
  sim.faults.add({ endpoint: "token", when: "after", kind: { kind: "oversize body", bytes: 200_000 } });
  const { text } = await post("/oauth2/token", {});
  assert.equal(text.length, 200_000);
  assert.equal(text.trimEnd(), '{"status":400,"message":"missing client id"}');
});

Deno.test("a hanging request settles only when the client gives up", async () => {
  for (const when of ["before", "after"] as const) {
    const { sim, connect } = createDriver();
    const { refresh_token } = await connect(PUBLIC_CLIENT);
    sim.faults.add({ endpoint: "token", when, kind: fault.hang });
    const abort = new AbortController();
    const hanging = sim.fetch("https://id.twitch.tv/oauth2/token", {
      method: "POST",
      body: new URLSearchParams({ client_id: PUBLIC_CLIENT.id, grant_type: "refresh_token", refresh_token }),
      signal: abort.signal,
    });
    await sim.arrivals("token", 2);
    assert.equal(sim.requests.at(-1)?.status, undefined);
    abort.abort(new DOMException("enough", "TimeoutError"));
    await assert.rejects(hanging, { name: "TimeoutError" });
    assert.equal(sim.requests.at(-1)?.status, "cut");
    assert.equal(sim.isLive(refresh_token), when === "before");
  }
});

Deno.test("a request given up before it was sent never arrives", async () => {
  const { sim } = createDriver();
  await assert.rejects(sim.fetch("https://id.twitch.tv/oauth2/validate", { signal: AbortSignal.abort() }), {
    name: "AbortError",
  });
  assert.equal(sim.requests.length, 0);
});

Deno.test("Faults strike in order, as often as told, where told, until clear()", async () => {
  const { sim, post, validate } = createDriver();
  sim.faults.add({ endpoint: "validate", when: "before", kind: fault.badGateway, times: 2 });
  sim.faults.add({ endpoint: "any", when: "before", kind: fault.forbidden, times: Infinity });
  sim.faults.add({ endpoint: "token", when: "before", kind: fault.okEmpty });
  const seen: number[] = [];
  for (let count = 0; count < 3; count += 1) seen.push((await validate("x")).status);
  seen.push((await post("/oauth2/token", {})).status);
  assert.deepEqual(seen, [502, 502, 403, 403]);
  assert.equal(sim.faults.pending, 2);
  sim.faults.clear();
  assert.equal((await validate("x")).status, 401);
});

Deno.test("grantType leaves the token endpoint's other grants alone", async () => {
  const { sim, connect, refresh } = createDriver();
  sim.faults.add({ endpoint: "token", grantType: "refresh_token", when: "before", kind: fault.badGateway });
  const { refresh_token } = await connect(CONFIDENTIAL_CLIENT);
  assert.equal((await refresh(CONFIDENTIAL_CLIENT, refresh_token)).status, 502);
  assert.equal((await refresh(CONFIDENTIAL_CLIENT, refresh_token)).status, 200);
});

Deno.test("a fault on authorize reaches the browser too", async () => {
  const { sim } = createDriver();
  const url = "https://id.twitch.tv/oauth2/authorize?client_id=x";
  sim.faults.add({ endpoint: "authorize", when: "before", kind: fault.missingDeviceCode });
  assert.equal(await sim.signIn(url), url);
  assert.equal(sim.requests.at(-1)?.status, 400);
});
