/** Password, sessions and setup code where several processes share a store. */
import assert from "node:assert/strict";
import { Owner } from "../../src/core/owner.ts";
import { Secret } from "../../src/core/secret.ts";
import { settled } from "../support/fake_clock.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { besideOthers, type World, worldsOn } from "../support/world.ts";

const PASSWORD = new Secret("correct horse battery");
const HERE = { from: "192.168.1.20", userAgent: "" };

async function two(): Promise<readonly [World, World, SharedMemory]> {
  const memory = new SharedMemory();
  const [a, b] = await worldsOn(memory, 2);
  assert.ok(a && b);
  return [a, b, memory];
}

function codeOf({ setupCode }: Owner): Secret {
  assert.ok(setupCode);
  return setupCode;
}

async function owned(): Promise<readonly [World, World, SharedMemory]> {
  const [a, b, memory] = await two();
  await a.owner.claim(codeOf(a.owner), PASSWORD, HERE);
  await b.owner.follow();
  return [a, b, memory];
}

Deno.test("all processes have one setup code, which is used up for all, and another after a reset", async () => {
  const [a, b] = await two();
  const code = codeOf(a.owner);
  assert.equal(codeOf(b.owner).reveal(), code.reveal());
  await b.owner.claim(code, PASSWORD, HERE);
  await a.owner.follow();
  assert.deepEqual([a.owner.setupCode, a.owner.hasPassword], [undefined, true]);
  await a.owner.resetPassword();
  await b.owner.follow();
  assert.equal(codeOf(b.owner).reveal(), codeOf(a.owner).reveal());
  assert.notEqual(codeOf(a.owner).reveal(), code.reveal());
});

Deno.test("sessionOf() finds a session that another process opened a moment ago", async () => {
  const [a, b, memory] = await owned();
  memory.silent = true;
  const { value } = await a.owner.signIn(PASSWORD, HERE);
  assert.notEqual(await b.owner.sessionOf(value), undefined);
  assert.equal(await b.owner.sessionOf(new Secret("A".repeat(43))), undefined);
});

Deno.test("a session that is ended at one process ends at the other as it is told", async () => {
  const [a, b] = await owned();
  await using _b = besideOthers(b);
  const { value, session } = await a.owner.signIn(PASSWORD, HERE);
  assert.notEqual(await b.owner.sessionOf(value), undefined);
  await a.owner.signOut(session);
  await settled();
  assert.equal(await b.owner.sessionOf(value), undefined);
});

Deno.test("sessions that are opened at once at two processes are both kept", async () => {
  const [a, b, memory] = await owned();
  memory.silent = true;
  const opened = await Promise.all([a, b, a, b].map(({ owner }) => owner.signIn(PASSWORD, HERE)));
  for (const { value } of opened) {
    assert.notEqual(await a.owner.sessionOf(value), undefined);
    assert.notEqual(await b.owner.sessionOf(value), undefined);
  }
});

Deno.test("changePassword() goes by the password that the store has", async () => {
  const [a, b, memory] = await owned();
  memory.silent = true;
  const { session } = await a.owner.signIn(PASSWORD, HERE);
  const change = { old: PASSWORD, fresh: new Secret("another long password"), from: HERE.from, session };
  await a.owner.changePassword(change);
  const again = { ...change, fresh: new Secret("a third long password") };
  await assert.rejects(b.owner.changePassword(again), { code: "wrong_password" });
});

Deno.test("wrong passwords count over all processes", async () => {
  const [a, b] = await owned();
  const wrong = new Secret("wrong password");
  for (const { owner } of [a, b, a, b, a]) {
    await assert.rejects(owner.signIn(wrong, HERE), { code: "wrong_password" });
  }
  for (const { owner } of [a, b]) {
    await assert.rejects(owner.signIn(PASSWORD, HERE), { code: "throttled" });
  }
});

Deno.test("while the database is away its owner gets in, for this process alone", async () => {
  const [a, b, memory] = await owned();
  memory.away = true;
  const { value } = await a.owner.signIn(PASSWORD, HERE);
  assert.notEqual(await a.owner.sessionOf(value), undefined);
  memory.away = false;
  assert.equal(await b.owner.sessionOf(value), undefined);
});

Deno.test("while the key is missing a process keeps the setup code that it has shown", async () => {
  const [a] = await two();
  a.vault.locked = "The key file is missing";
  const code = codeOf(a.owner).reveal();
  await a.owner.follow();
  assert.equal(codeOf(a.owner).reveal(), code);
  const fresh = await Owner.load(a.deps, a.passwords);
  const own = codeOf(fresh).reveal();
  await fresh.follow();
  assert.equal(codeOf(fresh).reveal(), own);
});
