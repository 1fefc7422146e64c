import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { Secret } from "../../src/core/secret.ts";
import { settled } from "../support/fake_clock.ts";
import { OWL, restarted, SCOPES, signedIn, type World, world, WREN } from "../support/world.ts";

const REDIRECT = "http://localhost:8948/callback";
const WISH = { scopes: SCOPES, label: "main", sentTo: "Anna" };

/** A world whose attempts are kept for the next process. */
async function lasting(): Promise<World> {
  const made = await world();
  await made.connector.resume();
  return made;
}

async function again(before: World, app = before.roster.app): Promise<World> {
  const made = await restarted(before, app);
  await made.connector.resume();
  return made;
}

function row({ store }: World): Promise<Uint8Array | undefined> {
  return Promise.resolve(store.setting("attempts"));
}

Deno.test("resume() goes on with a link: the same browser may come back, and whoever pastes", async () => {
  const first = await lasting();
  await signedIn(first);
  const reclaim = new Secret("0b6a5f39-7c51-4f6a-9d7b-1f0f3c9d2a10");
  const wish = { ...WISH, expected: OWL.twitchId, reclaim };
  const begun = await first.connector.begin(wish, REDIRECT);
  const made = await again(first);
  const signIn = made.connector.signIn(begun.ref);
  assert.deepEqual([signIn.wish.label, signIn.wish.sentTo, signIn.wish.scopes], ["main", "Anna", SCOPES]);
  assert.equal(signIn.wish.reclaim?.reveal(), reclaim.reveal());
  assert.deepEqual(signIn.kind === "link" && signIn.begun.authorizeUrl, begun.authorizeUrl);
  assert.equal((await made.connector.arrival(begun.state, begun.cookie))?.here, true);
  await made.clock.advance(5 * HOUR);
  const code = made.twitch.approve(OWL, "app-1", SCOPES);
  const { login } = await made.connector.finish({ kind: "code", code, state: begun.state }, begun.state);
  assert.equal(login.account.login, OWL.login);
  assert.equal(made.roster.byId(reclaim.reveal()), login);
  assert.equal(await row(made), undefined);
});

Deno.test("resume() goes on polling for a device code", async () => {
  const first = await lasting();
  const { attempt, userCode, endsAt } = await first.connector.beginDevice(WISH);
  const made = await again(first);
  const state = made.connector.device(attempt);
  assert.ok(state.kind === "waiting");
  assert.deepEqual([state.begun.userCode, state.begun.endsAt], [userCode, endsAt]);
  made.twitch.approveDevice(WREN, "app-1", SCOPES);
  await made.clock.advance(5 * SECOND);
  await settled();
  assert.equal(made.connector.device(attempt).kind, "connected");
  assert.equal(made.roster.all()[0]?.account.label, "main");
  assert.equal(await row(made), undefined);
});

Deno.test("resume() keeps a lapsed code's wish for a new one, and drops what is a day old", async () => {
  const first = await lasting();
  const old = await first.connector.begin(WISH, REDIRECT);
  await first.clock.advance(23 * HOUR);
  const { attempt } = await first.connector.beginDevice(WISH);
  await first.connector.close();
  await first.clock.advance(HOUR);
  const made = await again(first);
  assert.equal(made.connector.open().some(({ ref }) => ref.reveal() === old.ref.reveal()), false);
  await settled();
  assert.equal(made.connector.device(attempt).kind, "failed");
  await made.connector.newCode(attempt);
  assert.equal(made.connector.device(attempt).kind, "waiting");
  await made.connector.close();
});

Deno.test("resume() takes over nothing that was begun for another app", async () => {
  const first = await lasting();
  await first.connector.begin(WISH, REDIRECT);
  const same = await again(first);
  assert.equal(same.connector.open().length, 1);
  const other = await again(same, { clientId: "app-2", clientSecret: new Secret("secret") });
  assert.equal(other.connector.open().length, 0);
});

Deno.test("attempts are written once at their begin and once at their end, and not in clear", async () => {
  const made = await lasting();
  let writes = 0;
  made.onStore = (method) => {
    if (method === "saveSetting") writes++;
  };
  const begun = await made.connector.begin(WISH, REDIRECT);
  assert.equal(writes, 1);
  const text = new TextDecoder().decode(await row(made));
  for (const secret of [begun.state, begun.cookie, begun.ref]) assert.ok(!text.includes(secret.reveal()));
  await made.connector.finish({ kind: "error", error: "access_denied", state: begun.state }).catch(() => {});
  assert.equal(writes, 1);
  const code = made.twitch.approve(OWL, "app-1", SCOPES);
  await made.connector.finish({ kind: "code", code, state: begun.state });
  assert.equal(writes, 2);
  assert.equal(await row(made), undefined);
});

Deno.test("a disk that takes nothing leaves the attempts in memory", async () => {
  const made = await lasting();
  made.store.failWrites = true;
  const begun = await made.connector.begin(WISH, REDIRECT);
  assert.equal(made.connector.open().length, 1);
  assert.ok((await made.connector.arrival(begun.state, begun.cookie))?.here);
});

Deno.test("what cannot be opened is left as it is", async () => {
  const made = await world();
  const strange = new Uint8Array([1, 2, 3]);
  await made.store.saveSetting("attempts", strange);
  await made.connector.resume();
  await made.connector.begin(WISH, REDIRECT);
  assert.equal(made.connector.open().length, 1);
  assert.deepEqual(await row(made), strange);
});

Deno.test("without resume() nothing is written: a command that ends forgets its attempts", async () => {
  const made = await world();
  await made.connector.begin(WISH, REDIRECT);
  assert.equal(await row(made), undefined);
});

Deno.test("close() leaves the copy of a waiting code", async () => {
  const made = await lasting();
  await made.connector.beginDevice(WISH);
  await made.connector.close();
  await made.clock.advance(MINUTE);
  assert.notEqual(await row(made), undefined);
});
