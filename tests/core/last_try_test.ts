import assert from "node:assert/strict";
import { HOUR, SECOND } from "../../src/core/account.ts";
import { identify } from "../../src/core/admit.ts";
import { lastTry } from "../../src/core/last_try.ts";
import { AppError } from "../../src/core/error.ts";
import type { Login } from "../../src/core/login.ts";
import type { Secret } from "../../src/core/secret.ts";
import { settled } from "../support/fake_clock.ts";
import { AWAY, CUT, INVALID } from "../support/scripted_twitch.ts";
import {
  later,
  OWL,
  PUBLIC,
  SCOPES,
  signedIn,
  stored,
  untilDue,
  type World,
  world,
  WREN,
} from "../support/world.ts";

/** A login that ended because Twitch's answer to a refresh was lost. */
async function lost(): Promise<[World, Login]> {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.next("refresh", (act) => {
    act();
    return CUT;
  });
  await later(made, untilDue(made, login));
  for (let second = 0; second < 40; second++) await later(made, SECOND);
  assert.equal(reasonOf(login), "answer_lost");
  assert.equal(made.twitch.sent("refresh").length, 1);
  made.events.length = 0;
  return [made, login];
}

function reasonOf({ account: { health } }: Login): string | undefined {
  return health.state === "needs_login" ? health.reason : undefined;
}

async function trying({ roster, refresher, connector }: World, login: Login): Promise<string | undefined> {
  try {
    await lastTry({ roster, refresher, held: connector.held }, login);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.match(error.message, /^Cannot try nightowl once more: /);
    return error.code;
  }
}

Deno.test("lastTry() journals and sends the spent token, and takes the grant that comes", async () => {
  const [made, login] = await lost();
  const tokens = made.twitch.grant(OWL, PUBLIC.clientId, ["chat:read"]);
  made.twitch.next("refresh", { kind: "refreshed", tokens });
  assert.equal(await trying(made, login), undefined);
  assert.deepEqual(made.events.filter((event) => !event.startsWith("validate")).slice(0, 4), [
    "beginRefresh",
    "refresh refresh-1",
    "endRefresh",
    `shown ${tokens.access?.reveal()}`,
  ]);
  assert.equal(login.account.health.state, "connected");
  assert.equal((await stored(made, login)).refresh.reveal(), tokens.refresh?.reveal());
  assert.deepEqual(await made.store.journal(), []);
});

Deno.test("lastTry() tells a refusal of Twitch, and the login stays as it was", async () => {
  const [made, login] = await lost();
  const before = login.account.health;
  assert.equal(await trying(made, login), "needs_login");
  assert.deepEqual(login.account.health, before);
  assert.deepEqual(await made.store.journal(), []);
  for (let hour = 0; hour < 48; hour++) await later(made, HOUR);
  assert.equal(made.twitch.sent("refresh").length, 2, "only a person sends it again");
  assert.equal(await trying(made, login), "needs_login");
  assert.equal(made.twitch.sent("refresh").length, 3);
});

Deno.test("lastTry() whose answer is lost as well ends as the login began: once, and with the old date", async () => {
  const [made, login] = await lost();
  const before = login.account.health;
  made.twitch.next("refresh", CUT);
  assert.equal(await trying(made, login), "unavailable");
  assert.equal(await trying(made, login), "unavailable");
  assert.equal(made.twitch.sent("refresh").length, 2, "an open one is not sent again");
  for (let second = 0; second < 40; second++) await later(made, SECOND);
  assert.deepEqual(login.account.health, before);
  assert.deepEqual(await made.store.journal(), []);
});

Deno.test("lastTry() sends nothing while Twitch does not answer, nor what cannot be journalled", async () => {
  const [made, login] = await lost();
  made.twitch.away = AWAY;
  assert.equal(await trying(made, login), "unavailable");
  made.twitch.away = undefined;
  made.store.failWrites = true;
  assert.equal(await trying(made, login), "unavailable");
  assert.equal(made.twitch.sent("refresh").length, 1);
  made.store.failWrites = false;
  assert.equal(await trying(made, login), "needs_login");
  assert.equal(made.twitch.sent("refresh").length, 2);
});

Deno.test("lastTry() is refused for a login that has not ended so", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  assert.equal(await trying(made, login), "refused");
  made.twitch.disconnect(OWL);
  await later(made, untilDue(made, login));
  assert.equal(reasonOf(login), "refused");
  const sent = made.twitch.sent("refresh").length;
  assert.equal(await trying(made, login), "refused");
  assert.equal(made.twitch.sent("refresh").length, sent);
});

Deno.test("lastTry() is refused while the same app has another grant of the user, and where a token lives", async () => {
  const [made, login] = await lost();
  // The store keeps one row per Twitch user; another can only come about in memory.
  const other = await signedIn(made, { twitchId: "67890", login: "wren" });
  other.account = { ...other.account, twitchId: login.account.twitchId };
  assert.equal(await trying(made, login), "refused");
  other.account = { ...other.account, clientId: "app-2" };
  assert.equal(await trying(made, login), "needs_login", "another app is no hindrance");

  const [again, dead] = await lost();
  dead.access = again.twitch.grant(OWL, PUBLIC.clientId, ["chat:read"]).access;
  assert.equal(await trying(again, dead), "refused");
  again.twitch.next("validate", INVALID, INVALID);
  assert.equal(await trying(again, dead), "needs_login");
});

/** Somebody was asked to sign in again as `WREN` and came as `OWL`. */
async function comesUnexpected(made: World, clientId = PUBLIC.clientId): Promise<Secret> {
  const asked = { app: { ...PUBLIC, clientId }, scopes: SCOPES, label: "", expected: WREN.twitchId };
  const newcomer = await identify(made.roster, asked, made.twitch.grant(OWL, clientId, SCOPES));
  return (await made.connector.held.hold(asked, newcomer)).ref;
}

Deno.test("lastTry() is refused while nobody has decided about a sign-in of the same app and user", async () => {
  for (const decision of ["keep", "discard"] as const) {
    const [made, login] = await lost();
    const ref = await comesUnexpected(made);
    assert.equal(await trying(made, login), "refused");
    const release = made.twitch.hold("revoke");
    made.onStore = async (method) => {
      if (method !== "replace") return;
      made.onStore = undefined;
      assert.equal(await trying(made, login), "refused", "it is being taken in");
    };
    const decided = made.connector.held[decision](ref);
    await settled();
    if (decision === "discard") assert.equal(await trying(made, login), "refused", "it still lives");
    release();
    await decided;
    assert.equal(made.twitch.sent("refresh").length, 1);
    assert.equal(await trying(made, login), decision === "keep" ? "refused" : "needs_login");
  }
});

Deno.test("lastTry() is not hindered by a held sign-in of another user or app", async () => {
  const [made, login] = await lost();
  const asked = { app: PUBLIC, scopes: SCOPES, label: "", expected: OWL.twitchId };
  const wren = await identify(made.roster, asked, made.twitch.grant(WREN, PUBLIC.clientId, SCOPES));
  made.connector.held.hold(asked, wren);
  await comesUnexpected(made, "app-2");
  assert.equal(await trying(made, login), "needs_login");
  await made.connector.close();
});

Deno.test("lastTry() needs the app of the login, a runtime that sends once, and the key", async () => {
  const [made, login] = await lost();
  await made.roster.useApp({ ...PUBLIC, clientId: "app-2" });
  assert.equal(await trying(made, login), "settings");
  await made.roster.useApp(PUBLIC);
  made.twitch.sendsOnce = false;
  assert.equal(await trying(made, login), "unsafe_runtime");
  made.twitch.sendsOnce = true;
  made.vault.locked = "the key is missing";
  assert.equal(await trying(made, login), "locked");
  made.vault.locked = undefined;
  assert.equal(made.twitch.sent("refresh").length, 1);
  assert.equal(await trying(made, login), "needs_login");
});

Deno.test("lastTry() keeps the hourly limit", async () => {
  const [made, login] = await lost();
  for (let tries = 0; tries < 7; tries++) assert.equal(await trying(made, login), "needs_login");
  assert.equal(await trying(made, login), "unavailable");
  assert.equal(made.twitch.sent("refresh").length, 8);
  await later(made, HOUR);
  assert.equal(await trying(made, login), "needs_login");
});

Deno.test("alone() waits for what is under way, and holds back what comes meanwhile", async () => {
  const made = await world();
  const login = await signedIn(made);
  const letRefresh = made.twitch.hold("refresh");
  const { promise, reject } = Promise.withResolvers<void>();
  const running = made.refresher.one(login, "person");
  const generations: number[] = [];
  const work = made.refresher.alone(login, () => {
    generations.push(login.account.generation);
    return promise;
  });
  letRefresh();
  await running;
  const joined = made.refresher.one(login, "person");
  reject(new Error("failed"));
  await assert.rejects(work, /failed/);
  await joined;
  assert.deepEqual(generations, [2]);
  assert.equal(made.twitch.sent("refresh").length, 1);
  await made.refresher.one(login, "person");
  assert.equal(made.twitch.sent("refresh").length, 2, "afterwards all goes on");
});
