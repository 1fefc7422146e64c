// What a refresh does to the tokens that were there before, and everything that ends a sign-in.

import assert from "node:assert/strict";
import { type Answer, createDriver, type Driver, type Tokens } from "./driver.ts";
import {
  CONFIDENTIAL_CLIENT,
  FIRST_USER,
  PUBLIC_CLIENT,
  SECOND_USER,
  type SimulatedClient,
} from "./options.ts";

const DAY = 86_400;
const INVALID = { status: 400, message: "Invalid refresh token" };

async function refreshed(driver: Driver, client: SimulatedClient, refreshToken: string): Promise<Tokens> {
  const answer = await driver.refresh(client, refreshToken);
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text);
}

function assertInvalid(answer: Answer, status = 400): void {
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [status, { ...INVALID, status }]);
}

Deno.test("a public app's refresh spends the refresh token and ends the old access token", async () => {
  const driver = createDriver();
  const old = await driver.connect(PUBLIC_CLIENT);
  const fresh = await refreshed(driver, PUBLIC_CLIENT, old.refresh_token);
  assert.notEqual(fresh.refresh_token, old.refresh_token);
  assert.deepEqual(driver.sim.accessTokens(), [fresh.access_token]);
  assert.deepEqual(driver.sim.refreshTokens(), [fresh.refresh_token]);
  assert.equal((await driver.validate(old.access_token)).status, 401);
  assert.equal((await driver.validate(fresh.access_token)).status, 200);
});

Deno.test("a confidential app's refresh keeps both", async () => {
  const driver = createDriver();
  const old = await driver.connect(CONFIDENTIAL_CLIENT);
  const fresh = await refreshed(driver, CONFIDENTIAL_CLIENT, old.refresh_token);
  assert.equal(fresh.refresh_token, old.refresh_token);
  assert.deepEqual(driver.sim.accessTokens(), [old.access_token, fresh.access_token]);
  assert.equal(driver.sim.counters.replays, 0);
  assert.equal(driver.sim.counters.refreshes.get(1), 1);
});

Deno.test("habits can be turned round for either type of app", async () => {
  const driver = createDriver({
    clients: [
      { ...CONFIDENTIAL_CLIENT, rotateRefreshToken: true, oldAccessTokenAfterRefresh: "dies" },
      { ...PUBLIC_CLIENT, rotateRefreshToken: false, oldAccessTokenAfterRefresh: "survives" },
    ],
  });
  const confidential = await driver.connect(CONFIDENTIAL_CLIENT);
  const turned = await refreshed(driver, CONFIDENTIAL_CLIENT, confidential.refresh_token);
  assert.notEqual(turned.refresh_token, confidential.refresh_token);
  assert.equal(driver.sim.isLive(confidential.access_token), false);
  assertInvalid(await driver.refresh(CONFIDENTIAL_CLIENT, confidential.refresh_token));
  assert.ok(driver.sim.isLive(turned.access_token), "a confidential app's replay is not punished by default");

  const open = await driver.connect(PUBLIC_CLIENT);
  const kept = await refreshed(driver, PUBLIC_CLIENT, open.refresh_token);
  assert.equal(kept.refresh_token, open.refresh_token);
  assert.ok(driver.sim.isLive(open.access_token));
});

Deno.test("a spent refresh token that comes again ends the user's whole connection with the app", async () => {
  const driver = createDriver();
  const { sim } = driver;
  const first = await driver.connect(PUBLIC_CLIENT);
  const second = await driver.connect(PUBLIC_CLIENT, "chat:edit");
  const elsewhere = await driver.connect(PUBLIC_CLIENT, "chat:read", SECOND_USER.login);
  const otherApp = await driver.connect(CONFIDENTIAL_CLIENT);
  const fresh = await refreshed(driver, PUBLIC_CLIENT, first.refresh_token);

  assertInvalid(await driver.refresh(PUBLIC_CLIENT, first.refresh_token));
  for (const { access_token, refresh_token } of [first, second, fresh]) {
    assert.equal(sim.isLive(access_token) || sim.isLive(refresh_token), false);
  }
  for (const { access_token, refresh_token } of [elsewhere, otherApp]) {
    assert.ok(sim.isLive(access_token) && sim.isLive(refresh_token));
  }
  assertInvalid(await driver.refresh(PUBLIC_CLIENT, fresh.refresh_token));
  assert.equal(sim.counters.replays, 1);

  const again = await driver.connect(PUBLIC_CLIENT);
  assertInvalid(await driver.refresh(PUBLIC_CLIENT, first.refresh_token));
  assert.ok(sim.isLive(again.access_token), "a new connection has nothing to do with the old one");
  assert.equal(sim.counters.replays, 2);
});

Deno.test("of two refreshes at once a public app wins one and loses everything", async () => {
  const driver = createDriver();
  const { refresh_token } = await driver.connect(PUBLIC_CLIENT);
  const answers = await Promise.all([1, 2].map(() => driver.refresh(PUBLIC_CLIENT, refresh_token)));
  assert.deepEqual(answers.map(({ status }) => status), [200, 400]);
  assert.deepEqual([...driver.sim.accessTokens(), ...driver.sim.refreshTokens()], []);
});

Deno.test("replayKillsGrant off: a replay is refused and nothing else happens", async () => {
  const driver = createDriver({ replayKillsGrant: false });
  const old = await driver.connect(PUBLIC_CLIENT);
  const fresh = await refreshed(driver, PUBLIC_CLIENT, old.refresh_token);
  assertInvalid(await driver.refresh(PUBLIC_CLIENT, old.refresh_token));
  assert.equal(driver.sim.counters.replays, 1);
  assert.ok(driver.sim.isLive(fresh.refresh_token));
});

Deno.test("a public refresh token lives thirty days from its making, a confidential one for ever", async () => {
  const driver = createDriver();
  const { refresh_token } = await driver.connect(PUBLIC_CLIENT);
  const lasting = await driver.connect(CONFIDENTIAL_CLIENT);
  driver.advance(30 * DAY - 1);
  const renewed = await refreshed(driver, PUBLIC_CLIENT, refresh_token);
  driver.advance(30 * DAY);
  assertInvalid(await driver.refresh(PUBLIC_CLIENT, renewed.refresh_token));
  assert.equal(driver.sim.isLive(renewed.refresh_token), false);
  driver.advance(3650 * DAY);
  await refreshed(driver, CONFIDENTIAL_CLIENT, lasting.refresh_token);
});

Deno.test("refreshTokenLifeFrom chooses whether use prolongs a refresh token that stays", async () => {
  for (const [refreshTokenLifeFrom, status] of [["generation", 400], ["last use", 200]] as const) {
    const driver = createDriver({ refreshTokenLifeFrom, refreshTokenLife: 30 * DAY });
    const { refresh_token } = await driver.connect(CONFIDENTIAL_CLIENT);
    driver.advance(20 * DAY);
    await refreshed(driver, CONFIDENTIAL_CLIENT, refresh_token);
    driver.advance(20 * DAY);
    assert.equal((await driver.refresh(CONFIDENTIAL_CLIENT, refresh_token)).status, status);
  }
});

Deno.test("the 51st valid access token of a refresh token is refused, or takes the oldest one's place", async () => {
  const driver = createDriver();
  const first = await driver.connect(CONFIDENTIAL_CLIENT);
  for (let count = 1; count < 50; count += 1) {
    await refreshed(driver, CONFIDENTIAL_CLIENT, first.refresh_token);
  }
  const refused = await driver.refresh(CONFIDENTIAL_CLIENT, first.refresh_token);
  assert.equal(refused.status, 400);
  assert.notEqual(JSON.parse(refused.text).message, INVALID.message);
  assert.equal(driver.sim.accessTokens().length, 50);

  driver.sim.switches.beyondMaxAccessTokens = "drop oldest";
  await refreshed(driver, CONFIDENTIAL_CLIENT, first.refresh_token);
  assert.equal(driver.sim.accessTokens().length, 50);
  assert.equal(driver.sim.isLive(first.access_token), false);

  driver.sim.switches.beyondMaxAccessTokens = "refuse";
  driver.advance(15_600);
  await refreshed(driver, CONFIDENTIAL_CLIENT, first.refresh_token);
});

Deno.test("omitRefreshTokenField leaves the field out of refresh answers alone", async () => {
  const driver = createDriver({ omitRefreshTokenField: true });
  const { refresh_token } = await driver.connect(CONFIDENTIAL_CLIENT);
  const answer = await driver.refresh(CONFIDENTIAL_CLIENT, refresh_token);
  assert.deepEqual(Object.keys(JSON.parse(answer.text)), [
    "access_token",
    "expires_in",
    "scope",
    "token_type",
  ]);
  await refreshed(driver, CONFIDENTIAL_CLIENT, refresh_token);
});

Deno.test("a scope parameter beyond what was granted is refused and spends nothing", async () => {
  const { connect, post, sim } = createDriver();
  const { refresh_token } = await connect(PUBLIC_CLIENT, "chat:read");
  const answer = await post("/oauth2/token", {
    client_id: PUBLIC_CLIENT.id,
    grant_type: "refresh_token",
    refresh_token,
    scope: "chat:read chat:edit",
  });
  assert.deepEqual([answer.status, JSON.parse(answer.text).message], [
    400,
    "invalid scope requested: 'chat:edit'",
  ]);
  assert.ok(sim.isLive(refresh_token));
});

Deno.test("a refresh token belongs to its app, and survives only properly encoded", async () => {
  const driver = createDriver({ refreshTokenAlphabet: "%2F/+ab" });
  const { refresh_token } = await driver.connect(PUBLIC_CLIENT);
  assertInvalid(await driver.refresh(CONFIDENTIAL_CLIENT, refresh_token));
  const careless = await driver.send("/oauth2/token", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: `client_id=${PUBLIC_CLIENT.id}&grant_type=refresh_token&refresh_token=${refresh_token}`,
  });
  assertInvalid(careless);
  await refreshed(driver, PUBLIC_CLIENT, refresh_token);
});

Deno.test("disconnect() and changePassword() end tokens; what they reach differs", async () => {
  const driver = createDriver();
  const { sim } = driver;
  const here = await driver.connect(CONFIDENTIAL_CLIENT);
  const there = await driver.connect(PUBLIC_CLIENT);
  const other = await driver.connect(CONFIDENTIAL_CLIENT, "chat:read", SECOND_USER.login);
  sim.disconnect(FIRST_USER.login, CONFIDENTIAL_CLIENT.id);
  assertInvalid(await driver.refresh(CONFIDENTIAL_CLIENT, here.refresh_token), 401);
  assert.equal((await driver.validate(here.access_token)).status, 401);
  assert.equal((await driver.validate(there.access_token)).status, 200);
  sim.switches.endedGrantStatus = 400;
  assertInvalid(await driver.refresh(CONFIDENTIAL_CLIENT, here.refresh_token), 400);
  sim.changePassword(FIRST_USER.id);
  assert.deepEqual(sim.accessTokens(), [other.access_token]);
  assert.deepEqual(sim.refreshTokens(), [other.refresh_token]);
});

Deno.test("rotateSecret() refuses the old secret at once and leaves the tokens alone", async () => {
  const driver = createDriver();
  const { access_token, refresh_token } = await driver.connect(CONFIDENTIAL_CLIENT);
  driver.sim.rotateSecret(CONFIDENTIAL_CLIENT.id, "new");
  const refused = await driver.refresh(CONFIDENTIAL_CLIENT, refresh_token);
  assert.deepEqual([refused.status, JSON.parse(refused.text).message], [403, "invalid client secret"]);
  assert.equal((await driver.validate(access_token)).status, 200);
  await refreshed(driver, { ...CONFIDENTIAL_CLIENT, secret: "new" }, refresh_token);
});

Deno.test("revokeToken() takes back either token alone, renameUser() shows at /validate", async () => {
  const { connect, validate, refresh, sim } = createDriver();
  const { access_token, refresh_token } = await connect(CONFIDENTIAL_CLIENT);
  sim.renameUser(FIRST_USER.login, { login: "ada_new" });
  assert.equal(JSON.parse((await validate(access_token)).text).login, "ada_new");
  assert.equal(sim.revokeToken(access_token), true);
  assert.equal(sim.revokeToken(access_token), false);
  assert.ok(sim.isLive(refresh_token));
  assert.equal(sim.revokeToken(refresh_token), true);
  assertInvalid(await refresh(CONFIDENTIAL_CLIENT, refresh_token));
});

Deno.test("grants(), requests and counters tell what happened", async () => {
  const { connect, refresh, validate, sim } = createDriver();
  const old = await connect(PUBLIC_CLIENT);
  await refresh(PUBLIC_CLIENT, old.refresh_token);
  await validate(old.access_token);
  await validate(old.access_token);
  const [grant] = sim.grants();
  assert.deepEqual(grant, {
    id: 1,
    clientId: PUBLIC_CLIENT.id,
    login: FIRST_USER.login,
    scopes: ["chat:read"],
    refreshes: 1,
    accessTokens: sim.accessTokens(),
    refreshToken: sim.refreshTokens()[0],
  });
  const { requests, validates } = sim.counters;
  assert.deepEqual([requests.device, requests.token, requests.validate, requests.helix], [1, 2, 2, 0]);
  assert.equal(validates.get(old.access_token), 2);
  assert.deepEqual(sim.requests[2], {
    endpoint: "token",
    method: "POST",
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    params: { client_id: PUBLIC_CLIENT.id, grant_type: "refresh_token", refresh_token: old.refresh_token },
    inQuery: [],
    token: undefined,
    status: 200,
  });
});
