import assert from "node:assert/strict";
import { type Account, HOUR } from "../../src/core/account.ts";
import { admit } from "../../src/core/admit.ts";
import { relabel, removeAccount } from "../../src/core/accounts.ts";
import type { Login } from "../../src/core/login.ts";
import type { RefreshOutcome } from "../../src/core/ports.ts";
import { REFUSED } from "../support/scripted_twitch.ts";
import type { StoreMethod } from "../support/memory_store.ts";
import {
  CONFIDENTIAL,
  grant,
  later,
  OWL,
  SCOPES,
  signedIn,
  stored,
  untilDue,
  type World,
  world,
} from "../support/world.ts";

/** A refresh whose request has left and is not answered yet. */
async function underWay(
  ...end: readonly RefreshOutcome[]
): Promise<{ made: World; login: Login; answer: () => Promise<void> }> {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.next("refresh", ...end);
  const release = made.twitch.hold("refresh");
  await made.clock.advance(untilDue(made, login));
  const work = made.refresher.one(login, "job");
  await made.clock.advance(0);
  assert.equal(made.twitch.sent("refresh").length, 1);
  const answer = (): Promise<void> => {
    release();
    return work;
  };
  return { made, login, answer };
}

/** Somebody else writes the row, once, just before the store does `method`. */
function rewriteBefore(made: World, method: StoreMethod, change: (row: Account) => Account): void {
  made.onStore = async (now) => {
    if (now !== method) return;
    made.onStore = undefined;
    const row = await made.store.account(`key-${OWL.twitchId}`);
    if (row !== undefined) await made.store.replace(change(row));
  };
}

Deno.test("a refresh is written on the new revision if the row has changed but not its grant", async () => {
  const { made, login, answer } = await underWay();
  await relabel(made.roster, login, "main channel");
  await answer();
  const row = await made.store.account(login.account.key);
  assert.deepEqual([row?.label, row?.generation], ["main channel", 2]);
  assert.equal((await stored(made, login)).access.reveal(), "access-2");
  assert.deepEqual(await made.store.journal(), []);
});

Deno.test("a refresh is written on the new revision if the row has changed on disk alone", async () => {
  const made = await world();
  const login = await signedIn(made);
  rewriteBefore(made, "endRefresh", (row) => ({ ...row, label: "from outside" }));
  await later(made, untilDue(made, login));
  const row = await made.store.account(login.account.key);
  assert.deepEqual([row?.label, row?.generation], ["from outside", 2]);
  assert.deepEqual(row, login.account);
  assert.equal(login.access?.reveal(), "access-2");
});

Deno.test("a journal row is written on the new revision before anything is sent", async () => {
  const made = await world();
  const login = await signedIn(made);
  rewriteBefore(made, "beginRefresh", (row) => ({ ...row, label: "from outside" }));
  await later(made, untilDue(made, login));
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(login.account.label, "from outside");
});

Deno.test("a refresh that comes after its user has signed in again leaves the new login alone", async () => {
  const { made, login, answer } = await underWay();
  const theirs = made.twitch.grant(OWL, "app-1", SCOPES);
  await admit(made.roster, { app: CONFIDENTIAL, scopes: SCOPES, label: "" }, theirs);
  await answer();
  assert.equal(login.access?.reveal(), theirs.access?.reveal());
  assert.equal((await stored(made, login)).refresh.reveal(), theirs.refresh?.reveal());
  assert.equal(login.account.generation, 2);
  assert.equal(login.open, undefined);
  assert.equal(made.twitch.sent("revoke").length, 0);
  assert.deepEqual(await made.store.account(login.account.key), login.account);
  assert.ok(!made.log.events("info").includes("login refreshed"));
});

Deno.test("a refresh that comes too late has shown that the app rotates all the same", async () => {
  for (const again of [true, false]) {
    const { made, login, answer } = await underWay();
    made.twitch.rotates = true;
    const theirs = made.twitch.grant(OWL, "app-1", SCOPES);
    if (again) await admit(made.roster, { app: CONFIDENTIAL, scopes: SCOPES, label: "" }, theirs);
    else await removeAccount(made.roster, login);
    await answer();
    assert.equal((await made.store.facts("app-1")).rotates, true);
  }
});

Deno.test("a refusal that comes after its user has signed in again leaves the new login alone", async () => {
  const { made, login, answer } = await underWay(REFUSED);
  const theirs = made.twitch.grant(OWL, "app-1", SCOPES);
  await admit(made.roster, { app: CONFIDENTIAL, scopes: SCOPES, label: "" }, theirs);
  await answer();
  assert.equal(login.account.generation, 2);
  assert.deepEqual([login.account.health.state, login.unconfirmed], ["connected", false]);
  assert.equal(made.log.events("warn").length, 0);
});

Deno.test("a refresh that comes after another grant was written to the row keeps that grant", async () => {
  const made = await world();
  const login = await signedIn(made);
  const { access, refresh } = made.twitch.grant(OWL, "app-1", SCOPES);
  assert.ok(access !== undefined && refresh !== undefined);
  const sealed = await made.vault.sealGrant(grant({ access, refresh }), login.account.key, 2);
  rewriteBefore(made, "endRefresh", (row) => {
    const issuedAt = made.clock.now();
    return { ...row, grant: sealed, generation: 2, issuedAt, expiresAt: issuedAt + 4 * HOUR };
  });
  login.accessDead = true;
  await later(made, untilDue(made, login));
  assert.equal((await stored(made, login)).refresh.reveal(), refresh.reveal());
  assert.equal(login.access?.reveal(), access.reveal());
  assert.equal(login.accessDead, false);
  assert.equal(made.twitch.sent("refresh").length, 1);
});

Deno.test("a refresh that comes after its account was removed is revoked", async () => {
  const { made, login, answer } = await underWay();
  await removeAccount(made.roster, login);
  await answer();
  assert.deepEqual(made.twitch.sent("revoke").map(({ token }) => token), ["access-1", "access-2"]);
  assert.deepEqual(await made.store.accounts(), []);
  assert.deepEqual(made.roster.all(), []);
  assert.equal(made.twitch.liveTokens, 0);
});

Deno.test("nothing is sent if the account was removed before the journal row", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.onStore = async (method) => {
    if (method !== "beginRefresh") return;
    made.onStore = undefined;
    const row = await made.store.account(login.account.key);
    if (row !== undefined) await made.store.remove(row);
  };
  await later(made, untilDue(made, login));
  assert.equal(made.twitch.sent("refresh").length, 0);
  assert.deepEqual(made.roster.all(), []);
});

Deno.test("nothing is sent if the user has signed in again before the journal row", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.rotates = true;
  await made.roster.learn("app-1", { rotates: true });
  const release = made.twitch.hold("validate");
  await made.clock.advance(untilDue(made, login));
  const work = made.refresher.one(login, "job");
  await made.clock.advance(0);
  const theirs = made.twitch.grant(OWL, "app-1", SCOPES);
  await admit(made.roster, { app: CONFIDENTIAL, scopes: SCOPES, label: "" }, theirs);
  release();
  await work;
  assert.equal(made.twitch.sent("refresh").length, 0);
  assert.equal(login.access?.reveal(), theirs.access?.reveal());
  assert.equal(login.open, undefined);
  assert.deepEqual(login.account.sends, []);
});

Deno.test("a sign-in in the middle of a refresh that the disk refuses keeps the sign-in", async () => {
  const { made, login, answer } = await underWay();
  made.store.failWrites = true;
  const theirs = made.twitch.grant(OWL, "app-1", SCOPES);
  const { onDisk } = await admit(made.roster, { app: CONFIDENTIAL, scopes: SCOPES, label: "" }, theirs);
  assert.equal(onDisk, false);
  await answer();
  assert.equal(login.access?.reveal(), theirs.access?.reveal());
  made.store.failWrites = false;
  await later(made, 20_000);
  assert.equal((await stored(made, login)).refresh.reveal(), theirs.refresh?.reveal());
});

Deno.test("a sign-in while the disk is refusing a refreshed grant keeps the sign-in", async () => {
  const made = await world();
  const login = await signedIn(made);
  const theirs = made.twitch.grant(OWL, "app-1", SCOPES);
  made.onStore = async (method) => {
    if (method !== "endRefresh") return;
    made.onStore = undefined;
    made.store.failWrites = true;
    await admit(made.roster, { app: CONFIDENTIAL, scopes: SCOPES, label: "" }, theirs);
  };
  await later(made, untilDue(made, login));
  assert.equal(login.access?.reveal(), theirs.access?.reveal());
  made.store.failWrites = false;
  await later(made, 20_000);
  assert.equal((await stored(made, login)).refresh.reveal(), theirs.refresh?.reveal());
});

Deno.test("a new label in the middle of a refresh that the disk refuses loses neither", async () => {
  const { made, login, answer } = await underWay();
  made.store.failWrites = true;
  await Promise.all([answer(), relabel(made.roster, login, "main channel")]);
  assert.deepEqual([login.account.label, login.account.generation], ["main channel", 2]);
  made.store.failWrites = false;
  await later(made, 20_000);
  const row = await made.store.account(login.account.key);
  assert.deepEqual([row?.label, row?.generation], ["main channel", 2]);
  assert.equal((await stored(made, login)).access.reveal(), "access-2");
});
