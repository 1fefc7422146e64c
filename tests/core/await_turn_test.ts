import assert from "node:assert/strict";
import { followAccount } from "../../src/core/follow.ts";
import type { Login } from "../../src/core/login.ts";
import { Roster } from "../../src/core/roster.ts";
import type { Lease, Shared } from "../../src/core/shared.ts";
import { awaitTurn } from "../../src/core/turn.ts";
import { settled } from "../support/fake_clock.ts";
import { signedIn, type World, world } from "../support/world.ts";

/** Another process on the store of a world, whose leases the test gives. */
interface Other {
  readonly roster: Roster;
  readonly login: Login;
  readonly shared: Shared;
  /** Undefined while somebody else has it. */
  lease: Lease | undefined;
  asked: number;
}

const LEASE: Lease = { held: true, [Symbol.asyncDispose]: () => Promise.resolve() };

async function other(made: World, login: Login): Promise<Other> {
  const { store, deps } = made;
  const shared: Pick<Shared, "lease" | "kept"> = {
    lease() {
      beside.asked++;
      return Promise.resolve(beside.lease);
    },
    async kept(key) {
      const account = await store.account(key);
      const ids = (await store.ids()).filter((id) => id.account === key);
      const open = (await store.journal()).find((entry) => entry.account === key);
      return account && { account, ids, open };
    },
  };
  const roster = new Roster({ ...deps, shared: shared as Shared });
  await roster.load();
  await roster.useApp(made.roster.app);
  const mine = roster.get(login.account.key);
  assert.ok(mine);
  const beside: Other = { roster, login: mine, shared: shared as Shared, lease: undefined, asked: 0 };
  return beside;
}

Deno.test("awaitTurn() waits until another process has refreshed the login, not until that has begun", async () => {
  const made = await world();
  const login = await signedIn(made);
  const beside = await other(made, login);
  let ended = false;
  const turn = awaitTurn(beside.roster, beside.login, "question").finally(() => ended = true);
  await settled();

  const release = made.twitch.hold("refresh");
  const refreshed = made.refresher.one(login, "person");
  await settled();
  await followAccount(beside.roster, beside.shared, login.account.key);
  await made.clock.advance(100);
  assert.ok(beside.login.open, "its journal entry has come");
  assert.equal(ended, false);

  release();
  await refreshed;
  await followAccount(beside.roster, beside.shared, login.account.key);
  await settled();
  assert.equal(ended, true);
  assert.equal(await turn, undefined);
  assert.equal(beside.login.access?.reveal(), "access-2");
});

Deno.test("awaitTurn() takes the turn once it is free, for a refresh that was done meanwhile it does not", async () => {
  for (const refreshes of [false, true]) {
    const made = await world();
    const login = await signedIn(made);
    const beside = await other(made, login);
    const turn = awaitTurn(beside.roster, beside.login, "person");
    await settled();
    if (refreshes) await made.refresher.one(login, "person");
    beside.lease = LEASE;
    await made.clock.advance(500);
    assert.equal(await turn !== undefined, !refreshes);
  }
});

Deno.test("awaitTurn() gives up after the time of a question, and for a job at once", async () => {
  const made = await world();
  const beside = await other(made, await signedIn(made));
  assert.equal(await awaitTurn(beside.roster, beside.login, "job"), undefined);
  assert.equal(beside.asked, 1);
  const turn = awaitTurn(beside.roster, beside.login, "question");
  await made.clock.advance(6000);
  assert.equal(await turn, undefined);
  assert.ok(beside.asked > 10 && beside.asked < 15, `${beside.asked}`);
  assert.equal(made.clock.sleeping, 0);
});
