import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { doubtTimes } from "../../src/core/doubt.ts";
import { send } from "../../src/core/refresh.ts";
import { AWAY, unavailable } from "../support/scripted_twitch.ts";
import { settled } from "../support/fake_clock.ts";
import { later, OWL, PUBLIC, restarted, signedIn, untilDue, world } from "../support/world.ts";

const PEOPLE = Array.from(
  { length: 20 },
  (_, index) => ({ twitchId: `${1000 + index}`, login: `person${index}` }),
);

for (const app of [undefined, PUBLIC]) {
  Deno.test(`Refresher.one() sends one request for 200 askers of a ${app ? "public" : "confidential"} app`, async () => {
    const made = await world(app);
    const login = await signedIn(made);
    await made.clock.advance(4 * HOUR - MINUTE);
    const askers = ["job", "question", "person"] as const;
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => made.refresher.one(login, askers[index % 3] ?? "job")),
    );
    assert.equal(made.twitch.sent("refresh").length, 1);
    assert.equal(login.access?.reveal(), "access-2");
  });
}

Deno.test("Refresher.one() joins what is under way and lets the next one begin anew", async () => {
  const made = await world();
  const login = await signedIn(made);
  const release = made.twitch.hold("refresh");
  const first = made.refresher.one(login, "person");
  assert.equal(made.refresher.one(login, "question"), first);
  release();
  await first;
  await made.refresher.one(login, "person");
  assert.equal(made.twitch.sent("refresh").length, 2);
});

for (const [way, look] of [["one", 1], ["one", 2], ["alone", 1]] as const) {
  Deno.test(`Refresher.${way}() begins one piece of work when its own look ${look} at the clock tells of a jump`, async () => {
    const made = await world(PUBLIC);
    const login = await signedIn(made);
    const { clock, refresher, roster, twitch } = made;
    await clock.advance(untilDue(made, login));
    twitch.validate = () => Promise.resolve({ kind: "invalid" });
    const read = clock.now.bind(clock);
    let looks = 0;
    let jumped: Promise<void> | undefined;
    clock.now = () => {
      if (++looks === look) {
        doubtTimes(roster);
        jumped = refresher.due();
      }
      return read();
    };
    const release = twitch.hold("refresh");
    const work = way === "one"
      ? refresher.one(login, "job")
      : refresher.alone(login, () => send(roster, login, clock.now()));
    await settled();
    release();
    await Promise.all([work, jumped]);
    assert.equal(twitch.sent("refresh").length, 1);
  });
}

Deno.test("Refresher.due() looks again at a login that rests only for a reason", async () => {
  const made = await world();
  const login = await signedIn(made);
  const { clock, refresher, roster } = made;
  await refresher.due();
  const situation = roster.situation.bind(roster);
  let looks = 0;
  roster.situation = (one) => {
    looks++;
    return situation(one);
  };
  const looksOfRound = async (): Promise<number> => {
    looks = 0;
    await refresher.due();
    return looks;
  };
  assert.equal(await looksOfRound(), 0);
  roster.touch(login);
  assert.equal(await looksOfRound(), 1, "a change");
  await clock.advance(5 * MINUTE);
  assert.equal(await looksOfRound(), 0);
  login.askedAt = clock.now();
  assert.equal(await looksOfRound(), 1, "a question");
  assert.equal(await looksOfRound(), 0);
  clock.jump(-MINUTE);
  assert.equal(await looksOfRound(), 1, "before the rest");
});

Deno.test("Refresher.due() refreshes every account that is due and leaves the others alone", async () => {
  const made = await world();
  for (const person of PEOPLE) await signedIn(made, person);
  made.twitch.calls.length = 0;
  await made.clock.advance(untilDue(made, made.roster.all()[0] ?? assert.fail()));
  const late = await signedIn(made, OWL);
  await made.refresher.due();
  assert.equal(made.twitch.sent("refresh").length, PEOPLE.length);
  assert.equal(late.account.generation, 1);
});

Deno.test("Refresher.due() is held back by no account that hangs", async () => {
  const made = await world();
  for (const person of PEOPLE) await signedIn(made, person);
  await made.clock.advance(121 * MINUTE);
  const releases = [made.twitch.hold("refresh"), made.twitch.hold("refresh"), made.twitch.hold("refresh")];
  const work = made.refresher.due();
  await settled();
  const done = made.roster.all().filter(({ account }) => account.generation === 2);
  assert.equal(done.length, PEOPLE.length - releases.length);
  for (const release of releases) release();
  await work;
  assert.ok(made.roster.all().every(({ account }) => account.generation === 2));
});

Deno.test("Refresher.due() goes on with the others when one account cannot be kept", async () => {
  const made = await world();
  const bad = await signedIn(made, OWL, { key: "key-bad" });
  Object.assign(bad, { account: { ...bad.account, key: "key-bad", generation: 7 } });
  const good = await signedIn(made, PEOPLE[0]);
  await later(made, untilDue(made, good));
  assert.equal(good.account.generation, 2);
  assert.deepEqual(made.log.events("error"), ["login cannot be kept"]);
});

Deno.test("Refresher.one() rejects for nothing, and says in the log what was a bug", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.refresh = () => Promise.reject(new TypeError("a bug"));
  await made.refresher.one(login, "person");
  await made.refresher.due();
  assert.ok(made.log.events("error").includes("bug while keeping a login"));
  assert.equal(login.access?.reveal(), "access-1");
});

Deno.test("Refresher wakes by itself when a wait of less than a minute is over", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.twitch.next("refresh", AWAY);
  await made.refresher.due();
  await made.clock.advance(5 * SECOND);
  assert.equal(made.twitch.sent("refresh").length, 1);
  await made.clock.advance(SECOND);
  assert.equal(made.twitch.sent("refresh").length, 2);
  assert.equal(login.account.generation, 2);
  assert.equal(made.clock.sleeping, 0);
});

Deno.test("Refresher leaves longer waits to the background job", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.twitch.next("refresh", unavailable({ reason: "rate_limited", spent: "no", retryAfter: 3 * MINUTE }));
  await made.refresher.due();
  assert.equal(made.clock.sleeping, 0);
  await made.clock.advance(10 * MINUTE);
  assert.equal(made.twitch.sent("refresh").length, 1);
  await made.refresher.due();
  assert.equal(made.twitch.sent("refresh").length, 2);
});

Deno.test("Refresher keeps one timer per account, however often it is asked", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.twitch.next("refresh", AWAY);
  await made.refresher.due();
  for (let count = 0; count < 50; count++) await made.refresher.one(login, "question");
  assert.equal(made.clock.sleeping, 1);
  assert.equal(made.twitch.sent("refresh").length, 1);
});

Deno.test("Refresher does not spin once eight sends have been used up", async () => {
  const made = await world();
  const login = await signedIn(made);
  const now = made.clock.now();
  const sends = Array.from({ length: 8 }, () => now);
  const health = {
    state: "retrying",
    since: now,
    reason: "rate_limited",
    attempts: 8,
    nextTry: now,
  } as const;
  Object.assign(login, { account: { ...login.account, sends, health } });
  await made.refresher.due();
  assert.equal(made.clock.sleeping, 0);
  assert.equal(made.twitch.calls.length, 0);
});

Deno.test("Refresher does nothing with a locked vault, and takes up its work when it starts unlocked", async () => {
  const before = await world();
  const login = await signedIn(before);
  before.vault.locked = "the key is missing";
  const locked = await restarted(before);
  await later(locked, untilDue(before, login));
  const [closed] = locked.roster.all();
  assert.ok(closed !== undefined);
  await locked.refresher.one(closed, "person");
  assert.equal(locked.twitch.calls.length, 0);
  assert.equal(closed.access, undefined);
  assert.deepEqual(locked.events, []);
  assert.deepEqual(locked.log.entries, []);

  before.vault.locked = undefined;
  const made = await restarted(locked);
  await made.refresher.due();
  assert.equal(made.roster.all()[0]?.access?.reveal(), "access-2");
});

Deno.test("Refresher.close() waits for what is under way and starts nothing more", async () => {
  const made = await world();
  const login = await signedIn(made);
  const other = await signedIn(made, PEOPLE[0]);
  const release = made.twitch.hold("refresh");
  const work = made.refresher.one(login, "person");
  await settled();
  let closed = false;
  const closing = made.refresher.close(new AbortController().signal).then(() => closed = true);
  await settled();
  assert.equal(closed, false);
  await made.refresher.one(other, "person");
  assert.equal(made.twitch.sent("refresh").length, 1);
  release();
  await Promise.all([work, closing]);
  assert.equal(login.account.generation, 2);
});

Deno.test("Refresher.close() waits no longer than its signal", async () => {
  const made = await world();
  const login = await signedIn(made);
  const release = made.twitch.hold("refresh");
  const work = made.refresher.one(login, "person");
  await settled();
  const patience = new AbortController();
  const closing = made.refresher.close(patience.signal);
  patience.abort();
  await closing;
  release();
  await work;
});

Deno.test("Refresher.close() lets a step that is under way end, but no send follow it", async () => {
  const made = await world();
  const login = await signedIn(made);
  const release = made.twitch.hold("validate");
  await made.clock.advance(HOUR);
  await made.twitch.revoke({ clientId: "app-1", clientSecret: undefined }, login.access ?? assert.fail());
  const work = made.refresher.one(login, "job");
  await settled();
  const closing = made.refresher.close(new AbortController().signal);
  release();
  await Promise.all([work, closing]);
  assert.equal(login.accessDead, true);
  assert.equal(made.twitch.sent("refresh").length, 0);
});

Deno.test("Refresher.close() ends its timers", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.next("refresh", AWAY);
  await made.refresher.one(login, "person");
  assert.equal(made.clock.sleeping, 1);
  await made.refresher.close(AbortSignal.abort());
  assert.equal(made.clock.sleeping, 0);
});

Deno.test("Refresher works on eight at once when the timers of many end together", async () => {
  const made = await world();
  const [first] = await Promise.all(PEOPLE.map((person) => signedIn(made, person)));
  assert.ok(first);
  await later(made, untilDue(made, first) - 30 * SECOND);
  const releases = PEOPLE.map(() => made.twitch.hold("refresh"));
  await made.clock.advance(31 * SECOND);
  assert.equal(made.twitch.sent("refresh").length, 8);
  for (const release of releases) release();
  await settled();
  assert.equal(made.twitch.sent("refresh").length, PEOPLE.length);
});
