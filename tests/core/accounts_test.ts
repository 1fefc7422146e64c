import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import { loginNamed, refreshNow, relabel, removeAccount, rotateId, viewOf } from "../../src/core/accounts.ts";
import { AppError } from "../../src/core/error.ts";
import type { Login } from "../../src/core/login.ts";
import { digestOf } from "../../src/core/secret.ts";
import { tokenFor } from "../../src/core/token.ts";
import { AWAY, BAD_APP, REFUSED } from "../support/scripted_twitch.ts";
import { settled } from "../support/fake_clock.ts";
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
  WREN,
} from "../support/world.ts";

async function refreshing(made: World, login: Login): Promise<string | undefined> {
  try {
    await refreshNow(made.roster, made.refresher, login);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.match(error.message, /^Cannot refresh/);
    return error.code;
  }
}

Deno.test("viewOf() shows an account without its tokens", async () => {
  const made = await world();
  const login = await signedIn(made);
  const view = viewOf(made.roster, login, made.clock.now());
  assert.deepEqual([view.alias, view.login, view.twitchId, view.health], [
    OWL.login,
    OWL.login,
    OWL.twitchId,
    "connected",
  ]);
  assert.deepEqual([view.serving, view.since, view.reason, view.nextTry], [
    true,
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(view.expiresAt, made.clock.now() + 4 * HOUR);
  const [id] = view.ids;
  assert.ok(id !== undefined && made.roster.byId(id.reveal()) === login);

  const revealing = (_: string, value: unknown) =>
    value instanceof Object && "reveal" in value ? (value.reveal as () => string)() : value;
  const text = JSON.stringify(view, (key, value) => revealing(key, value));
  assert.doesNotMatch(text, /access-1|refresh-1/);
  assert.equal("grant" in view, false);
});

Deno.test("viewOf() shows what is the matter, since when, and when it is tried again", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.away = AWAY;
  await later(made, 5 * HOUR);
  const now = made.clock.now();
  const view = viewOf(made.roster, login, now);
  assert.deepEqual([view.health, view.reason, view.since, view.serving], [
    "retrying",
    "unreachable",
    now,
    false,
  ]);
  assert.ok(view.nextTry !== undefined && view.nextTry > now);
});

Deno.test("viewOf() shows no ids while the key is missing", async () => {
  const before = await world();
  await signedIn(before);
  before.vault.locked = "the key is missing";
  const made = await restarted(before);
  const [login] = made.roster.all();
  assert.ok(login !== undefined);
  const view = viewOf(made.roster, login, made.clock.now());
  assert.deepEqual([view.ids, view.serving, view.alias], [[], false, OWL.login]);
});

Deno.test("loginNamed() finds by alias, and names those that exist for another one", async () => {
  const made = await world();
  assert.throws(() => loginNamed(made.roster, "nobody"), (error: unknown) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "not_found");
    assert.match(error.hint ?? "", /No account is connected yet/);
    return true;
  });
  const login = await signedIn(made);
  await signedIn(made, WREN);
  assert.equal(loginNamed(made.roster, OWL.login), login);
  assert.throws(() => loginNamed(made.roster, "nobody"), { hint: "There are: nightowl, wren" });
});

Deno.test("relabel() changes the label alone, on disk too", async () => {
  const made = await world();
  const login = await signedIn(made);
  const before = login.account;
  await relabel(made.roster, login, "main channel");
  assert.deepEqual(login.account, { ...before, label: "main channel", revision: before.revision + 1 });
  assert.deepEqual(await made.store.account(before.key), login.account);
});

Deno.test("rotateId() gives a new id, and every earlier one is unknown from then on, after a restart too", async () => {
  const made = await world();
  const login = await signedIn(made);
  const other = await signedIn(made, WREN);
  const [first] = made.roster.ids.of(login).map(({ id }) => id);
  assert.ok(first !== undefined);
  const second = await rotateId(made.roster, login);
  const third = await rotateId(made.roster, login);
  const again = await restarted(made);
  for (const { roster } of [made, again]) {
    for (const old of [first, second]) {
      assert.equal(roster.byId(old.reveal()), undefined);
      assert.equal(await roster.find(old), undefined);
    }
    assert.equal(roster.byId(third.reveal())?.account.alias, OWL.login);
  }
  assert.equal(made.roster.ids.of(other).length, 1);
});

Deno.test("rotateId() also ends an id that cannot be opened", async () => {
  const before = await world();
  const login = await signedIn(before);
  const [known] = before.roster.ids.of(login);
  assert.ok(known !== undefined);
  const digest = await digestOf(known.id);
  await before.store.removeId(digest);
  const torn = await before.vault.seal(known.id, { owner: "another", purpose: "id", generation: 0 });
  await before.store.addId({ ...known.stored, sealed: torn });
  const made = await restarted(before);
  const [again] = made.roster.all();
  assert.ok(again !== undefined);
  assert.equal(await made.roster.find(known.id), again);
  await rotateId(made.roster, again);
  assert.equal(await made.roster.find(known.id), undefined);
});

Deno.test("rotateId() keeps the earlier id while the disk refuses the new one", async () => {
  const made = await world();
  const login = await signedIn(made);
  const [known] = made.roster.ids.of(login);
  made.store.failWrites = true;
  await assert.rejects(rotateId(made.roster, login), { code: "disk" });
  assert.equal(made.roster.byId(known?.id.reveal() ?? ""), login);
  assert.equal(made.roster.ids.of(login).length, 1);
});

Deno.test("removeAccount() revokes the token, then forgets the account", async () => {
  const made = await world();
  const login = await signedIn(made);
  const other = await signedIn(made, WREN);
  const [known] = made.roster.ids.of(login);
  made.events.length = 0;
  assert.equal(await removeAccount(made.roster, login), true);
  assert.deepEqual(made.events, ["revoke access-1", "remove", "shown undefined"]);
  assert.equal(made.roster.byId(known?.id.reveal() ?? ""), undefined);
  assert.deepEqual(made.roster.all(), [other]);
  assert.deepEqual(await made.store.accounts(), [other.account]);
  assert.equal((await made.store.ids()).length, 1);
});

Deno.test("removeAccount() forgets the account even if Twitch is away, and says so", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.away = AWAY;
  assert.equal(await removeAccount(made.roster, login), false);
  assert.deepEqual(await made.store.accounts(), []);
});

Deno.test("removeAccount() sends nothing for the login of another app", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.roster.useApp(undefined);
  assert.equal(await removeAccount(made.roster, login), false);
  assert.equal(made.twitch.calls.length, 0);
  assert.deepEqual(made.roster.all(), []);
});

Deno.test("removeAccount() ends a question that is held and leaves nothing to wake up for", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.away = AWAY;
  await later(made, 4 * HOUR);
  const asked = assert.rejects(tokenFor(made.roster, made.refresher, login), { code: "unavailable" });
  await removeAccount(made.roster, login);
  const calls = made.twitch.calls.length;
  await later(made, 10 * MINUTE);
  await asked;
  assert.equal(made.twitch.calls.length, calls);
  assert.equal(made.clock.sleeping, 0);
});

Deno.test("refreshNow() refreshes long before it is due", async () => {
  const made = await world();
  const login = await signedIn(made);
  assert.equal(await refreshing(made, login), undefined);
  assert.equal(login.access?.reveal(), "access-2");
});

Deno.test("refreshNow() refreshes even if it comes while the token is being validated", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(HOUR);
  const release = made.twitch.hold("validate");
  const job = made.refresher.one(login, "job");
  await settled();
  const asked = refreshing(made, login);
  release();
  assert.equal(await asked, undefined);
  assert.equal(made.twitch.sent("refresh").length, 1);
  await job;
});

Deno.test("refreshNow() shortens a wait once and sends once", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.away = AWAY;
  assert.equal(await refreshing(made, login), "unavailable");
  assert.equal(await refreshing(made, login), "unavailable");
  assert.equal(made.twitch.sent("refresh").length, 2);
  made.twitch.away = undefined;
  assert.equal(await refreshing(made, login), undefined);
});

Deno.test("refreshNow() says that the login has ended", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.disconnect(OWL);
  assert.equal(await refreshing(made, login), "needs_login");
  assert.equal(made.twitch.sent("refresh").length, 1);
});

Deno.test("refreshNow() tries a dead login once more and brings it back if Twitch was wrong", async () => {
  for (const app of [undefined, PUBLIC]) {
    const made = await world(app);
    const login = await signedIn(made);
    await made.clock.advance(4 * HOUR + MINUTE);
    made.twitch.next("refresh", REFUSED, REFUSED);
    await made.refresher.due();
    await later(made, 5 * MINUTE);
    assert.equal(login.account.health.state, "needs_login");
    assert.equal(await refreshing(made, login), undefined);
    assert.equal(login.account.health.state, "connected");
  }
});

Deno.test("refreshNow() never sends a token whose answer was lost", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  const health = { state: "needs_login", since: made.clock.now(), reason: "answer_lost" } as const;
  await made.roster.update(login, (row) => ({ ...row, health }));
  assert.equal(await refreshing(made, login), "needs_login");
  assert.equal(made.twitch.sent("refresh").length, 0);
});

Deno.test("refreshNow() says that the key is missing, or that another app is set up", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.vault.locked = "The key file is missing";
  assert.equal(await refreshing(made, login), "locked");
  made.vault.locked = undefined;
  await made.roster.useApp(undefined);
  assert.equal(await refreshing(made, login), "app_refused");
  assert.equal(made.twitch.sent("refresh").length, 0);
});

for (
  const [reason, code] of [["app_refused", "app_refused"], ["unsafe_runtime", "unsafe_runtime"]] as const
) {
  Deno.test(`refreshNow() says ${code} and what to do where only a person can help`, async () => {
    const made = await world(reason === "unsafe_runtime" ? PUBLIC : CONFIDENTIAL);
    const login = await signedIn(made);
    if (reason === "unsafe_runtime") Object.assign(made.twitch, { sendsOnce: false });
    else made.twitch.next("refresh", BAD_APP);
    await assert.rejects(refreshNow(made.roster, made.refresher, login), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, code);
      assert.match(error.hint ?? "", /Deno|Settings/);
      return true;
    });
  });
}
