import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, SECOND, type Time } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import type { RefreshOutcome } from "../../src/core/ports.ts";
import { AWAY, DOWN, INVALID, PORTAL, REFUSED } from "../support/scripted_twitch.ts";
import {
  later,
  OWL,
  PUBLIC,
  restarted,
  signedIn,
  stored,
  untilDue,
  type World,
  world,
} from "../support/world.ts";

/** Twitch says `Invalid refresh token` from now on. */
function refusing(made: World, times = 50): void {
  made.twitch.next("refresh", ...Array.from({ length: times }, (): RefreshOutcome => REFUSED));
}

function healthOf(login: Login): string {
  const { health } = login.account;
  return health.state === "connected" ? health.state : `${health.state} ${health.reason}`;
}

async function minutes(made: World, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) await later(made, MINUTE);
}

for (const app of [undefined, PUBLIC]) {
  const kind = app === undefined ? "confidential" : "public";

  Deno.test(`confirm() ends a login of a ${kind} app that Twitch refuses and /validate calls invalid, within a minute`, async () => {
    const made = await world(app);
    const login = await signedIn(made);
    await made.clock.advance(untilDue(made, login));
    made.twitch.disconnect(OWL);
    await made.refresher.due();
    assert.deepEqual(login.account.health, {
      state: "needs_login",
      since: made.clock.now(),
      reason: "refused",
    });
    assert.deepEqual(await made.store.journal(), []);
    assert.equal(login.access, undefined);
    assert.deepEqual(await made.store.account(login.account.key), login.account);
    assert.equal((await stored(made, login)).refresh.reveal(), "refresh-1");
  });

  Deno.test(`confirm() keeps serving a ${kind} app's token that /validate contradicts the refusal of`, async () => {
    const made = await world(app);
    const login = await signedIn(made);
    refusing(made, 1);
    await later(made, untilDue(made, login));
    assert.equal(healthOf(login), "retrying refused");
    assert.equal(login.access?.reveal(), "access-1");
    assert.deepEqual(await made.store.journal(), []);
    assert.deepEqual(login.account.refusals, { count: 1, first: made.clock.now(), last: made.clock.now() });
    await minutes(made, 5);
    assert.equal(healthOf(login), "connected");
    assert.equal(login.account.refusals, undefined);
  });
}

Deno.test("confirm() lets refused tokens be sent again after 5 min, 30 min, 2 h, then daily", async () => {
  const made = await world();
  made.twitch.life = () => 60 * DAY;
  const login = await signedIn(made);
  refusing(made);
  await later(made, HOUR);
  await made.refresher.one(login, "person");
  for (let minute = 0; minute < 4 * 24 * 60; minute++) await later(made, MINUTE);
  const times: Time[] = made.twitch.sent("refresh").map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  assert.deepEqual(gaps, [5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY, DAY, DAY]);
  assert.equal(healthOf(login), "retrying refused");
  assert.ok(made.twitch.accepts(login.access?.reveal() ?? ""));
});

Deno.test("confirm() asks again while /validate gives no answer to a refusal, and tells within a minute of its return", async () => {
  for (const silence of [AWAY, DOWN, PORTAL]) {
    const made = await world();
    const login = await signedIn(made);
    await made.clock.advance(untilDue(made, login));
    made.twitch.disconnect(OWL);
    refusing(made);
    made.twitch.away = silence;
    await made.refresher.due();
    await minutes(made, 10);
    assert.equal(login.account.health.state, "retrying");
    assert.equal(made.twitch.sent("refresh").length, 1, "nothing is sent before the second word");
    made.twitch.away = undefined;
    await minutes(made, 1);
    assert.equal(healthOf(login), "needs_login refused", silence.reason);
  }
});

Deno.test("one refusal of a token past its expiry ends nothing; a second one five minutes later does", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR + MINUTE);
  refusing(made);
  await made.refresher.due();
  assert.equal(healthOf(login), "retrying refused");
  await minutes(made, 4);
  assert.equal(healthOf(login), "retrying refused");
  assert.equal(made.twitch.sent("refresh").length, 1);
  await minutes(made, 1);
  assert.equal(healthOf(login), "needs_login refused");
  assert.equal(made.twitch.sent("refresh").length, 2);
});

Deno.test("a false refusal past the expiry is forgotten when the next try succeeds", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR + MINUTE);
  refusing(made, 1);
  await made.refresher.due();
  await minutes(made, 5);
  assert.equal(healthOf(login), "connected");
  assert.equal(login.account.refusals, undefined);
});

Deno.test("a login that was refused ends as soon as its token dies before its time", async () => {
  const made = await world();
  made.twitch.life = () => 60 * DAY;
  const login = await signedIn(made);
  refusing(made);
  await made.refresher.one(login, "person");
  await minutes(made, 5 + 30 + 120 + 1);
  assert.equal(healthOf(login), "retrying refused");
  made.twitch.disconnect(OWL);
  await minutes(made, 61);
  assert.equal(healthOf(login), "needs_login refused");
});

Deno.test("a refused login whose token dies stays refused, and nothing is sent, until /validate has been asked again", async () => {
  const made = await world();
  made.twitch.life = () => 60 * DAY;
  const login = await signedIn(made);
  refusing(made);
  await made.refresher.one(login, "person");
  await minutes(made, 5 + 30 + 120 + 1);
  const sent = made.twitch.sent("refresh").length;
  made.twitch.disconnect(OWL);
  login.validation = undefined;
  made.twitch.next("validate", INVALID, AWAY, AWAY);
  await minutes(made, 1);
  assert.equal(healthOf(login), "retrying refused");
  await minutes(made, 1);
  assert.equal(healthOf(login), "retrying refused");
  await minutes(made, 1);
  assert.equal(healthOf(login), "needs_login refused");
  assert.equal(made.twitch.sent("refresh").length, sent);
});

Deno.test("a login that was refused twice ends when its token expires, not at the next daily try", async () => {
  const made = await world();
  made.twitch.life = () => 20 * HOUR;
  const login = await signedIn(made);
  refusing(made);
  await made.refresher.one(login, "person");
  await minutes(made, 20 * 60 - 1);
  assert.equal(healthOf(login), "retrying refused");
  await minutes(made, 1);
  assert.equal(healthOf(login), "needs_login refused");
});

Deno.test("a dead login of a confidential app is tried daily and heals itself", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR + MINUTE);
  refusing(made, 4);
  for (let minute = 0; minute < 3 * 24 * 60; minute++) await later(made, MINUTE);
  const times = made.twitch.sent("refresh").map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  assert.deepEqual(gaps.slice(0, 3), [5 * MINUTE, DAY, DAY]);
  assert.equal(healthOf(login), "needs_login refused");
  const { health } = login.account;
  for (let minute = 0; minute < 24 * 60; minute++) await later(made, MINUTE);
  assert.equal(healthOf(login), "connected");
  assert.ok(made.twitch.accepts(login.access?.reveal() ?? ""));
  assert.equal(
    health.state !== "connected" && health.since,
    times[1],
    "it has been dead since the second refusal",
  );
});

Deno.test("a daily try of a dead login that fails keeps needs_login and waits a day", async () => {
  for (const silence of [AWAY, DOWN, PORTAL]) {
    const made = await world();
    const login = await signedIn(made);
    await made.clock.advance(untilDue(made, login));
    made.twitch.disconnect(OWL);
    await made.refresher.due();
    const dead = login.account.health;
    made.twitch.away = silence;
    for (let hour = 0; hour < 71; hour++) await later(made, HOUR);
    assert.deepEqual(login.account.health, dead);
    const tries = made.twitch.sent("refresh").length - 1;
    assert.ok(tries >= 2 && tries <= 3, `${tries} tries in three days`);
  }
});

Deno.test("a dead login of a public app is left to its user", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.twitch.disconnect(OWL);
  await made.refresher.due();
  const sent = made.twitch.sent("refresh").length;
  for (let hour = 0; hour < 100; hour++) await later(made, HOUR);
  assert.equal(made.twitch.sent("refresh").length, sent);
  assert.equal(healthOf(login), "needs_login refused");
});

Deno.test("refusals and the end of a login survive a restart", async () => {
  const before = await world();
  const login = await signedIn(before);
  await before.clock.advance(4 * HOUR + MINUTE);
  refusing(before);
  await before.refresher.due();
  const made = await restarted(before);
  await minutes(made, 5);
  const [again] = made.roster.all();
  assert.ok(again !== undefined && again !== login);
  assert.equal(healthOf(again), "needs_login refused");
  const [third] = (await restarted(made)).roster.all();
  assert.deepEqual(third?.account.health, again.account.health);
});

Deno.test("a refusal notes one send and no more until the second word is there", async () => {
  const made = await world();
  const login = await signedIn(made);
  refusing(made, 1);
  await later(made, untilDue(made, login));
  assert.deepEqual(login.account.sends, [made.clock.now()]);
  await later(made, 10 * SECOND);
  assert.equal(made.twitch.sent("refresh").length, 1);
});
