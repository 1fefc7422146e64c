import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import type { RefreshOutcome } from "../../src/core/ports.ts";
import { tokenAtHand } from "../../src/core/token.ts";
import {
  AWAY,
  CUT,
  DOWN,
  INVALID,
  PORTAL,
  TIMEOUT,
  TOO_MANY,
  unavailable,
} from "../support/scripted_twitch.ts";
import {
  CONFIDENTIAL,
  later,
  OWL,
  PUBLIC,
  restarted,
  signedIn,
  untilDue,
  type World,
  world,
} from "../support/world.ts";

/** How long after the beginning each /validate came, in minutes. */
function minutesOf(made: World, start: number): number[] {
  return made.twitch.sent("validate").map(({ at }) => (at - start) / MINUTE);
}

Deno.test("validate() is asked hourly of a token that nobody asks for", async () => {
  const made = await world();
  made.twitch.life = () => 12 * HOUR;
  const start = made.clock.now();
  await signedIn(made);
  for (let minute = 0; minute < 200; minute++) await later(made, MINUTE);
  assert.deepEqual(minutesOf(made, start), [60, 120, 180]);
});

Deno.test("validate() is asked every ten minutes while Companion asks for the token, and for twenty minutes after", async () => {
  const made = await world();
  made.twitch.life = () => 12 * HOUR;
  const start = made.clock.now();
  const login = await signedIn(made);
  for (let minute = 1; minute <= 120; minute++) {
    if (minute <= 35 && minute % 5 === 0) tokenAtHand(login, made.clock.now());
    await later(made, MINUTE);
  }
  // Last asked at minute 34: by minute 54 that is twenty minutes ago.
  assert.deepEqual(minutesOf(made, start), [10, 20, 30, 40, 50, 110]);
});

Deno.test("validate() is asked at start, of every login", async () => {
  const before = await world();
  const login = await signedIn(before);
  await before.clock.advance(MINUTE);
  const made = await restarted(before);
  await made.refresher.due();
  assert.deepEqual(made.twitch.sent("validate").map(({ token }) => token), [login.access?.reveal()]);
  await later(made, 30 * MINUTE);
  assert.equal(made.twitch.sent("validate").length, 1);
});

Deno.test("validate() that says 401 takes the token out of service and brings a new one at once", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(HOUR);
  await made.twitch.revoke(CONFIDENTIAL, login.access ?? assert.fail());
  made.events.length = 0;
  await made.refresher.due();
  assert.deepEqual(made.events.slice(0, 3), ["validate access-1", "shown undefined", "beginRefresh"]);
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(made.twitch.sent("refresh").length, 1);
  assert.deepEqual(made.log.events("warn"), ["twitch calls the access token invalid before its time"]);
  assert.equal(login.accessDead, false);
  await later(made, 20 * MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 1, "the new one counts as alive");
});

Deno.test("validate() that says 401 brings one refresh, and not one after another", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.next("validate", ...Array.from({ length: 100 }, () => INVALID));
  made.twitch.life = () => Number.POSITIVE_INFINITY;
  for (let minute = 0; minute < 60; minute++) await later(made, MINUTE);
  await later(made, MINUTE);
  const afterFirst = made.twitch.sent("refresh").length;
  assert.equal(afterFirst, 1);
  for (let minute = 0; minute < 60; minute++) await later(made, MINUTE);
  assert.ok(made.twitch.sent("refresh").length <= 13, "at most one in five minutes");
  assert.notEqual(login.account.health.state, "needs_login");
});

Deno.test("validate() that gives no answer changes nothing", async () => {
  for (const silence of [AWAY, CUT, TIMEOUT, DOWN, PORTAL, TOO_MANY]) {
    const made = await world();
    const login = await signedIn(made);
    const before = login.account;
    made.twitch.away = silence;
    await later(made, HOUR);
    assert.equal(made.twitch.sent("validate").length, 1);
    assert.equal(login.account, before);
    assert.equal(login.access?.reveal(), "access-1");
    assert.equal(login.accessDead, false);
    assert.equal(made.twitch.sent("refresh").length, 0);
    await later(made, MINUTE);
    assert.equal(made.twitch.sent("validate").length, 2);
  }
});

Deno.test("validate() takes over a new login name, and the alias stays", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.rename(OWL, "nightowl_tv");
  await later(made, HOUR);
  assert.equal(login.account.login, "nightowl_tv");
  assert.equal(login.account.alias, OWL.login);
  assert.deepEqual(await made.store.account(login.account.key), login.account);
});

Deno.test("validate() takes over other scopes, in whatever order they come", async () => {
  const made = await world();
  const login = await signedIn(made);
  const word = { kind: "valid", clientId: "app-1", ...OWL, expiresIn: 3 * HOUR } as const;
  made.twitch.next("validate", { ...word, scopes: ["chat:edit", "chat:read"] }, {
    ...word,
    scopes: ["chat:read"],
  });
  const before = login.account;
  await later(made, HOUR);
  assert.equal(login.account, before, "the same scopes in another order are no change");
  login.validation = undefined;
  await made.refresher.due();
  assert.deepEqual(login.account.scopes, ["chat:read"]);
  assert.deepEqual((await made.store.account(login.account.key))?.scopes, ["chat:read"]);
});

Deno.test("validate() takes over an expiry that was not known, and lets no known one be moved", async () => {
  const made = await world();
  const login = await signedIn(made, OWL, { expiresAt: undefined });
  login.validation = undefined;
  await made.refresher.due();
  assert.equal(login.account.expiresAt, made.clock.now() + 4 * HOUR);

  const word = { kind: "valid", clientId: "app-1", ...OWL, scopes: login.account.scopes } as const;
  made.twitch.next("validate", { ...word, expiresIn: 60 * HOUR });
  await later(made, HOUR);
  assert.equal(login.account.expiresAt, made.clock.now() + 3 * HOUR);
});

Deno.test("validate() takes nothing over for a login that has another grant by then", async () => {
  const made = await world();
  const login = await signedIn(made);
  const release = made.twitch.hold("validate");
  made.twitch.next("validate", INVALID);
  await made.clock.advance(HOUR);
  const work = made.refresher.one(login, "job");
  await made.clock.advance(0);
  const { access, refresh } = made.twitch.grant(OWL, "app-1", login.account.scopes);
  assert.ok(access !== undefined && refresh !== undefined);
  const grant = { access, refresh, scopes: login.account.scopes, issuedAt: 0, expiresAt: undefined };
  const sealed = await made.vault.sealGrant(grant, login.account.key, 2);
  await made.roster.update(login, (row) => ({ ...row, grant: sealed, generation: 2 }), access);
  release();
  await work;
  assert.equal(login.access, access);
  assert.equal(login.accessDead, false);
});

for (const [name, outcome] of [["5xx", DOWN], ["a cut answer", CUT], ["a time-out", TIMEOUT]] as const) {
  Deno.test(`the first answer of /validate after a failed one ends the wait after ${name}`, async () => {
    const made = await world();
    const login = await signedIn(made);
    await made.clock.advance(untilDue(made, login));
    made.twitch.away = unavailable({ ...outcome, retryAfter: 15 * MINUTE });
    await made.refresher.due();
    assert.equal(made.twitch.sent("refresh").length, 1);
    for (let minute = 0; minute < 5; minute++) await later(made, MINUTE);
    assert.equal(made.twitch.sent("refresh").length, 1);
    assert.ok(made.twitch.sent("validate").length >= 5, "asked each minute");
    made.twitch.away = undefined;
    await later(made, MINUTE);
    assert.equal(made.twitch.sent("refresh").length, 2);
    assert.equal(login.account.health.state, "connected");
  });
}

Deno.test("a /validate that always answers does not end a wait: the refresh itself is what fails", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  const failure = unavailable({ reason: "twitch_error", retryAfter: 10 * MINUTE });
  made.twitch.next("refresh", failure as RefreshOutcome);
  await made.refresher.due();
  for (let minute = 0; minute < 9; minute++) await later(made, MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 1);
  await later(made, MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 2);
});

Deno.test("a /validate that failed before the refresh did does not end the wait after it", async () => {
  const made = await world();
  const login = await signedIn(made);
  login.validation = { at: made.clock.now(), answered: false };
  await made.clock.advance(untilDue(made, login));
  made.twitch.next("refresh", unavailable({ reason: "twitch_error", retryAfter: 10 * MINUTE }));
  await made.refresher.due();
  await later(made, MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 1);
});

Deno.test("an answer of /validate does not end a wait that a 429 has earned", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.twitch.next("refresh", unavailable({ reason: "rate_limited", spent: "no", retryAfter: 10 * MINUTE }));
  await made.refresher.due();
  login.validation = undefined;
  made.twitch.away = DOWN;
  await later(made, MINUTE);
  made.twitch.away = undefined;
  for (let minute = 1; minute < 9; minute++) await later(made, MINUTE);
  assert.deepEqual(login.validation, { at: made.clock.now() - 7 * MINUTE, answered: true });
  assert.equal(made.twitch.sent("refresh").length, 1);
});

Deno.test("a token past its expiry that /validate calls invalid is no news", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.away = AWAY;
  await made.clock.advance(4 * HOUR + SECOND);
  made.twitch.next("validate", INVALID);
  login.validation = undefined;
  await later(made, MINUTE);
  assert.deepEqual(made.log.events("warn").filter((event) => event.includes("before its time")), []);
});
