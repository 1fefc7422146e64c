import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE } from "../../src/core/account.ts";
import { rotateId, viewOf } from "../../src/core/accounts.ts";
import { endIds, endOldIds } from "../../src/core/id_end.ts";
import type { Login } from "../../src/core/login.ts";
import { later, restarted, signedIn, type World, world, WREN } from "../support/world.ts";

function idsOf({ roster }: World, login: Login): string[] {
  return roster.ids.of(login).map(({ id }) => id.reveal());
}

Deno.test("rotateId() with an end lets the old id live until the minute's job finds it over", async () => {
  const made = await world();
  const login = await signedIn(made);
  const other = await signedIn(made, WREN);
  const [old = ""] = idsOf(made, login);
  const fresh = (await rotateId(made.roster, login, { after: DAY })).reveal();
  const endsAt = made.clock.now() + DAY;
  assert.deepEqual(viewOf(made.roster, login, made.clock.now()).oldIds, [{ endsAt }]);
  await later(made, DAY - MINUTE);
  assert.equal(made.roster.byId(old), login);
  await later(made, MINUTE);
  assert.equal(made.roster.byId(old), undefined);
  assert.equal(made.roster.byId(fresh), login);
  assert.deepEqual(viewOf(made.roster, login, made.clock.now()).oldIds, []);
  assert.equal(idsOf(made, other).length, 1);
  assert.equal((await made.store.ids()).length, 2);
});

Deno.test("an id that is to end does so after a restart too, whether it can be opened or not", async () => {
  for (const locked of [undefined, "the key is missing"]) {
    const before = await world();
    const login = await signedIn(before);
    const [known] = before.roster.ids.of(login);
    assert.ok(known !== undefined);
    await rotateId(before.roster, login, { after: HOUR });
    before.vault.locked = locked;
    const made = await restarted(before);
    const [again] = made.roster.all();
    assert.ok(again !== undefined);
    assert.equal(await made.roster.find(known.id), again);
    assert.equal(viewOf(made.roster, again, made.clock.now()).oldIds.length, 1);
    await later(made, HOUR);
    assert.equal(await made.roster.find(known.id), undefined);
    assert.equal(made.roster.ids.digestsOf(again).length, 1);
  }
});

Deno.test("endIds() brings an end forward and never puts it off", async () => {
  const made = await world();
  const login = await signedIn(made);
  const digests = made.roster.ids.digestsOf(login);
  const now = made.clock.now();
  const ends = async (): Promise<unknown> => (await made.store.ids()).map(({ endsAt }) => endsAt);
  await endIds(made.roster, digests, { after: HOUR });
  assert.deepEqual(await ends(), [now + HOUR]);
  await endIds(made.roster, digests, { after: DAY });
  assert.deepEqual(await ends(), [now + HOUR]);
  await endIds(made.roster, digests, { after: MINUTE });
  assert.deepEqual(await ends(), [now + MINUTE]);
  await endIds(made.roster, digests, "now");
  assert.deepEqual(await ends(), []);
});

Deno.test("endOldIds() ends all ids but the newest at once", async () => {
  const made = await world();
  const login = await signedIn(made);
  await rotateId(made.roster, login, { after: DAY });
  const newest = await rotateId(made.roster, login, { after: DAY });
  assert.equal(idsOf(made, login).length, 3);
  await endOldIds(made.roster, login);
  assert.deepEqual(idsOf(made, login), [newest.reveal()]);
  assert.deepEqual(idsOf(await restarted(made), login).length, 0);
  assert.equal((await made.store.ids()).length, 1);
});

Deno.test("an id that is over is unknown even where the disk keeps it, and stays so", async () => {
  const made = await world();
  const login = await signedIn(made);
  const [old = ""] = idsOf(made, login);
  await rotateId(made.roster, login, { after: HOUR });
  made.store.failWrites = true;
  await later(made, HOUR);
  assert.equal(made.roster.byId(old), undefined);
  assert.equal((await made.store.ids()).length, 2);
  made.store.failWrites = false;
  assert.equal((await restarted(made)).roster.byId(old), undefined);
});

Deno.test("viewOf() says when the next renewal is due and whether it takes the old token away", async () => {
  const made = await world();
  const login = await signedIn(made);
  const now = made.clock.now();
  const view = viewOf(made.roster, login, now);
  assert.deepEqual([view.nextRefresh, view.oldTokenDies], [now + 118 * MINUTE, false]);
  await made.roster.learn("app-1", { oldAccess: "dies" });
  const aligned = viewOf(made.roster, login, now);
  assert.deepEqual([aligned.nextRefresh, aligned.oldTokenDies], [now + 210 * MINUTE, true]);
  await made.roster.update(login, (row) => ({
    ...row,
    health: { state: "needs_login", since: now, reason: "refused" },
  }));
  assert.equal(viewOf(made.roster, login, now).nextRefresh, undefined);
});
