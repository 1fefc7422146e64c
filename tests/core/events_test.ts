import assert from "node:assert/strict";
import { HOUR } from "../../src/core/account.ts";
import { heardLog, MOST_EVENTS, RecentEvents } from "../../src/core/events.ts";
import { Secret } from "../../src/core/secret.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { SilentLog } from "../support/silent_log.ts";

function kinds(events: RecentEvents): readonly string[] {
  return events.all().map(({ kind }) => kind);
}

function heard(): { readonly events: RecentEvents; readonly log: SilentLog; readonly clock: FakeClock } {
  const clock = new FakeClock();
  return { events: new RecentEvents(clock), log: new SilentLog(), clock };
}

Deno.test("heardLog() passes every line on and notes those for people, newest first", () => {
  const { events, log } = heard();
  const both = heardLog(log, events);
  both.debug("listening");
  both.info("listening", { port: 8948 });
  both.info("something else");
  both.warn("wrong password", { from: "192.168.1.20" });
  both.error("backup failed", { message: "no room" });
  assert.deepEqual(kinds(events), ["backup_failed", "wrong_password", "started"]);
  assert.deepEqual(log.events(), [
    "listening",
    "listening",
    "something else",
    "wrong password",
    "backup failed",
  ]);
  assert.deepEqual(log.entries[3]?.fields, { from: "192.168.1.20" });
});

Deno.test("RecentEvents keeps only the fields of its table, never a Secret, and cuts long ones", () => {
  const { events } = heard();
  const fields = {
    name: "x".repeat(500),
    hint: "allow it",
    id: "canary-id",
    token: new Secret("canary-token"),
  };
  events.note("host name refused", fields);
  events.note("notice sent", { host: new Secret("canary-host"), account: "owl" });
  const text = JSON.stringify(events.all());
  assert.doesNotMatch(text, /canary|allow it|\[secret\]/);
  assert.deepEqual(events.all()[1]?.facts, { name: "x".repeat(100) });
  assert.deepEqual(events.all()[0]?.facts, { account: "owl" });
});

Deno.test("RecentEvents tells of a refresh that fails once, and once that it works again, for each account", () => {
  const { events } = heard();
  const fails = (account: string): void => events.note("refresh failed", { account, reason: "timeout" });
  events.note("login refreshed", { account: "owl" });
  fails("owl");
  fails("owl");
  fails("wren");
  events.note("login refreshed", { account: "owl" });
  events.note("login refreshed", { account: "owl" });
  fails("owl");
  assert.deepEqual(events.all().map(({ kind, facts }) => `${kind} ${facts["account"]}`), [
    "refresh_failed owl",
    "recovered owl",
    "refresh_failed wren",
    "refresh_failed owl",
  ]);
});

Deno.test("RecentEvents ends the trouble of an account with a sign-in, which is told each time", () => {
  const { events } = heard();
  for (const line of ["sign-in needed", "sign-in needed", "signed in", "login refreshed", "signed in"]) {
    events.note(line, { account: "owl" });
  }
  assert.deepEqual(events.all().map(({ kind, times }) => [kind, times]), [["signed_in", 2], [
    "needs_login",
    1,
  ]]);
});

Deno.test("RecentEvents counts what comes several times in a row, and keeps the last 200", () => {
  const { events, clock } = heard();
  for (let count = 0; count < 5; count++) {
    clock.jump(1000);
    events.note("wrong password", { from: "192.168.1.9" });
  }
  assert.deepEqual(events.all().map(({ times, at }) => [times, at]), [[5, clock.now()]]);
  for (let count = 0; count < MOST_EVENTS + 50; count++) {
    events.note("wrong password", { from: String(count) });
  }
  assert.equal(events.all().length, MOST_EVENTS);
  assert.equal(events.all()[0]?.facts["from"], String(MOST_EVENTS + 49));
});

Deno.test("RecentEvents are there after a restart, before what the new process has noted already", async () => {
  const { events, clock } = heard();
  const store = new MemoryStore();
  events.note("listening");
  await events.write(store);
  const later = new RecentEvents(clock);
  later.note("host name refused", { name: "x" });
  await later.load(store);
  assert.deepEqual(kinds(later), ["host_refused", "started"]);
});

Deno.test("RecentEvents are written when something is new, once an hour at most and at the end", async () => {
  const { events, clock } = heard();
  const store = new MemoryStore();
  let writes = 0;
  store.before = (method) => void (method === "saveSetting" && writes++);
  events.note("listening");
  await events.look(store);
  assert.equal(writes, 0);
  clock.jump(HOUR);
  await events.look(store);
  await events.look(store);
  clock.jump(HOUR);
  await events.look(store);
  assert.equal(writes, 1, "nothing was new");
  events.note("stopping");
  await events.write(store);
  await events.write(store);
  assert.equal(writes, 2);
});

Deno.test("RecentEvents survive a disk that takes nothing and a copy that cannot be understood", async () => {
  const { events, clock } = heard();
  const store = new MemoryStore();
  events.note("listening");
  store.failWrites = true;
  await events.write(store);
  store.failWrites = false;
  await events.write(store);
  assert.ok(await store.setting("events"));
  for (
    const text of [
      "no JSON",
      "null",
      '{"events":[{"at":1,"kind":"of a later version","facts":{},"times":1},7]}',
    ]
  ) {
    await store.saveSetting("events", new TextEncoder().encode(text));
    const later = new RecentEvents(clock);
    await later.load(store);
    assert.deepEqual(later.all(), [], text);
  }
});

Deno.test("RecentEvents of several processes on one store are told by all, each once, in the order of time", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const [a, b] = [new RecentEvents(clock, true), new RecentEvents(clock, true)];
  a.note("listening");
  await clock.advance(1000);
  b.note("wrong password", { from: "192.168.1.20" });
  await clock.advance(1000);
  a.note("password set", { from: "192.168.1.20" });
  await a.write(store);
  await b.write(store);
  await a.load(store);
  await b.load(store);
  const expected = ["password_set", "wrong_password", "started"];
  assert.deepEqual([kinds(a), kinds(b)], [expected, expected]);
  a.note("stopping");
  await a.look(store);
  await b.load(store);
  assert.deepEqual(kinds(b), expected, "written each minute and no sooner");
  await clock.advance(60_000);
  await a.look(store);
  await b.load(store);
  await a.load(store);
  assert.deepEqual([kinds(a), kinds(b)], [["stopped", ...expected], ["stopped", ...expected]]);
});
