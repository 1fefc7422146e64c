import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE } from "../../src/core/account.ts";
import { doubtTimes, newestTime } from "../../src/core/doubt.ts";
import { tokenAtHand, tokenFor } from "../../src/core/token.ts";
import { AWAY, INVALID, REFUSED } from "../support/scripted_twitch.ts";
import { later, signedIn, world } from "../support/world.ts";

Deno.test("newestTime() is the latest moment that any row tells of, and 0 where there is none", async () => {
  const made = await world();
  assert.equal(newestTime(made.roster), 0);
  const now = made.clock.now();
  await signedIn(made, undefined, { lastRefresh: now + HOUR });
  assert.equal(newestTime(made.roster), now + HOUR);
});

Deno.test("doubtTimes() makes a question wait for /validate, which then says how long the token lives", async () => {
  const made = await world();
  const login = await signedIn(made);
  const before = login.access;
  doubtTimes(made.roster);
  assert.equal(tokenAtHand(login, made.clock.now()), undefined);
  assert.equal(await tokenFor(made.roster, made.refresher, login), before);
  assert.deepEqual(made.events.filter((event) => event.startsWith("validate")).length, 1);
  assert.ok((login.account.expiresAt ?? 0) > made.clock.now());
});

Deno.test("after doubtTimes() the stored token is served while Twitch cannot be asked, however late the clock says it is", async () => {
  const made = await world();
  const login = await signedIn(made);
  const before = login.access;
  made.twitch.away = AWAY;
  made.clock.jump(30 * DAY);
  doubtTimes(made.roster);
  assert.equal(await tokenFor(made.roster, made.refresher, login), before);
});

Deno.test("after doubtTimes() a token that has died is replaced before the question is answered", async () => {
  const made = await world();
  const login = await signedIn(made);
  const before = login.access?.reveal();
  made.twitch.next("validate", { kind: "invalid" });
  doubtTimes(made.roster);
  const token = await tokenFor(made.roster, made.refresher, login);
  assert.notEqual(token.reveal(), before);
});

Deno.test("doubtTimes() leaves no wait that a clock in the future has made", async () => {
  const made = await world();
  const now = made.clock.now();
  const health = {
    state: "retrying",
    since: now,
    reason: "timeout",
    attempts: 3,
    nextTry: now + 12 * HOUR,
  } as const;
  const login = await signedIn(made, undefined, { health });
  doubtTimes(made.roster);
  assert.ok(login.account.health.state === "retrying" && login.account.health.nextTry <= now + 15 * MINUTE);
});

Deno.test("after doubtTimes() one refusal beside a 401 ends no login: the token may only have run out", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.next("validate", INVALID, INVALID, INVALID, INVALID);
  made.twitch.next("refresh", REFUSED, REFUSED);
  doubtTimes(made.roster);
  await made.refresher.one(login, "job");
  assert.equal(login.account.health.state, "retrying");
  await later(made, 6 * MINUTE);
  assert.equal(login.account.health.state, "needs_login");
});
