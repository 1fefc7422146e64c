import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import type { SilentLog } from "../support/silent_log.ts";
import { tokens } from "../support/scripted_twitch.ts";
import {
  later,
  OWL,
  PUBLIC,
  restarted,
  signedIn,
  untilDue,
  type World,
  world,
  WREN,
} from "../support/world.ts";

/** Whom the log has called for, oldest first. */
function called(log: SilentLog): unknown[] {
  return log.entries.filter(({ event }) => event === "sign-in needed").map(({ fields }) => fields["account"]);
}

async function minutes(made: World, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) await later(made, MINUTE);
}

Deno.test("SignInReminder tells a login that has ended at once, then hourly, in one line per account", async () => {
  const made = await world();
  const login = await signedIn(made);
  await signedIn(made, WREN);
  await minutes(made, 60);
  assert.deepEqual(called(made.log), []);
  made.twitch.disconnect(OWL);
  await made.refresher.one(login, "person");
  assert.deepEqual(called(made.log), [OWL.login]);
  const { level, fields } = made.log.entries.find(({ event }) => event === "sign-in needed") ?? {};
  const since = new Date(made.clock.now()).toISOString();
  assert.deepEqual([level, fields], ["warn", { account: OWL.login, reason: "refused", since }]);
  await minutes(made, 59);
  assert.equal(called(made.log).length, 1);
  await minutes(made, 1);
  assert.equal(called(made.log).length, 2);
  made.twitch.disconnect(WREN);
  await minutes(made, 300);
  const lines = called(made.log);
  assert.deepEqual(lines.filter((alias) => alias === OWL.login).length, 7);
  assert.ok([5, 6].includes(lines.filter((alias) => alias === WREN.login).length), String(lines));
});

Deno.test("SignInReminder tells it at start, and after the clock was set back", async () => {
  const before = await world();
  await signedIn(before);
  before.twitch.disconnect(OWL);
  await later(before, HOUR);
  assert.deepEqual(called(before.log), [OWL.login]);
  const made = await restarted(before);
  await made.refresher.due();
  await made.refresher.due();
  assert.deepEqual(called(made.log), [OWL.login]);
  made.clock.jump(-HOUR);
  await made.refresher.due();
  assert.equal(called(made.log).length, 2);
});

Deno.test("SignInReminder is silent once the login is healed or removed, and tells the next end at once", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.disconnect(OWL);
  await later(made, HOUR);
  assert.equal(called(made.log).length, 1);
  const healed = { ...login.account, health: { state: "connected" } as const };
  await made.roster.update(login, (row) => ({ ...row, health: healed.health }));
  login.accessDead = false;
  made.twitch.next("validate", ...Array.from({ length: 3 }, () => valid()));
  await later(made, MINUTE);
  assert.equal(called(made.log).length, 1);
  const since = made.clock.now();
  await made.roster.update(login, (row) => ({
    ...row,
    health: { state: "needs_login", since, reason: "answer_lost" },
  }));
  await later(made, MINUTE);
  assert.equal(called(made.log).length, 2);
  await made.roster.remove(login);
  await minutes(made, 120);
  assert.equal(called(made.log).length, 2);
});

Deno.test("SignInReminder tells a login whose last token broke off in an answer", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  const { access } = made.twitch.grant(OWL, PUBLIC.clientId, ["chat:read"]);
  made.twitch.next("refresh", { kind: "refreshed", tokens: tokens({ access, whole: false }) });
  await later(made, untilDue(made, login));
  assert.equal(login.account.health.state, "needs_login");
  await later(made, SECOND);
  assert.deepEqual(called(made.log), [OWL.login]);
});

function valid() {
  return { kind: "valid", clientId: "app-1", ...OWL, scopes: ["chat:read"], expiresIn: HOUR } as const;
}
