import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import { BesideOthers } from "../../src/cli/beside_others.ts";
import { NoticeDuty } from "../../src/cli/notice_duty.ts";
import type { Program } from "../../src/cli/program.ts";
import { AppError } from "../../src/core/error.ts";
import { settled } from "../support/fake_clock.ts";
import { RecordingNotifier } from "../support/recording_notifier.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { OWL, signedIn, type World, worldsOn } from "../support/world.ts";

interface Pair {
  readonly a: World;
  readonly b: World;
  readonly memory: SharedMemory;
  /** How often the setting `x` was read by the second. */
  reads: number;
  readonly others: BesideOthers;
}

async function two(): Promise<Pair> {
  const memory = new SharedMemory();
  const [a, b] = await worldsOn(memory, 2);
  assert.ok(a && b?.deps.shared);
  const others = new BesideOthers(b.roster, b.deps.shared);
  const pair: Pair = { a, b, memory, reads: 0, others };
  others.follow(
    new Map([["x", () => {
      pair.reads++;
      return Promise.resolve();
    }]]),
  );
  await settled();
  pair.reads = 0;
  return pair;
}

Deno.test("BesideOthers reads a setting again when another process has written it, and no other", async () => {
  const pair = await two();
  await pair.a.deps.store.saveSetting("y", Uint8Array.of(40));
  await settled();
  assert.equal(pair.reads, 0);
  await pair.a.deps.store.saveSetting("x", Uint8Array.of(40));
  await settled();
  assert.equal(pair.reads, 1);
  await pair.others[Symbol.asyncDispose]();
  await pair.a.deps.store.saveSetting("x", Uint8Array.of(41));
  await settled();
  assert.equal(pair.reads, 1);
});

Deno.test("BesideOthers asks for what nobody reads again neither the database nor whether it answers", async () => {
  const pair = await two();
  const { a, b, memory, others } = pair;
  assert.ok(a.deps.shared);
  memory.away = true;
  memory.tell(a.deps.shared as never, { kind: "account", key: "key-1" });
  await settled();
  assert.equal(others.away, true);
  for (const nobodys of [{ kind: "slots" }, { kind: "setting", name: "y" }] as const) {
    memory.tell(a.deps.shared as never, nobodys);
    for (let round = 0; round < 3; round++) await b.clock.advance(3 * SECOND);
    assert.deepEqual(b.log.events().filter((event) => event === "the database is back"), [], nobodys.kind);
  }
  memory.away = false;
  await b.clock.advance(3 * SECOND);
  assert.equal(others.away, false);
  await others[Symbol.asyncDispose]();
});

Deno.test("BesideOthers looks at the key before all else, and when slots were changed", async () => {
  const memory = new SharedMemory();
  const [a, b] = await worldsOn(memory, 2);
  assert.ok(a?.deps.shared && b?.deps.shared);
  const done: string[] = [];
  const note = (what: string) => () => Promise.resolve(void done.push(what));
  await using others = new BesideOthers(b.roster, b.deps.shared, note("key"));
  others.follow(new Map([["x", note("x")]]));
  await settled();
  assert.deepEqual(done.splice(0), ["key", "x"]);
  memory.tell(a.deps.shared as never, { kind: "slots" });
  await settled();
  assert.deepEqual(done, ["key"]);
});

Deno.test("BesideOthers says once that the database is away, and compares everything when it is back", async () => {
  const { a, b, memory, others } = await two();
  await signedIn(a);
  await settled();
  memory.away = true;
  for (const connection of ["one", "two"]) {
    void connection;
    memory.tell(a.deps.shared as never, { kind: "account", key: `key-${OWL.twitchId}` });
    await settled();
    await b.clock.advance(3 * SECOND);
  }
  assert.equal(others.away, true);
  assert.deepEqual(b.log.events().filter((event) => event === "the database is away").length, 1);
  memory.silent = true;
  memory.away = false;
  const login = a.roster.byTwitchId(OWL.twitchId);
  assert.ok(login);
  await a.roster.update(login, (row) => ({ ...row, label: "while away" }));
  await b.clock.advance(3 * SECOND);
  await settled();
  assert.equal(others.away, false);
  assert.equal(b.roster.byTwitchId(OWL.twitchId)?.account.label, "while away");
  assert.equal(b.log.events().at(-1), "the database is back");
  await others[Symbol.asyncDispose]();
});

Deno.test("BesideOthers goes on after a change that cannot be taken over", async () => {
  const pair = await two();
  const { a, b, others } = pair;
  let fails = true;
  others.follow(
    new Map([[
      "x",
      () => fails ? Promise.reject(new AppError("locked", "Cannot open it: other key")) : Promise.resolve(),
    ]]),
  );
  await a.deps.store.saveSetting("x", Uint8Array.of(40));
  await settled();
  assert.equal(b.log.events().at(-1), "cannot take over what another instance wrote");
  fails = false;
  await signedIn(a);
  await settled();
  assert.equal(b.roster.all().length, 1);
  assert.equal(others.away, false);
});

interface Told {
  readonly notifier: RecordingNotifier;
  readonly duty: NoticeDuty;
  away: boolean;
}

function dutyOf({ roster, deps }: World): Told {
  const notifier = Object.assign(new RecordingNotifier(), { hosts: ["ntfy.sh"] });
  const told: Told = { notifier, away: false, duty: undefined as never };
  const program = { roster, deps, notifier, storeIsAway: () => told.away } as unknown as Program;
  return Object.assign(told, { duty: new NoticeDuty(program) });
}

async function ended(made: World): Promise<void> {
  const login = await signedIn(made);
  const health = { state: "needs_login", since: made.clock.now(), reason: "refused" } as const;
  await made.roster.update(login, (row) => ({ ...row, health }));
  await settled();
}

Deno.test("NoticeDuty: one of several processes tells, and another goes on where that one has stopped", async () => {
  const { a, b, memory } = await two();
  const [first, second] = [dutyOf(a), dutyOf(b)];
  await ended(a);
  await Promise.all([first.duty.look(), second.duty.look()]);
  await settled();
  assert.deepEqual([first, second].map(({ notifier }) => notifier.notices.length), [1, 0]);
  memory.lapse();
  await second.duty.look();
  await first.duty.look();
  await settled();
  assert.deepEqual([first, second].map(({ notifier }) => notifier.notices.length), [1, 0], "told once");
  const login = b.roster.byTwitchId(OWL.twitchId);
  assert.ok(login);
  await b.roster.update(login, (row) => ({ ...row, health: { state: "connected" } }));
  await settled();
  assert.deepEqual([first, second].map(({ notifier }) => notifier.notices.length), [1, 1]);
  await second.duty[Symbol.asyncDispose]();
});

Deno.test("NoticeDuty tells that the database is away where it told before, in words of its own", async () => {
  const { a, b, memory } = await two();
  const [first, second] = [dutyOf(a), dutyOf(b)];
  await first.duty.look();
  await assert.doesNotReject(second.duty.look());
  memory.away = true;
  memory.lapse();
  first.away = second.away = true;
  await first.duty.look();
  await assert.rejects(second.duty.look(), { code: "store_away" });
  await a.clock.advance(3 * MINUTE);
  await first.duty.look();
  await settled();
  assert.deepEqual(first.notifier.notices.map(({ title }) => title), ["Database cannot be reached"]);
  assert.equal(second.notifier.notices.length, 0);
  await first.duty[Symbol.asyncDispose]();
});
