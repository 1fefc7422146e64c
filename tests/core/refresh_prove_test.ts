import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import type { RefreshOutcome } from "../../src/core/ports.ts";
import { AWAY, CUT, DOWN, INVALID, PORTAL, type Script } from "../support/scripted_twitch.ts";
import {
  CONFIDENTIAL,
  later,
  PUBLIC,
  restarted,
  signedIn,
  stored,
  untilDue,
  type World,
  world,
} from "../support/world.ts";

/** Twitch acts on the request, but the answer is lost. */
const lostAnswer: Script<RefreshOutcome> = (act) => {
  act();
  return CUT;
};

/** A single-use token was sent, and what came back is `script`. */
async function sentOnce(script: Script<RefreshOutcome>, app = PUBLIC): Promise<[World, Login]> {
  const made = await world(app);
  const login = await signedIn(made);
  if (app === CONFIDENTIAL) {
    made.twitch.rotates = true;
    await made.roster.learn("app-1", { rotates: true });
  }
  made.twitch.next("refresh", script);
  await later(made, untilDue(made, login));
  assert.equal(made.twitch.sent("refresh").length, 1);
  assert.equal((await made.store.journal()).length, 1);
  return [made, login];
}

async function assertLost(made: World, login: Login): Promise<void> {
  const { health } = login.account;
  assert.deepEqual([health.state, health.state !== "connected" && health.reason], [
    "needs_login",
    "answer_lost",
  ]);
  assert.deepEqual(await made.store.journal(), []);
  const sent = made.twitch.sent("refresh").length;
  const again = await restarted(made);
  for (let hour = 0; hour < 72; hour++) await later(again, HOUR);
  for (const one of again.roster.all()) await again.refresher.one(one, "person");
  assert.equal(again.twitch.sent("refresh").length, sent, "the spent token was sent again");
}

for (const app of [PUBLIC, CONFIDENTIAL]) {
  const kind = app === PUBLIC ? "a public app" : "an app that was seen to rotate";

  Deno.test(`prove() lets ${kind} send once more after /validate has shown that nothing was exchanged`, async () => {
    const [made, login] = await sentOnce(CUT, app);
    await later(made, 29 * SECOND);
    assert.equal(made.twitch.sent("refresh").length, 1);
    made.events.length = 0;
    await later(made, SECOND);
    assert.deepEqual(made.events.slice(0, 2), ["validate access-1", "endRefresh"]);
    assert.deepEqual(made.twitch.sent("refresh").map(({ token }) => token), ["refresh-1", "refresh-1"]);
    assert.equal(login.account.health.state, "connected");
    assert.equal((await stored(made, login)).refresh.reveal(), "refresh-2");
  });

  Deno.test(`prove() ends the login of ${kind} if /validate says 401, and never sends the spent token again`, async () => {
    const [made, login] = await sentOnce(lostAnswer, app);
    made.twitch.next("validate", INVALID);
    await later(made, 30 * SECOND);
    await assertLost(made, login);
  });
}

Deno.test("prove() needs a new proof for each further send", async () => {
  const [made, login] = await sentOnce(CUT);
  made.twitch.next("refresh", CUT, lostAnswer);
  await later(made, 30 * SECOND);
  assert.equal(made.twitch.sent("refresh").length, 2);
  assert.equal((await made.store.journal()).length, 1);
  for (let second = 0; second < 40; second++) await later(made, SECOND);
  assert.equal(made.twitch.sent("refresh").length, 3);
  for (let second = 0; second < 40; second++) await later(made, SECOND);
  assert.equal(made.twitch.sent("refresh").length, 3);
  assert.equal(login.account.health.state, "needs_login");
});

Deno.test("prove() asks again while /validate gives no answer, and tells when it does", async () => {
  for (const silence of [AWAY, CUT, DOWN, PORTAL]) {
    const [made, login] = await sentOnce(CUT);
    made.twitch.away = silence;
    for (let second = 0; second < 300; second += 5) await later(made, 5 * SECOND);
    assert.equal(made.twitch.sent("refresh").length, 1);
    assert.equal((await made.store.journal()).length, 1);
    assert.equal(login.account.health.state, "retrying");
    made.twitch.away = undefined;
    await later(made, MINUTE);
    assert.equal(login.account.health.state, "connected", silence.reason);
    assert.equal(made.twitch.sent("refresh").length, 2);
  }
});

Deno.test("prove() waits a twentieth of a short life", async () => {
  const made = await world(PUBLIC);
  made.twitch.life = () => 100 * SECOND;
  const login = await signedIn(made);
  made.twitch.next("refresh", CUT);
  await later(made, 75 * SECOND);
  made.random = 0;
  assert.equal(made.twitch.sent("refresh").length, 1);
  await later(made, 4 * SECOND);
  assert.equal(made.twitch.sent("refresh").length, 1);
  await later(made, SECOND);
  await later(made, 10 * SECOND);
  assert.equal(made.twitch.sent("refresh").length, 2);
  assert.equal(login.account.health.state, "connected");
});

Deno.test("prove() ends no login because of a clock that is ahead: Twitch says whether the token has expired", async () => {
  const [made, login] = await sentOnce(CUT);
  made.twitch.away = AWAY;
  made.clock.jump(365 * 24 * HOUR);
  for (let minute = 0; minute < 5; minute++) await later(made, MINUTE);
  assert.equal(login.account.health.state, "retrying");
  assert.equal(made.twitch.sent("refresh").length, 1);
  made.clock.jump(-365 * 24 * HOUR);
  made.twitch.away = undefined;
  await later(made, MINUTE);
  await later(made, MINUTE);
  assert.equal(login.account.health.state, "connected");
});

Deno.test("prove() ends the login if the token is past its expiry: nothing can be shown any more", async () => {
  const [made, login] = await sentOnce(CUT);
  made.twitch.away = AWAY;
  await made.clock.advance(HOUR);
  made.twitch.away = undefined;
  await made.refresher.due();
  await assertLost(made, login);
});

Deno.test("prove() ends the login at once where old tokens survive a refresh: /validate proves nothing there", async () => {
  const made = await world(CONFIDENTIAL);
  made.twitch.rotates = true;
  const login = await signedIn(made);
  await later(made, untilDue(made, login));
  assert.deepEqual(await made.store.facts("app-1"), { rotates: true, oldAccess: "survives" });
  made.twitch.next("refresh", CUT);
  await later(made, untilDue(made, login));
  await later(made, 30 * SECOND);
  assert.equal(login.access?.reveal(), "access-2");
  await assertLost(made, login);
});

Deno.test("prove() finds out at start what became of a refresh that was under way when the program died", async () => {
  for (const acted of [false, true]) {
    const before = await world(PUBLIC);
    const login = await signedIn(before);
    await before.clock.advance(untilDue(before, login));
    if (acted) before.twitch.next("refresh", lostAnswer);
    else before.twitch.next("refresh", CUT);
    before.onStore = (method) => {
      if (method === "replace" || method === "endRefresh") throw new Error("the process is gone");
    };
    await before.refresher.due();

    const made = await restarted(before);
    const [again] = made.roster.all();
    assert.ok(again !== undefined);
    assert.notEqual(again.open, undefined);
    for (let second = 0; second < 40; second++) await later(made, SECOND);
    assert.equal(again.account.health.state, acted ? "needs_login" : "connected");
    assert.equal(made.twitch.sent("refresh").length, acted ? 1 : 2);
  }
});

Deno.test("an outage of 5xx longer than the token's life does not end the login of a public app", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.twitch.next("refresh", ...Array.from({ length: 40 }, (): RefreshOutcome => DOWN));
  for (let minute = 0; minute < 60 && made.clock.now() < (login.account.expiresAt ?? 0); minute++) {
    await later(made, MINUTE);
    if (login.open === undefined) continue;
    const at = login.open.at;
    assert.ok(made.clock.now() - at <= 2 * MINUTE, "an open refresh was left without a proof");
  }
  assert.notEqual(login.account.health.state, "needs_login");
});

Deno.test("a replayed single-use token kills the login: the fake would show it", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  const { refresh } = await stored(made, login);
  const first = await made.twitch.refresh(PUBLIC, refresh);
  assert.equal(first.kind, "refreshed");
  assert.equal(made.twitch.liveTokens, 1);
  assert.equal((await made.twitch.refresh(PUBLIC, refresh)).kind, "refused");
  assert.equal(made.twitch.liveTokens, 0);
});

Deno.test("prove() asks no more about a login that was removed meanwhile", async () => {
  const [made, login] = await sentOnce(CUT);
  const release = made.twitch.hold("validate");
  made.twitch.calls.length = 0;
  await made.clock.advance(30 * SECOND);
  const work = made.refresher.one(login, "job");
  await made.clock.advance(0);
  await made.roster.remove(login);
  release();
  await work;
  assert.equal(made.twitch.sent("validate").length, 1);
  assert.equal(made.twitch.sent("refresh").length, 0);
});
