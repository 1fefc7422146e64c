import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import { AppError } from "../../src/core/error.ts";
import { tokenFor } from "../../src/core/token.ts";
import { REFUSED, TOO_MANY } from "../support/scripted_twitch.ts";
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
  WREN,
} from "../support/world.ts";

/** The disk is full from the moment the request has left. */
function fullAfterSend(made: World): void {
  made.twitch.next("refresh", (act) => {
    made.store.failWrites = true;
    return act();
  });
}

/** Does `work` while the disk takes writes, but none of a held grant and of what was learned by itself. */
async function untroubled<T>(made: World, work: () => Promise<T>): Promise<T> {
  made.store.failWrites = false;
  made.onStore = (method) => {
    if (method === "learn") throw new AppError("disk", "Cannot write to the store: the disk is full");
  };
  const result = await work();
  made.onStore = undefined;
  made.store.failWrites = true;
  return result;
}

async function heldGrant(app = PUBLIC): Promise<[World, Login]> {
  const made = await world(app);
  const login = await signedIn(made);
  made.twitch.rotates = true;
  fullAfterSend(made);
  await later(made, untilDue(made, login));
  return [made, login];
}

for (const app of [undefined, PUBLIC]) {
  const kind = app === undefined ? "reusable" : "single-use";

  Deno.test(`send() sends no ${kind} token that the disk does not take the journal row of`, async () => {
    const made = await world(app);
    const login = await signedIn(made);
    await made.clock.advance(untilDue(made, login));
    made.store.failWrites = true;
    await made.refresher.due();
    for (let minute = 0; minute < 10; minute++) await later(made, MINUTE);
    assert.equal(made.twitch.sent("refresh").length, 0);
    const { health } = login.account;
    assert.deepEqual([health.state, health.state !== "connected" && health.reason], ["retrying", "disk"]);
    assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-1");

    made.store.failWrites = false;
    await later(made, MINUTE);
    assert.equal(login.access?.reveal(), "access-2");
    assert.equal(login.account.health.state, "connected");
    assert.deepEqual(await made.store.account(login.account.key), login.account);
  });
}

Deno.test("send() says that a bug at the journal is one, sends nothing and names no disk", async () => {
  for (const app of [CONFIDENTIAL, PUBLIC]) {
    const made = await world(app);
    const login = await signedIn(made);
    made.onStore = (method) => {
      if (method === "beginRefresh") throw new TypeError("row is undefined");
    };
    await later(made, untilDue(made, login));
    await later(made, MINUTE);
    assert.equal(made.twitch.sent("refresh").length, 0);
    assert.deepEqual(made.log.events("error"), ["bug while keeping a login", "bug while keeping a login"]);
    assert.equal(login.account.health.state, "connected");
    assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-1");

    made.onStore = undefined;
    await later(made, MINUTE);
    assert.equal(login.access?.reveal(), "access-2");
  }
});

Deno.test("a grant that the disk refuses is served from memory", async () => {
  const [made, login] = await heldGrant();
  assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-2");
  assert.equal(login.account.generation, 2);
  assert.equal((await stored(made, login)).refresh.reveal(), "refresh-1");
  assert.deepEqual(made.log.events("error").filter((event) => event.startsWith("bug")), []);
});

Deno.test("a grant that the disk refuses is written as soon as the disk takes it", async () => {
  const [made, login] = await heldGrant();
  for (let minute = 0; minute < 30; minute++) await later(made, MINUTE);
  assert.equal((await stored(made, login)).refresh.reveal(), "refresh-1");
  made.store.failWrites = false;
  await later(made, 20 * SECOND);
  const kept = await stored(made, login);
  assert.deepEqual([kept.access.reveal(), kept.refresh.reveal()], ["access-2", "refresh-2"]);
  assert.deepEqual(await made.store.account(login.account.key), login.account);
  assert.equal(login.saveAt, undefined);
});

Deno.test("while the disk refuses a grant nothing further is spent, whoever asks", async () => {
  const [made, login] = await heldGrant();
  for (let hour = 0; hour < 10; hour++) {
    await later(made, HOUR);
    await made.refresher.one(login, "person");
    await made.refresher.one(login, "question");
  }
  assert.equal(made.twitch.sent("refresh").length, 1);
  made.store.failWrites = false;
  await later(made, MINUTE);
  assert.deepEqual(made.twitch.sent("refresh").map(({ token }) => token), ["refresh-1", "refresh-2"]);
  assert.equal(login.account.health.state, "connected");
});

Deno.test("a grant that the disk has refused is newer than the row, whoever has written that meanwhile", async () => {
  const [made, login] = await heldGrant();
  made.store.failWrites = false;
  const row = await made.store.account(login.account.key);
  assert.ok(row !== undefined);
  await made.store.replace({ ...row, label: "from outside" });
  await later(made, 20 * SECOND);
  assert.equal((await stored(made, login)).refresh.reveal(), "refresh-2");
  assert.equal(login.account.generation, 2);
});

Deno.test("a grant that the disk has refused is written when the program stops", async () => {
  const [made, login] = await heldGrant();
  made.store.failWrites = false;
  await made.refresher.close(AbortSignal.abort());
  assert.equal((await stored(made, login)).refresh.reveal(), "refresh-2");
});

Deno.test("a grant that the disk has refused is written even if the store fails in a way it never should", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.onStore = (method) => {
    if (method === "endRefresh") throw new Error("database disk image is malformed");
  };
  await later(made, untilDue(made, login));
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(login.account.generation, 2);
  made.onStore = undefined;
  await later(made, MINUTE);
  assert.equal((await stored(made, login)).refresh.reveal(), "refresh-2");
});

Deno.test("what was learned about an app while the disk was full is on disk later", async () => {
  const [made, login] = await heldGrant(CONFIDENTIAL);
  assert.equal(made.roster.factsOf("app-1").rotates, true);
  assert.equal((await made.store.facts("app-1")).rotates, false);
  made.store.failWrites = false;
  await later(made, MINUTE);
  assert.equal(login.saveAt, undefined);
  assert.equal((await made.store.facts("app-1")).rotates, true);
});

Deno.test("what was learned about an app while the disk was full is on disk with the grant that showed it", async () => {
  const [made] = await heldGrant(CONFIDENTIAL);
  made.store.failWrites = false;
  const known: boolean[] = [];
  made.store.after = async (method) => {
    if (method === "endRefresh") known.push((await made.store.facts("app-1")).rotates);
  };
  await later(made, 20 * SECOND);
  assert.deepEqual(known, [true]);
});

Deno.test("no refresh begins of which a restart would not know that its app rotates", async () => {
  const [made] = await heldGrant(CONFIDENTIAL);
  const other = await untroubled(made, () => signedIn(made, WREN));
  const known: boolean[] = [];
  made.store.after = async (method) => {
    if (method === "beginRefresh") known.push((await made.store.facts("app-1")).rotates);
  };
  other.accessDead = true;
  other.access = undefined;
  await untroubled(made, () => made.refresher.one(other, "question"));
  assert.deepEqual(known, [true]);
});

Deno.test("a journal row whose end the disk has refused is gone once the disk takes writes again", async () => {
  for (const outcome of [{ ...TOO_MANY, retryAfter: 10 * MINUTE }, REFUSED]) {
    const made = await world(PUBLIC);
    const login = await signedIn(made);
    made.twitch.next("refresh", () => {
      made.store.failWrites = true;
      return outcome;
    });
    await later(made, untilDue(made, login));
    assert.equal((await made.store.journal()).length, 1);
    made.store.failWrites = false;
    await later(made, 20 * SECOND);
    assert.equal(login.saveAt, undefined);
    assert.deepEqual(await made.store.journal(), [], outcome.kind);
    const [again] = (await restarted(made)).roster.all();
    assert.equal(again?.open, undefined);
  }
});

Deno.test("a journal row that is still open stays when another change is written late", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.next("refresh", () => {
    made.store.failWrites = true;
    return { kind: "unavailable", reason: "cut", spent: "unknown", neverLeft: false, retryAfter: undefined };
  });
  await later(made, untilDue(made, login));
  made.store.failWrites = false;
  await later(made, 20 * SECOND);
  assert.equal(login.saveAt, undefined);
  assert.equal((await made.store.journal()).length, 1);
  assert.notEqual(login.open, undefined);
});
