// The browser's part: /oauth2/authorize, device codes and the page that activates them.

import assert from "node:assert/strict";
import { authorizeUrl, createDriver, DEVICE_GRANT } from "./driver.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER, PUBLIC_CLIENT, REDIRECT_URI, SECOND_USER } from "./options.ts";

const CLIENT_ID = CONFIDENTIAL_CLIENT.id;

Deno.test("signIn() ends on the redirect URI with code, scope and state", async () => {
  const { sim } = createDriver();
  assert.match(
    await sim.signIn(authorizeUrl({ state: "a b&c" })),
    /^http:\/\/localhost:8948\/callback\?code=[a-z0-9]{30}&scope=channel%3Aread%3Apolls\+chat%3Aread&state=a\+b%26c$/,
  );
  assert.match(await sim.signIn(authorizeUrl({ state: undefined, scope: undefined })), /&scope=$/);
});

Deno.test("signIn() ends on access_denied if the user says no", async () => {
  const { sim } = createDriver();
  assert.equal(
    await sim.signIn(authorizeUrl(), { deny: true }),
    `${REDIRECT_URI}?error=access_denied&error_description=The+user+denied+you+access&state=st4te`,
  );
  assert.deepEqual(sim.grants(), []);
});

Deno.test("GET /oauth2/authorize shows JSON, without a redirect, for what it cannot place", async () => {
  const { sim, send } = createDriver();
  const rows: [Record<string, string | undefined>, string][] = [
    [{ client_id: undefined }, "missing client id"],
    [{ client_id: "unknown" }, "invalid client"],
    [{ response_type: undefined }, "missing response type"],
    [{ scope: "chat:read nonsense:read" }, "invalid scope requested: 'nonsense:read'"],
    [{ scope: "chat:read,chat:edit" }, "invalid scope requested: 'chat:read,chat:edit'"],
  ];
  for (const [params, message] of rows) {
    const url = authorizeUrl(params);
    const answer = await send(url.slice("https://id.twitch.tv".length));
    assert.deepEqual([answer.status, JSON.parse(answer.text)], [400, { status: 400, message }]);
    assert.equal(await sim.signIn(url), url);
  }
});

Deno.test("a redirect URI that differs in one character ends on the first registered one", async () => {
  const first = "https://someone.example/elsewhere";
  const { sim } = createDriver({
    clients: [{ ...CONFIDENTIAL_CLIENT, redirectUris: [first, REDIRECT_URI] }],
  });
  const mismatch =
    `${first}?error=redirect_mismatch&error_description=Parameter+redirect_uri+does+not+match+registered+URI&state=st4te`;
  const wrong = [
    `${REDIRECT_URI}/`,
    REDIRECT_URI.replace("8948", "8949"),
    "http://127.0.0.1:8948/callback",
    undefined,
  ];
  for (const redirect_uri of wrong) assert.equal(await sim.signIn(authorizeUrl({ redirect_uri })), mismatch);
  const unencoded = authorizeUrl().replace(encodeURIComponent(REDIRECT_URI), REDIRECT_URI);
  assert.equal(await sim.signIn(unencoded), mismatch);
  sim.switches.unencodedRedirectUri = "accepted";
  assert.match(await sim.signIn(unencoded), /^http:\/\/localhost:8948\/callback\?code=/);
});

Deno.test("the console takes https and http on localhost, nothing else", () => {
  const { sim } = createDriver();
  for (
    const uri of ["http://127.0.0.1:8948/", "http://pi.local/", "http://192.168.1.5/", "http://a.localhost/"]
  ) {
    assert.throws(() => sim.setRedirectUris(CLIENT_ID, [uri]), /Redirect URIs must use HTTPS protocol/);
  }
  assert.throws(() => sim.setRedirectUris(CLIENT_ID, []), /one to ten/);
  sim.setRedirectUris(CLIENT_ID, ["http://localhost:1/x", "https://192.168.1.5/"]);
});

Deno.test("without force_verify the browser's own account agrees again, whoever was meant", async () => {
  const { sim, post } = createDriver();
  async function whoSignedIn(url: string, user: string): Promise<unknown> {
    const code = new URL(await sim.signIn(url, { user })).searchParams.get("code") ?? "";
    await post("/oauth2/token", {
      client_id: CLIENT_ID,
      client_secret: CONFIDENTIAL_CLIENT.secret,
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT_URI,
    });
    return sim.grants().at(-1)?.login;
  }
  assert.equal(await whoSignedIn(authorizeUrl(), FIRST_USER.login), FIRST_USER.login);
  assert.equal(await whoSignedIn(authorizeUrl(), SECOND_USER.login), FIRST_USER.login);
  assert.equal(
    await whoSignedIn(authorizeUrl({ force_verify: "true" }), SECOND_USER.login),
    SECOND_USER.login,
  );
  assert.equal(await whoSignedIn(authorizeUrl({ scope: "chat:edit" }), FIRST_USER.login), FIRST_USER.login);
});

Deno.test("autoApprove redirects at once, force_verify or not", async () => {
  const { send } = createDriver({ autoApprove: SECOND_USER.login });
  const url = authorizeUrl({ force_verify: "true" }).slice("https://id.twitch.tv".length);
  const { status, headers } = await send(url);
  assert.equal(status, 302);
  assert.match(headers.get("location") ?? "", /\?code=/);
});

Deno.test("the consent page names app and scopes, and escapes both", async () => {
  const { send } = createDriver({ clients: [{ ...CONFIDENTIAL_CLIENT, name: `<b>"Tom & Co"</b>` }] });
  const { status, type, text } = await send(authorizeUrl().slice("https://id.twitch.tv".length));
  assert.deepEqual([status, type], [200, "text/html; charset=utf-8"]);
  assert.match(text, /<strong>&#60;b&#62;&#34;Tom &#38; Co&#34;&#60;\/b&#62;<\/strong>/);
  assert.match(text, /<code>channel:read:polls<\/code>/);
  assert.match(text, /<button name="decision" value="approve">Approve<\/button>/);
});

Deno.test("POST /oauth2/device answers exactly Twitch's JSON, and scope instead of scopes is ignored", async () => {
  const { post, sim } = createDriver();
  const { status, type, text } = await post("/oauth2/device", { client_id: CLIENT_ID, scope: "chat:read" });
  assert.deepEqual([status, type], [200, "application/json"]);
  assert.match(
    text,
    /^\{"device_code":"[A-Za-z0-9]{40}","expires_in":1800,"interval":5,"user_code":"([A-Z]{8})","verification_uri":"https:\/\/www\.twitch\.tv\/activate\?public=true&device-code=\1"\}$/,
  );
  const { device_code, user_code } = JSON.parse(text);
  sim.approveDevice(user_code);
  const poll = await post("/oauth2/token", { client_id: CLIENT_ID, device_code, grant_type: DEVICE_GRANT });
  assert.deepEqual([poll.status, "scope" in JSON.parse(poll.text)], [200, false]);
  for (
    const [params, message] of [
      [{ scopes: "chat:read" }, "missing client id"],
      [{ client_id: "unknown" }, "invalid client"],
      [{ client_id: CLIENT_ID, scopes: "x" }, "invalid scope requested: 'x'"],
    ] as const
  ) {
    const refused = await post("/oauth2/device", params);
    assert.deepEqual([refused.status, JSON.parse(refused.text)], [400, { status: 400, message }]);
  }
});

Deno.test("a device code is pending, then good once; denied, expired, foreign and used ones are invalid", async () => {
  const { post, sim, advance } = createDriver();
  async function start(): Promise<{ device_code: string; user_code: string }> {
    return JSON.parse((await post("/oauth2/device", { client_id: CLIENT_ID, scopes: "chat:read" })).text);
  }
  async function poll(device_code: string, client_id = CLIENT_ID): Promise<string> {
    const { text } = await post("/oauth2/token", { client_id, device_code, grant_type: DEVICE_GRANT });
    return JSON.parse(text).message ?? "tokens";
  }
  const approved = await start();
  const denied = await start();
  const late = await start();
  assert.equal(await poll(approved.device_code), "authorization_pending");
  sim.switches.invalidWhilePending = true;
  assert.equal(await poll(approved.device_code), "invalid device code");
  sim.approveDevice(`${approved.user_code.slice(0, 4)}-${approved.user_code.slice(4).toLowerCase()}`);
  assert.equal(await poll(approved.device_code, PUBLIC_CLIENT.id), "invalid device code");
  assert.equal(await poll(approved.device_code), "tokens");
  assert.equal(await poll(approved.device_code), "invalid device code");
  sim.switches.invalidWhilePending = false;
  sim.denyDevice(denied.user_code);
  assert.equal(await poll(denied.device_code), "invalid device code");
  advance(1799);
  assert.equal(await poll(late.device_code), "authorization_pending");
  advance(1);
  assert.equal(await poll(late.device_code), "invalid device code");
  assert.throws(() => sim.approveDevice(late.user_code), /none is pending/);
});

Deno.test("an approved device code dies with the user's connection, and a wrong secret is refused", async () => {
  const { post, sim } = createDriver();
  const started = await post("/oauth2/device", { client_id: CLIENT_ID, scopes: "chat:read" });
  const { device_code, user_code } = JSON.parse(started.text);
  sim.approveDevice(user_code, { user: FIRST_USER.login });
  const poll = { client_id: CLIENT_ID, device_code, grant_type: DEVICE_GRANT };
  const wrong = await post("/oauth2/token", { ...poll, client_secret: "wrong" });
  assert.deepEqual([wrong.status, JSON.parse(wrong.text).message], [403, "invalid client secret"]);
  sim.disconnect(FIRST_USER.login, CLIENT_ID);
  assert.equal(JSON.parse((await post("/oauth2/token", poll)).text).message, "invalid device code");
});

Deno.test("/activate asks for the code, then for consent, and approves as the chosen user", async () => {
  const { post, send, sim } = createDriver();
  const started = await post("/oauth2/device", { client_id: PUBLIC_CLIENT.id, scopes: "chat:read" });
  const { device_code, user_code } = JSON.parse(started.text);
  assert.match((await send("/activate")).text, /name="device-code"/);
  assert.equal((await send("/activate?device-code=WRONG")).status, 404);
  const page = `/activate?public=true&device-code=${user_code}`;
  assert.match((await send(page)).text, /value="approve"/);
  await post(page, { decision: "approve", user: SECOND_USER.login });
  await post("/oauth2/token", { client_id: PUBLIC_CLIENT.id, device_code, grant_type: DEVICE_GRANT });
  assert.deepEqual(sim.grants().map(({ login }) => login), [SECOND_USER.login]);
  assert.equal((await send(page)).status, 404);
});
