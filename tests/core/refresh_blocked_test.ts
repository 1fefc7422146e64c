import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import { Secret } from "../../src/core/secret.ts";
import { tokenFor } from "../../src/core/token.ts";
import { AWAY, CUT } from "../support/scripted_twitch.ts";
import { CONFIDENTIAL, later, PUBLIC, restarted, signedIn, untilDue, world } from "../support/world.ts";

const OTHER = { clientId: "app-2", clientSecret: new Secret("other-secret") };

function reasonOf(login: Login): string {
  const { health } = login.account;
  return health.state === "connected" ? "connected" : health.reason;
}

for (const [name, app] of [["another app", OTHER], ["no app", undefined]] as const) {
  Deno.test(`with ${name} set up nothing is sent, the token is served, and health says so`, async () => {
    const made = await world();
    const login = await signedIn(made);
    await made.roster.useApp(app);
    for (let hour = 0; hour < 3; hour++) await later(made, HOUR);
    assert.equal(made.twitch.sent("refresh").length, 0);
    assert.equal(reasonOf(login), "other_app");
    assert.deepEqual(await made.store.account(login.account.key), login.account);
    assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-1");
    assert.equal(made.log.events("warn").length, 1, "it is said once, not each minute");

    await later(made, 2 * HOUR);
    assert.equal(login.account.health.state, "retrying");
    await made.roster.useApp(CONFIDENTIAL);
    await later(made, MINUTE);
    assert.equal(reasonOf(login), "connected");
    assert.equal(login.access?.reveal(), "access-2");
  });
}

Deno.test("the same app with another secret is the same app", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.roster.useApp({ clientId: "app-1", clientSecret: new Secret("new secret") });
  await later(made, untilDue(made, login));
  assert.equal(login.access?.reveal(), "access-2");
});

Deno.test("a runtime that may send twice sends no single-use token, and health says so", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.sendsOnce = false;
  await later(made, untilDue(made, login));
  await made.refresher.one(login, "person");
  assert.equal(made.twitch.sent("refresh").length, 0);
  assert.equal(reasonOf(login), "unsafe_runtime");

  made.twitch.sendsOnce = true;
  const [again] = (await restarted(made)).roster.all();
  assert.ok(again !== undefined);
  assert.equal(reasonOf(again), "unsafe_runtime");
});

Deno.test("a safe runtime takes up what an unsafe one has left", async () => {
  const before = await world(PUBLIC);
  const login = await signedIn(before);
  before.twitch.sendsOnce = false;
  await later(before, untilDue(before, login));
  before.twitch.sendsOnce = true;
  const made = await restarted(before);
  await made.refresher.due();
  assert.equal(made.roster.all()[0]?.access?.reveal(), "access-2");
});

Deno.test("a runtime that may send twice sends reusable tokens: a second arrival does no harm", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.sendsOnce = false;
  await later(made, untilDue(made, login));
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(reasonOf(login), "connected");
});

Deno.test("a runtime that may send twice stops at the app that is seen to rotate", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.sendsOnce = false;
  made.twitch.rotates = true;
  await later(made, untilDue(made, login));
  assert.equal(made.twitch.sent("refresh").length, 1);
  await later(made, untilDue(made, login));
  assert.equal(made.twitch.sent("refresh").length, 1);
  assert.equal(reasonOf(login), "unsafe_runtime");
});

Deno.test("an open refresh is proved while another app is set up, calmly, and sent when the app is back", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  await made.roster.learn("app-1", { rotates: true });
  made.twitch.next("refresh", CUT);
  await later(made, untilDue(made, login));
  await made.roster.useApp(OTHER);
  made.twitch.away = AWAY;
  await later(made, MINUTE);
  made.events.length = 0;
  for (let minute = 0; minute < 10; minute++) await later(made, MINUTE);
  assert.ok(made.events.length <= 11, `one question a minute, not ${made.events.length} events`);
  assert.ok(made.events.length >= 9);
  assert.equal(reasonOf(login), "other_app");

  made.twitch.away = undefined;
  await later(made, MINUTE);
  assert.deepEqual(await made.store.journal(), []);
  await made.roster.useApp(PUBLIC);
  await later(made, MINUTE);
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(reasonOf(login), "connected");
});

Deno.test("a clock that was a year ahead for a while costs no login", async () => {
  for (const app of [CONFIDENTIAL, PUBLIC]) {
    const made = await world(app);
    const login = await signedIn(made);
    const year = 365 * 24 * HOUR;
    made.clock.jump(year);
    await later(made, MINUTE);
    await later(made, MINUTE);
    assert.notEqual(login.account.health.state, "needs_login");
    made.clock.jump(-year);
    for (let minute = 0; minute < 5 * 60; minute++) await later(made, MINUTE);
    assert.equal(reasonOf(login), "connected");
    assert.ok(made.twitch.accepts(login.access?.reveal() ?? ""));
  }
});
