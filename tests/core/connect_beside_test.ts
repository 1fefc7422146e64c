/** Sign-ins where several processes share a store, and a browser's next request may come to any of them. */
import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import { OtherUser } from "../../src/core/held_sign_ins.ts";
import { settled } from "../support/fake_clock.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { besideOthers, OWL, SCOPES, signedIn, type World, worldsOn, WREN } from "../support/world.ts";

const REDIRECT = "http://localhost:8948/callback";
const WISH = { scopes: SCOPES, label: "main" };

interface Pair {
  readonly a: World;
  readonly b: World;
  readonly memory: SharedMemory;
}

async function two(): Promise<Pair> {
  const memory = new SharedMemory();
  const [a, b] = await worldsOn(memory, 2);
  assert.ok(a && b);
  for (const made of [a, b]) {
    besideOthers(made);
    await made.connector.resume();
  }
  return { a, b, memory };
}

Deno.test("a link that was begun at one process comes back to another, and both know how it ended", async () => {
  const { a, b, memory } = await two();
  memory.silent = true;
  const { ref, state, cookie } = await a.connector.begin(WISH, REDIRECT);
  await b.connector.follow();
  assert.equal((await b.connector.arrival(state, cookie))?.here, true);
  const code = b.twitch.approve(OWL, "app-1", SCOPES);
  const { id } = await b.connector.finish({ kind: "code", code, state });
  await a.connector.follow();
  const known = a.connector.signIn(ref).state;
  assert.ok(known.kind === "connected");
  assert.deepEqual([known.connected.id.reveal(), known.connected.login.account.alias], [
    id.reveal(),
    "nightowl",
  ]);
  assert.equal(a.connector.connectedOf(known.connected.login), known.connected);
  assert.deepEqual(a.connector.open(), []);
});

Deno.test("of two processes that are given the same state at once, one exchanges it", async () => {
  const { a, b } = await two();
  const { state } = await a.connector.begin(WISH, REDIRECT);
  await settled();
  const code = b.twitch.approve(OWL, "app-1", SCOPES);
  const ends = await Promise.allSettled(
    [a, b].map(({ connector }) => connector.finish({ kind: "code", code, state })),
  );
  assert.deepEqual(ends.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  assert.equal(a.twitch.sent("exchangeCode").length, 1);
  await assert.rejects(b.connector.finish({ kind: "code", code, state }), { code: "stale_attempt" });
});

Deno.test("a failure at one process is told by the other, and the attempt goes on", async () => {
  const { a, b } = await two();
  const { ref, state } = await a.connector.begin(WISH, REDIRECT);
  await settled();
  await assert.rejects(b.connector.finish({ kind: "error", error: "access_denied", state }), {
    code: "refused",
  });
  await a.connector.follow();
  const seen = a.connector.signIn(ref).state;
  assert.ok(seen.kind === "failed");
  assert.match(String(seen.error), /cancelled on Twitch's page/);
  const code = a.twitch.approve(OWL, "app-1", SCOPES);
  await a.connector.finish({ kind: "code", code, state });
});

Deno.test("a device code is asked for by one process, and by another once that one is gone", async () => {
  const { a, b, memory } = await two();
  const { attempt } = await a.connector.beginDevice(WISH);
  await settled();
  assert.equal(b.connector.device(attempt).kind, "waiting");
  await a.clock.advance(15 * SECOND);
  assert.equal(a.twitch.sent("pollDevice").length, 3);
  await a.connector.close();
  memory.lapse();
  a.twitch.calls.length = 0;
  await b.clock.advance(10 * SECOND);
  assert.ok(b.twitch.sent("pollDevice").length >= 1);
  b.twitch.approveDevice(OWL, "app-1", SCOPES);
  await b.clock.advance(5 * SECOND);
  await settled();
  assert.equal(b.connector.device(attempt).kind, "connected");
});

Deno.test("a code that one process has exchanged is not asked for by another that has not heard of it", async () => {
  const { a, b, memory } = await two();
  const { attempt } = await a.connector.beginDevice(WISH);
  await settled();
  memory.silent = true;
  a.twitch.approveDevice(OWL, "app-1", SCOPES);
  await a.clock.advance(5 * SECOND);
  assert.equal(a.connector.device(attempt).kind, "connected");
  a.twitch.calls.length = 0;
  await b.clock.advance(5 * SECOND);
  assert.deepEqual(b.twitch.sent("pollDevice"), []);
  assert.equal(b.connector.device(attempt).kind, "connected");
});

Deno.test("how a device code ended is kept before another process may ask for it", async () => {
  const { a, b, memory } = await two();
  const { attempt } = await a.connector.beginDevice(WISH);
  await settled();
  const turns: boolean[] = [];
  // The store calls the process that was made last.
  b.onStore = (method) => {
    if (method === "replaceSetting") {
      turns.push([...memory.leases.keys()].some((name) => name.startsWith("code ")));
    }
  };
  a.twitch.approveDevice(OWL, "app-1", SCOPES);
  await a.clock.advance(5 * SECOND);
  assert.equal(a.connector.device(attempt).kind, "connected");
  assert.deepEqual(turns, [true]);
});

/** Holds back what is opened of this purpose, until the answer is called. */
function holdBack({ vault }: World, purpose: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const open = vault.open.bind(vault);
  vault.open = async (sealed, bound) => {
    if (bound.purpose === purpose) await promise;
    return await open(sealed, bound);
  };
  return resolve;
}

Deno.test("an attempt that begins while the others' are read is not taken for one that is gone", async () => {
  const { a, memory } = await two();
  memory.silent = true;
  await a.connector.begin(WISH, REDIRECT);
  const goOn = holdBack(a, "attempts");
  const following = a.connector.follow();
  await settled();
  const beginning = a.connector.begin(WISH, REDIRECT);
  await settled();
  goOn();
  const { ref } = (await Promise.all([beginning, following]))[0];
  assert.equal(a.connector.signIn(ref).state.kind, "waiting");
});

Deno.test("a sign-in that is held while the others' are read is not taken for one that is decided", async () => {
  const pair = await two();
  const { a, memory } = pair;
  await heldAt(pair);
  await settled();
  memory.silent = true;
  const { state } = await a.connector.begin({ ...WISH, expected: WREN.twitchId }, REDIRECT);
  const code = a.twitch.approve(OWL, "app-1", SCOPES);
  const goOn = holdBack(a, "held sign-ins");
  const following = a.connector.held.follow();
  await settled();
  const finishing = a.connector.finish({ kind: "code", code, state }).catch((error) => error);
  await settled();
  goOn();
  const error = (await Promise.all([finishing, following]))[0];
  assert.ok(error instanceof OtherUser);
  assert.ok(a.connector.held.has(error.held.ref));
});

Deno.test("cancel() at one process ends the attempt at the other, and its polling", async () => {
  const { a, b } = await two();
  const { attempt } = await a.connector.beginDevice(WISH);
  await settled();
  await b.connector.cancel(attempt);
  await settled();
  assert.throws(() => a.connector.device(attempt), { code: "stale_attempt" });
  a.twitch.calls.length = 0;
  await a.clock.advance(MINUTE);
  assert.deepEqual(a.twitch.calls, []);
});

Deno.test("newCode() at one process is the code at the other", async () => {
  const { a, b } = await two();
  const { attempt, endsAt } = await a.connector.beginDevice(WISH);
  await a.clock.advance(SECOND);
  await b.connector.newCode(attempt);
  await settled();
  const seen = a.connector.device(attempt);
  assert.ok(seen.kind === "waiting");
  assert.equal(seen.begun.endsAt, endsAt + SECOND);
});

/** Somebody was asked to sign in again as `WREN` and came as `OWL`, at the first process. */
async function heldAt({ a, b }: Pair) {
  await signedIn(a, WREN);
  await settled();
  const { ref, state } = await a.connector.begin({ ...WISH, expected: WREN.twitchId }, REDIRECT);
  const code = a.twitch.approve(OWL, "app-1", SCOPES);
  const error = await a.connector.finish({ kind: "code", code, state }).catch((error) => error);
  assert.ok(error instanceof OtherUser);
  await b.connector.follow();
  return { ref, held: error.held };
}

Deno.test("a held sign-in is decided on at another process, once", async () => {
  const pair = await two();
  const { a, b } = pair;
  const { ref, held } = await heldAt(pair);
  const seen = b.connector.signIn(ref).state;
  assert.ok(seen.kind === "failed" && seen.error instanceof OtherUser);
  assert.equal(seen.error.held.ref.reveal(), held.ref.reveal());
  assert.deepEqual([b.connector.held.get(held.ref).login, b.connector.held.get(held.ref).expected], [
    "nightowl",
    "wren",
  ]);
  const ends = await Promise.allSettled([a, b].map(({ connector }) => connector.held.keep(held.ref)));
  assert.deepEqual(ends.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  await settled();
  for (const { roster, connector } of [a, b]) {
    assert.equal(roster.byTwitchId(OWL.twitchId)?.account.alias, "nightowl");
    assert.equal(connector.held.has(held.ref), false);
  }
});

Deno.test("a held sign-in outlives the process that holds it, and is made void when nobody decides", async () => {
  const pair = await two();
  const { a, b } = pair;
  const { held } = await heldAt(pair);
  await a.connector.close();
  assert.equal(b.connector.held.has(held.ref), true);
  b.twitch.calls.length = 0;
  await b.clock.advance(10 * MINUTE);
  await settled();
  assert.equal(b.twitch.sent("revoke").length, 1);
  assert.equal(b.connector.held.has(held.ref), false);
});

Deno.test("while the database is away sign-ins go on where they were begun", async () => {
  const { a, memory } = await two();
  const { state } = await a.connector.begin(WISH, REDIRECT);
  memory.away = true;
  await a.connector.follow();
  assert.equal(a.connector.open().length, 1);
  memory.away = false;
  const code = a.twitch.approve(OWL, "app-1", SCOPES);
  await a.connector.finish({ kind: "code", code, state });
});

Deno.test("the same user at two processes at once becomes one account, and two with one name become two", async () => {
  const { a, b, memory } = await two();
  memory.silent = true;
  const arrive = async ({ connector, twitch }: World, person: typeof OWL) => {
    const { state } = await connector.begin(WISH, REDIRECT);
    const code = twitch.approve(person, "app-1", SCOPES);
    return await connector.finish({ kind: "code", code, state });
  };
  const [first, second] = [await arrive(a, OWL), await arrive(b, OWL)];
  assert.deepEqual([first.known, second.known, second.id.reveal()], [false, true, first.id.reveal()]);
  const third = await arrive(a, { ...WREN, login: "same" });
  const fourth = await arrive(b, { twitchId: "999", login: "same" });
  assert.deepEqual([third, fourth].map(({ login }) => login.account.alias), ["same", "same-2"]);
});
