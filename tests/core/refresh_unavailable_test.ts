import assert from "node:assert/strict";
import { type Duration, HOUR, MINUTE, type Reason, SECOND } from "../../src/core/account.ts";
import type { RefreshOutcome, Unavailable } from "../../src/core/ports.ts";
import {
  AWAY,
  BAD_APP,
  CUT,
  DOWN,
  PORTAL,
  TIMEOUT,
  TOO_MANY,
  unavailable,
} from "../support/scripted_twitch.ts";
import { later, PUBLIC, restarted, signedIn, stored, untilDue, world } from "../support/world.ts";

const requestRefused = unavailable({ reason: "twitch_error", spent: "no" });

/** The outcome, whether the journal row goes, whether it counts as a send, and the longest wait after it. */
const outcomes: readonly (readonly [string, Unavailable, boolean, boolean, Duration])[] = [
  ["never left", AWAY, true, false, MINUTE],
  ["ended in a 429", TOO_MANY, true, true, 15 * MINUTE],
  ["ended in a complaint about the client", BAD_APP, true, true, 15 * MINUTE],
  ["ended in a complaint about the request", requestRefused, true, true, 15 * MINUTE],
  ["was cut", CUT, false, true, 15 * MINUTE],
  ["timed out", TIMEOUT, false, true, 15 * MINUTE],
  ["ended in a 5xx", DOWN, false, true, 15 * MINUTE],
  ["ended in an answer that is not Twitch's", PORTAL, false, true, 15 * MINUTE],
];

for (const app of [undefined, PUBLIC]) {
  const kind = app === undefined ? "reusable" : "single-use";
  for (const [name, outcome, rowGoes, counts] of outcomes) {
    Deno.test(`send() of a ${kind} token that ${name} ${rowGoes ? "ends" : "keeps"} the journal row and serves on`, async () => {
      const made = await world(app);
      const login = await signedIn(made);
      made.twitch.next("refresh", outcome);
      await later(made, untilDue(made, login));

      assert.equal(made.twitch.sent("refresh").length, 1);
      assert.equal((await made.store.journal()).length, rowGoes ? 0 : 1);
      assert.equal(login.open === undefined, rowGoes);
      const { health, sends } = login.account;
      assert.equal(health.state === "retrying" && health.reason, outcome.reason);
      assert.equal(sends.length, counts ? 1 : 0);
      assert.deepEqual(await made.store.account(login.account.key), login.account);
      assert.equal(login.access?.reveal(), "access-1");
      assert.equal((await stored(made, login)).refresh.reveal(), "refresh-1");
    });
  }
}

for (const [name, outcome, , , cap] of outcomes) {
  Deno.test(`send() of a token that ${name} is tried again, never more than ${cap / MINUTE} min later`, async () => {
    const made = await world();
    const login = await signedIn(made);
    made.random = 0.999;
    // The wait after a 5xx is ended by a /validate that answers after one that did not: here it always answers.
    made.twitch.next("refresh", ...Array.from({ length: 5 }, (): RefreshOutcome => outcome));
    await made.clock.advance(untilDue(made, login));
    for (let second = 0; second < 600 && made.twitch.sent("refresh").length < 6; second++) {
      await later(made, SECOND);
    }
    const times = made.twitch.sent("refresh").map(({ at }) => at);
    assert.equal(times.length, 6);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    for (const gap of gaps) assert.ok(gap >= 2 * SECOND && gap <= cap + SECOND);
    if (cap > MINUTE) assert.ok((gaps.at(-1) ?? 0) > 2 * MINUTE);
    assert.equal(login.account.health.state, "connected");
    assert.deepEqual(login.account.sends, []);
  });
}

Deno.test("send() of a single-use token sends nothing while /validate gives no answer", async () => {
  for (const silence of [AWAY, CUT, DOWN, PORTAL, TOO_MANY]) {
    const made = await world(PUBLIC);
    const login = await signedIn(made);
    made.twitch.away = silence;
    await made.clock.advance(untilDue(made, login) - 30 * SECOND);
    made.events.length = 0;
    for (let seconds = 0; seconds < 180; seconds += 5) await later(made, 5 * SECOND);
    assert.equal(made.twitch.sent("refresh").length, 0);
    assert.equal(made.events.includes("beginRefresh"), false);
    assert.deepEqual(await made.store.journal(), []);
    assert.equal(login.account.health.state, "retrying");

    made.twitch.away = undefined;
    await later(made, MINUTE);
    assert.equal(made.twitch.sent("refresh").length, 1);
    assert.equal(login.account.health.state, "connected");
  }
});

Deno.test("send() of a single-use token goes on if /validate says 401: that is an answer", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.oldTokensDie = true;
  await made.clock.advance(4 * HOUR + MINUTE);
  await made.refresher.due();
  assert.equal(login.access?.reveal(), "access-2");
});

Deno.test("send() is tried eight times an hour at most, also across restarts", async () => {
  const first = await world();
  await signedIn(first);
  first.random = 0;
  first.twitch.next("refresh", ...Array.from({ length: 30 }, (): RefreshOutcome => TOO_MANY));
  await first.clock.advance(119 * MINUTE);
  let made = first;
  for (let minute = 0; minute < 59; minute++) {
    for (const login of made.roster.all()) {
      // As if somebody kept pressing the button.
      await made.refresher.one(login, "person");
    }
    await later(made, MINUTE);
    if (minute % 3 === 0) made = await restarted(made);
  }
  assert.equal(made.twitch.sent("refresh").length, 8);
  await later(made, 2 * MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 9);
});

Deno.test("send() does not count requests that never left", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.away = AWAY;
  await made.clock.advance(untilDue(made, login));
  for (let minute = 0; minute < 20; minute++) await later(made, MINUTE);
  assert.ok(made.twitch.sent("refresh").length > 15);
  assert.deepEqual(login.account.sends, []);
});

Deno.test("a wait survives a restart", async () => {
  const before = await world();
  const login = await signedIn(before);
  before.twitch.next(
    "refresh",
    unavailable({ reason: "rate_limited", spent: "no", retryAfter: 10 * MINUTE }),
  );
  await later(before, untilDue(before, login));
  const made = await restarted(before);
  for (let minute = 0; minute < 9; minute++) await later(made, MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 1);
  await later(made, 2 * MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 2);
});

Deno.test("send() of a reusable token that was open when the program died is sent again at start", async () => {
  const before = await world();
  const login = await signedIn(before);
  before.twitch.hold("refresh");
  await before.clock.advance(untilDue(before, login));
  before.refresher.one(login, "job");
  await before.clock.advance(0);
  assert.equal((await before.store.journal()).length, 1);

  const made = await restarted(before);
  const [again] = made.roster.all();
  assert.notEqual(again?.open, undefined);
  await made.refresher.due();
  assert.equal(again?.access?.reveal(), "access-2");
  assert.deepEqual(await made.store.journal(), []);
});

const never: readonly Reason[] = ["refused", "answer_lost"];

Deno.test("no outage of any kind ends a login of an app that does not rotate", async () => {
  for (const silence of [AWAY, CUT, TIMEOUT, DOWN, PORTAL, TOO_MANY, BAD_APP, requestRefused]) {
    const made = await world();
    const login = await signedIn(made);
    made.twitch.away = silence;
    for (let hour = 0; hour < 16; hour++) {
      await later(made, HOUR);
      const { health } = login.account;
      assert.notEqual(health.state, "needs_login");
      assert.ok(health.state === "connected" || !never.includes(health.reason));
    }
    made.twitch.away = undefined;
    for (let minute = 0; minute < 60 && login.account.health.state !== "connected"; minute++) {
      await later(made, MINUTE);
    }
    assert.equal(login.account.health.state, "connected", silence.reason);
  }
});
