import assert from "node:assert/strict";
import type { Wish } from "../../src/core/connect.ts";
import { newId } from "../../src/core/ids.ts";
import type { Secret } from "../../src/core/secret.ts";
import type { Connected } from "../../src/core/admit.ts";
import { OWL, restarted, SCOPES, signedIn, type World, world, WREN } from "../support/world.ts";

async function signIn(
  made: World,
  reclaim: Secret,
  person = OWL,
  over: Partial<Wish> = {},
): Promise<Connected> {
  const wish = { scopes: SCOPES, label: "", reclaim, ...over };
  const { state } = await made.connector.begin(wish, "http://localhost:8948/callback");
  const code = made.twitch.approve(person, "app-1", SCOPES);
  return await made.connector.finish({ kind: "code", code, state });
}

Deno.test("a new account takes over an id that is unknown here, and has no other", async () => {
  const made = await world();
  const old = newId();
  const { login, id, known } = await signIn(made, old);
  assert.deepEqual([id.reveal(), known], [old.reveal(), false]);
  assert.equal(made.roster.byId(old.reveal()), login);
  assert.equal(made.roster.ids.of(login).length, 1);
  const again = await restarted(made);
  assert.equal(again.roster.byId(old.reveal())?.account.key, login.account.key);
});

Deno.test("an account that is there takes the id over beside its own, on disk too", async () => {
  const made = await world();
  const login = await signedIn(made);
  const [own] = made.roster.ids.of(login);
  const old = newId();
  const connected = await signIn(made, old);
  assert.deepEqual([connected.login, connected.known], [login, true]);
  assert.equal(connected.id.reveal(), own?.id.reveal(), "its own id stays the same");
  assert.equal(made.roster.byId(old.reveal()), login);
  await signIn(made, old);
  assert.equal(made.roster.ids.of(login).length, 2, "an id that it has already is no second one");
  const again = await restarted(made);
  for (const id of [own?.id, old]) {
    assert.equal(again.roster.byId(id?.reveal() ?? "")?.account.key, login.account.key);
  }
});

Deno.test("an id of another account is refused: nothing is stored, and the new grant is void", async () => {
  const made = await world();
  const login = await signedIn(made);
  const [own] = made.roster.ids.of(login);
  assert.ok(own !== undefined);
  await assert.rejects(signIn(made, own.id, WREN), {
    code: "exists",
    message: /belongs to the account night/,
  });
  assert.equal(made.roster.all().length, 1);
  assert.equal(made.roster.byId(own.id.reveal()), login);
  assert.equal(made.twitch.liveTokens, 1);
  assert.ok(made.twitch.accepts(login.access?.reveal() ?? ""));

  const wren = await signedIn(made, WREN);
  const before = wren.account;
  await assert.rejects(signIn(made, own.id, WREN), { code: "exists" });
  assert.equal(wren.account, before);
  assert.equal((await signIn(made, newId(), WREN)).login, wren, "another id is no hindrance");
});

Deno.test("an id goes to nobody but the expected user", async () => {
  const made = await world();
  await signedIn(made);
  const old = newId();
  const error = await signIn(made, old, WREN, { expected: OWL.twitchId }).then(
    () => assert.fail("nothing was held"),
    (thrown) => thrown,
  );
  const { login } = await made.connector.held.keep(error.held.ref);
  assert.equal(login.account.login, "wren");
  assert.equal(made.roster.byId(old.reveal()), undefined);
});

Deno.test("what takes an id over shows it in no line of the log", async () => {
  const made = await world();
  await signedIn(made);
  const old = newId();
  await signIn(made, old);
  assert.ok(made.log.events().includes("id taken over"));
  assert.ok(!JSON.stringify(made.log.entries).includes(old.reveal()));
});
