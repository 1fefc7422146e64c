import assert from "node:assert/strict";
import { removeAccount, rotateId } from "../../src/core/accounts.ts";
import { followAccount, followAll, followId } from "../../src/core/follow.ts";
import { SECOND } from "../../src/core/account.ts";
import { endIds } from "../../src/core/id_end.ts";
import { newId } from "../../src/core/ids.ts";
import type { Shared } from "../../src/core/shared.ts";
import { settled } from "../support/fake_clock.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { besideOthers, OWL, signedIn, type World, worldsOn, WREN } from "../support/world.ts";

async function two(memory = new SharedMemory()): Promise<readonly [World, World, SharedMemory]> {
  const [a, b] = await worldsOn(memory, 2);
  assert.ok(a && b);
  return [a, b, memory];
}

function sharedOf({ deps }: World): Shared {
  assert.ok(deps.shared);
  return deps.shared;
}

function idsOf(made: World, twitchId: string): readonly string[] {
  const login = made.roster.byTwitchId(twitchId);
  return login === undefined ? [] : made.roster.ids.of(login).map(({ id }) => id.reveal());
}

Deno.test("a process takes over accounts, new ids and removals of another as it is told", async () => {
  const [a, b] = await two();
  await using _a = besideOthers(a);
  await using _b = besideOthers(b);
  const login = await signedIn(a);
  await settled();
  const [first = ""] = idsOf(b, OWL.twitchId);
  assert.equal(b.roster.byId(first)?.access?.reveal(), login.access?.reveal());
  await rotateId(a.roster, login);
  await settled();
  assert.equal(b.roster.byId(first), undefined);
  assert.deepEqual(idsOf(b, OWL.twitchId), idsOf(a, OWL.twitchId));
  await removeAccount(a.roster, login);
  await settled();
  assert.deepEqual([b.roster.all().length, idsOf(b, OWL.twitchId)], [0, []]);
});

Deno.test("followAll() finds what nobody has told: rows, new ids, ends of ids, accounts that are gone", async () => {
  const [a, b, memory] = await two();
  memory.silent = true;
  const owl = await signedIn(a);
  const wren = await signedIn(a, WREN);
  await followAll(b.roster, sharedOf(b));
  assert.deepEqual(b.roster.all().map(({ account }) => account.alias), ["nightowl", "wren"]);
  await rotateId(a.roster, owl, { after: 1000 });
  await a.roster.update(wren, (row) => ({ ...row, label: "second" }));
  await followAll(b.roster, sharedOf(b));
  assert.deepEqual(idsOf(b, OWL.twitchId), idsOf(a, OWL.twitchId));
  const [old = ""] = a.roster.ids.digestsOf(owl);
  assert.equal(b.roster.ids.endOf(old), a.clock.now() + 1000);
  assert.equal(b.roster.byTwitchId(WREN.twitchId)?.account.label, "second");
  await endIds(a.roster, [old], "now");
  await removeAccount(a.roster, wren);
  await followAll(b.roster, sharedOf(b));
  assert.equal(b.roster.ids.findDigest(old), undefined);
  assert.equal(b.roster.byTwitchId(WREN.twitchId), undefined);
});

Deno.test("followAll() reads nothing but the outline where all is the same", async () => {
  const [a, b, memory] = await two();
  await signedIn(a);
  await followAll(b.roster, sharedOf(b));
  let reads = 0;
  memory.store.before = (method) => {
    if (method === "account") reads++;
  };
  await followAll(b.roster, sharedOf(b));
  assert.equal(reads, 0);
});

Deno.test("followId() finds an id that was given out a moment ago, and nothing for one that nobody has", async () => {
  const [a, b, memory] = await two();
  memory.silent = true;
  const login = await signedIn(a);
  const [known] = a.roster.ids.of(login);
  assert.ok(known);
  assert.equal(await b.roster.find(known.id), undefined);
  assert.equal((await followId(b.roster, known.id))?.account.key, login.account.key);
  assert.equal(await followId(b.roster, newId()), undefined);
});

Deno.test("followId() throws where the database cannot be asked or does not answer in time", async () => {
  const [a, b, memory] = await two();
  memory.away = true;
  await assert.rejects(followId(b.roster, newId()), { code: "store_away" });
  memory.away = false;
  sharedOf(b).accountOf = () => new Promise(() => {});
  const waiting = followId(b.roster, newId());
  const refused = assert.rejects(waiting, { code: "store_away", message: /in time/ });
  await a.clock.advance(6 * SECOND);
  await refused;
});

Deno.test("followAccount() takes over no row that was read before this process wrote a later one", async () => {
  const [a, b] = await two();
  const login = await signedIn(a);
  await followAll(b.roster, sharedOf(b));
  const theirs = b.roster.byTwitchId(OWL.twitchId);
  assert.ok(theirs);
  const { key } = login.account;
  const late = await sharedOf(b).kept(key);
  await b.roster.update(theirs, (row) => ({ ...row, label: "newer" }));
  await followAccount(b.roster, { kept: () => Promise.resolve(late) } as unknown as Shared, key);
  assert.equal(theirs.account.label, "newer");
});

Deno.test("followAccount() reads again where an id was added here while it read", async () => {
  const [a, b] = await two();
  const login = await signedIn(a);
  await followAll(b.roster, sharedOf(b));
  const theirs = b.roster.byTwitchId(OWL.twitchId);
  assert.ok(theirs);
  const shared = sharedOf(b);
  let reads = 0;
  const kept = async (key: string) => {
    const read = await shared.kept(key);
    if (++reads === 1) await rotateId(b.roster, theirs, { after: 5000 });
    return read;
  };
  await followAccount(b.roster, { kept } as unknown as Shared, login.account.key);
  assert.deepEqual([reads, b.roster.ids.of(theirs).length], [2, 2]);
});
