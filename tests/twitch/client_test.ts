import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import type { TwitchApp } from "../../src/core/app.ts";
import type { Twitch } from "../../src/core/ports.ts";
import { Secret } from "../../src/core/secret.ts";
import { createTwitch, sendsOnce } from "../../src/twitch/client.ts";

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);
const confidential: TwitchApp = { clientId: "client1", clientSecret: new Secret("s3cret%/+&=") };
const publicApp: TwitchApp = { clientId: "client2", clientSecret: undefined };
const TOKENS = { access_token: "acc", refresh_token: "ref", expires_in: 60, scope: ["chat:read"] };

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly fields: Record<string, string>;
}

/** A client whose fetch answers with `response` and writes down what was sent. */
function recording(response: () => Response): { twitch: Twitch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch = async (input: URL | Request | string, init?: RequestInit) => {
    const request = new Request(input, init);
    const fields = Object.fromEntries(new URLSearchParams(await request.clone().text()));
    sent.push({ method: request.method, url: request.url, headers: request.headers, fields });
    return response();
  };
  const addresses = { authUrl: "https://id.twitch.test/oauth2//", apiUrl: "https://api.twitch.test/helix/" };
  return { twitch: createTwitch({ ...addresses, fetch, clock: { now: () => NOW } }), sent };
}

function only(sent: Sent[]): Sent {
  assert.equal(sent.length, 1);
  const [first] = sent;
  assert.ok(first);
  return first;
}

/** One POST with its parameters in a form and nothing in the address. */
function assertForm(sent: Sent[], path: string, fields: Record<string, string>): void {
  const { method, url, headers, fields: body } = only(sent);
  assert.equal(method, "POST");
  assert.equal(url, `https://id.twitch.test/oauth2/${path}`);
  assert.match(headers.get("content-type") ?? "", /^application\/x-www-form-urlencoded/);
  assert.equal(headers.get("authorization"), null);
  assert.deepEqual(body, fields);
}

Deno.test("refresh() sends one form, with the client secret if the app has one", async () => {
  const refreshToken = new Secret("a%2F/+ b&c");
  const grant = { grant_type: "refresh_token", refresh_token: "a%2F/+ b&c" };

  const withSecret = recording(() => Response.json(TOKENS));
  const outcome = await withSecret.twitch.refresh(confidential, refreshToken);
  assert.equal(outcome.kind, "refreshed");
  assertForm(withSecret.sent, "token", { client_id: "client1", client_secret: "s3cret%/+&=", ...grant });

  const without = recording(() => Response.json(TOKENS));
  await without.twitch.refresh(publicApp, refreshToken);
  assertForm(without.sent, "token", { client_id: "client2", ...grant });
});

Deno.test("refresh() passes on how long Twitch wants to be left alone", async () => {
  const headers = { "ratelimit-reset": `${(NOW + MINUTE) / SECOND}` };
  const { twitch } = recording(() => new Response("", { status: 429, headers }));
  const outcome = await twitch.refresh(confidential, new Secret("ref"));
  assert.equal(outcome.kind === "unavailable" && outcome.retryAfter, MINUTE);
});

Deno.test("refresh() never repeats itself", async () => {
  for (const status of [307, 308, 401, 429, 500, 503]) {
    const headers = { location: "https://id.twitch.test/elsewhere", "retry-after": "0" };
    const { twitch, sent } = recording(() => new Response("", { status, headers }));
    assert.equal((await twitch.refresh(confidential, new Secret("ref"))).kind, "unavailable");
    assert.equal(sent.length, 1, `${status}`);
  }
});

Deno.test("exchangeCode() sends code, credentials and the same redirect URI in a form", async () => {
  const { twitch, sent } = recording(() => Response.json(TOKENS));
  const outcome = await twitch.exchangeCode(
    confidential,
    new Secret("co de"),
    "http://localhost:8948/callback",
  );
  assert.equal(outcome.kind, "granted");
  assertForm(sent, "token", {
    client_id: "client1",
    client_secret: "s3cret%/+&=",
    grant_type: "authorization_code",
    code: "co de",
    redirect_uri: "http://localhost:8948/callback",
  });
});

Deno.test("beginDevice() asks with scopes in the plural", async () => {
  const { twitch, sent } = recording(() =>
    Response.json({
      device_code: "dev",
      user_code: "JLLKTXWJ",
      verification_uri: "https://www.twitch.test/activate?device-code=JLLKTXWJ",
    })
  );
  const start = await twitch.beginDevice(confidential, ["chat:read", "chat:edit"]);
  assert.equal(start.kind, "started");
  assertForm(sent, "device", { client_id: "client1", scopes: "chat:read chat:edit" });
});

Deno.test("pollDevice() sends the device code and no client secret", async () => {
  const pending = { status: 400, message: "authorization_pending" };
  const { twitch, sent } = recording(() => Response.json(pending, { status: 400 }));
  const outcome = await twitch.pollDevice(confidential, new Secret("dev"), ["chat:read", "chat:edit"]);
  assert.deepEqual(outcome, { kind: "pending", slowDown: false });
  assertForm(sent, "token", {
    client_id: "client1",
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: "dev",
    scopes: "chat:read chat:edit",
  });
});

Deno.test("validate() shows the access token in a header", async () => {
  const user = { client_id: "client1", login: "twitchdev", user_id: "1", scopes: null, expires_in: 60 };
  const { twitch, sent } = recording(() => Response.json(user));
  const outcome = await twitch.validate(new Secret("acc"));
  assert.equal(outcome.kind, "valid");
  const { method, url, headers } = only(sent);
  assert.deepEqual([method, url], ["GET", "https://id.twitch.test/oauth2/validate"]);
  assert.equal(headers.get("authorization"), "OAuth acc");
});

Deno.test("validate() answers for a token that no header can carry", async () => {
  const { twitch, sent } = recording(() => Response.json({}));
  const outcome = await twitch.validate(new Secret("acc\nhost: elsewhere"));
  assert.equal(outcome.kind === "unavailable" && outcome.spent, "no");
  assert.equal(sent.length, 0);
});

Deno.test("revoke() sends the access token in a form, without the client secret", async () => {
  const { twitch, sent } = recording(() => new Response(""));
  assert.equal(await twitch.revoke(confidential, new Secret("acc")), true);
  assertForm(sent, "revoke", { client_id: "client1", token: "acc" });
});

Deno.test("displayName() asks Helix for the token's own user", async () => {
  const { twitch, sent } = recording(() => Response.json({ data: [{ display_name: "TwitchDev" }] }));
  assert.equal(await twitch.displayName(confidential, new Secret("acc")), "TwitchDev");
  const { method, url, headers } = only(sent);
  assert.deepEqual([method, url], ["GET", "https://api.twitch.test/helix/users"]);
  assert.equal(headers.get("authorization"), "Bearer acc");
  assert.equal(headers.get("client-id"), "client1");
});

Deno.test("authorizeUrl() percent-encodes everything and always has the user confirm", () => {
  const { twitch } = recording(() => new Response(""));
  const url = twitch.authorizeUrl(confidential, {
    redirectUri: "http://localhost:8948/callback",
    scopes: ["chat:read", "chat:edit"],
    state: new Secret("st+ate"),
  });
  assert.equal(
    url,
    "https://id.twitch.test/oauth2/authorize?response_type=code&client_id=client1" +
      "&redirect_uri=http%3A%2F%2Flocalhost%3A8948%2Fcallback&scope=chat%3Aread%20chat%3Aedit" +
      "&state=st%2Bate&force_verify=true",
  );
});

Deno.test("sendsOnce() knows 2.4.2 and everything from 2.9.6 on", () => {
  for (const version of ["2.4.2", "2.9.6", "2.9.7", "2.10.0", "3.0.0", "2.9.6+0a1b2c3"]) {
    assert.equal(sendsOnce(version), true, version);
  }
  const others = [
    "2.4.1",
    "2.4.3",
    "2.8.3",
    "2.9.5",
    "2.9.0",
    "1.46.3",
    "1.99.99",
    "2.9.6-rc.1",
    "2.9",
    "",
    "x2.9.6",
  ];
  for (const version of others) assert.equal(sendsOnce(version), false, version);
});

Deno.test("createTwitch() judges the version that it is given", () => {
  const addresses = { authUrl: "https://id.twitch.test", apiUrl: "https://api.twitch.test" };
  using sound = createTwitch({ ...addresses, denoVersion: "2.9.6" });
  using unsound = createTwitch({ ...addresses, denoVersion: "2.9.5" });
  assert.deepEqual([sound.sendsOnce, unsound.sendsOnce], [true, false]);
});

Deno.test("createTwitch() says that a request never left where this process has no network", async () => {
  using twitch = createTwitch({ authUrl: "https://id.twitch.test", apiUrl: "https://api.twitch.test" });
  const outcome = await twitch.refresh(confidential, new Secret("ref"));
  assert.deepEqual(outcome, {
    kind: "unavailable",
    reason: "unreachable",
    spent: "no",
    neverLeft: true,
    retryAfter: undefined,
  });
});

Deno.test("createTwitch() tries again to load what it could not load", async () => {
  const caCerts = ["-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----"];
  const addresses = { authUrl: "https://id.twitch.test", apiUrl: "https://api.twitch.test" };
  using twitch = createTwitch({ ...addresses, caCerts });
  await assert.rejects(twitch.ready());
  await assert.rejects(twitch.ready());
  caCerts.length = 0;
  await twitch.ready();
});
