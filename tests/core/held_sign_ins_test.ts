import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import type { Begun } from "../../src/core/connect.ts";
import { OtherUser } from "../../src/core/held_sign_ins.ts";
import type { Returned } from "../../src/core/paste.ts";
import { settled } from "../support/fake_clock.ts";
import { OWL, SCOPES, signedIn, type World, world, WREN } from "../support/world.ts";

const WISH = { scopes: SCOPES, label: "Owl's own", expected: OWL.twitchId };

function code(made: World, { state }: Begun, person = OWL): Returned {
  return { kind: "code", code: made.twitch.approve(person, "app-1", SCOPES), state };
}

/** Begins for `OWL` and comes back as `WREN`. */
async function heldIn(made: World): Promise<OtherUser["held"]> {
  const begun = await made.connector.begin(WISH, "http://localhost:8948/callback");
  return await otherUser(made.connector.finish(code(made, begun, WREN)));
}

async function otherUser(work: Promise<unknown>): Promise<OtherUser["held"]> {
  const error = await work.then(() => assert.fail("nothing was held"), (thrown) => thrown);
  assert.ok(error instanceof OtherUser, String(error));
  assert.equal(error.code, "refused");
  assert.match(error.message, /^Cannot sign in nightowl: .*wren$/);
  return error.held;
}

Deno.test("finish() holds a sign-in of another user than expected, and stores nothing", async () => {
  const made = await world();
  const login = await signedIn(made);
  const before = login.account;
  made.events.length = 0;
  const held = await heldIn(made);
  assert.deepEqual([held.login, held.expected, held.known], ["wren", "nightowl", undefined]);
  assert.deepEqual(made.events.filter((event) => !/^(validate|exchangeCode) /.test(event)), []);
  assert.equal(made.roster.all().length, 1);
  assert.equal(login.account, before);
  assert.equal(made.twitch.sent("revoke").length, 0);
  await made.connector.close();
});

Deno.test("finish() takes the expected user, and whoever comes where nobody was expected", async () => {
  const made = await world();
  const login = await signedIn(made);
  const begun = await made.connector.begin(WISH, "http://localhost:8948/callback");
  assert.equal((await made.connector.finish(code(made, begun))).login, login);
  const free = await made.connector.begin({ scopes: SCOPES, label: "" }, "http://localhost:8948/callback");
  assert.equal((await made.connector.finish(code(made, free, WREN))).login.account.alias, "wren");
});

Deno.test("keep() adds the other user as a new account, once, without the label that was meant for another", async () => {
  const made = await world();
  await signedIn(made);
  const { ref } = await heldIn(made);
  const { login, known } = await made.connector.held.keep(ref);
  assert.deepEqual([login.account.alias, login.account.label, known], ["wren", "", false]);
  assert.deepEqual(await made.store.account(login.account.key), login.account);
  await assert.rejects(made.connector.held.keep(ref), { code: "stale_attempt" });
  await assert.rejects(made.connector.held.discard(ref), { code: "stale_attempt" });
  await made.clock.advance(20 * MINUTE);
  await settled();
  assert.equal(made.twitch.sent("revoke").length, 0);
  assert.ok(made.twitch.accepts(login.access?.reveal() ?? ""));
});

Deno.test("keep() heals the account that the other user has here", async () => {
  const made = await world();
  await signedIn(made);
  const wren = await signedIn(made, WREN);
  const held = await heldIn(made);
  assert.equal(held.known, "wren");
  const { login, known } = await made.connector.held.keep(held.ref);
  assert.deepEqual([login, known, login.account.generation], [wren, true, 2]);
});

Deno.test("discard() makes the token void and leaves everything as it was", async () => {
  const made = await world();
  const login = await signedIn(made);
  const { ref } = await heldIn(made);
  assert.equal(made.twitch.liveTokens, 2);
  assert.equal(await made.connector.held.discard(ref), true);
  assert.equal(made.twitch.liveTokens, 1);
  assert.ok(made.twitch.accepts(login.access?.reveal() ?? ""));
  assert.equal(made.roster.all().length, 1);
  await assert.rejects(made.connector.held.keep(ref), { code: "stale_attempt" });
});

Deno.test("a held sign-in that nobody decides on is made void after ten minutes, and when the program ends", async () => {
  const made = await world();
  await signedIn(made);
  const { ref } = await heldIn(made);
  await made.clock.advance(9 * MINUTE);
  await settled();
  assert.equal(made.connector.held.get(ref).login, "wren");
  await made.clock.advance(MINUTE);
  await settled();
  assert.throws(() => made.connector.held.get(ref), { code: "stale_attempt" });
  assert.equal(made.twitch.liveTokens, 1);
  await heldIn(made);
  assert.equal(made.twitch.liveTokens, 2);
  await made.connector.close();
  assert.equal(made.twitch.liveTokens, 1);
});

Deno.test("device() holds another user than expected", async () => {
  const made = await world();
  await signedIn(made);
  const { attempt } = await made.connector.beginDevice(WISH);
  made.twitch.approveDevice(WREN, "app-1", SCOPES);
  await made.clock.advance(10 * SECOND);
  await settled();
  const state = made.connector.device(attempt);
  assert.equal(state.kind, "failed");
  const error: unknown = state.kind === "failed" ? state.error : undefined;
  assert.equal((await otherUser(Promise.reject(error))).login, "wren");
  assert.equal(made.roster.all().length, 1);
  await made.connector.close();
});
