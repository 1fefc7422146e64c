import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { admit, type Connected } from "../../src/core/admit.ts";
import { digestOf, Secret } from "../../src/core/secret.ts";
import { tokenFor } from "../../src/core/token.ts";
import { AWAY, DOWN, INVALID, type Person, tokens } from "../support/scripted_twitch.ts";
import { settled } from "../support/fake_clock.ts";
import {
  CONFIDENTIAL,
  later,
  OWL,
  restarted,
  SCOPES,
  signedIn,
  stored,
  type World,
  world,
  WREN,
} from "../support/world.ts";

const ASKED = { app: CONFIDENTIAL, scopes: SCOPES, label: "" };

function admitted(made: World, person: Person = OWL, scopes = SCOPES, asked = ASKED): Promise<Connected> {
  return admit(made.roster, asked, made.twitch.grant(person, "app-1", scopes));
}

Deno.test("admit() makes a new account with an id, on disk and served", async () => {
  const made = await world();
  const { login, id, known, onDisk } = await admitted(made);
  assert.deepEqual([known, onDisk], [false, true]);
  const { account } = login;
  assert.deepEqual([account.alias, account.clientId, account.generation, account.revision], [
    OWL.login,
    "app-1",
    1,
    1,
  ]);
  assert.deepEqual([account.scopes, account.health, account.lastRefresh], [
    SCOPES,
    { state: "connected" },
    undefined,
  ]);
  assert.equal(account.expiresAt, made.clock.now() + 4 * HOUR);
  assert.deepEqual(await made.store.accounts(), [account]);
  assert.deepEqual((await made.store.ids()).map(({ digest }) => digest), [await digestOf(id)]);
  assert.equal((await stored(made, login)).refresh.reveal(), "refresh-1");
  assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-1");
});

Deno.test("admit() has validated by itself: nothing is due for an hour", async () => {
  const made = await world();
  await admitted(made);
  made.twitch.calls.length = 0;
  await later(made, HOUR - SECOND);
  assert.equal(made.twitch.calls.length, 0);
});

Deno.test("admit() heals the account of the same user: id, alias and key stay, the generation rises", async () => {
  const made = await world();
  const first = await admitted(made, OWL, SCOPES, { ...ASKED, label: "main" });
  const { key, alias, createdAt } = first.login.account;
  const now = made.clock.now();
  const ended = { state: "needs_login", since: now, reason: "refused" } as const;
  const refusals = { count: 2, first: now, last: now };
  await made.roster.update(first.login, (row) => ({ ...row, health: ended, refusals, sends: [now] }));
  await made.clock.advance(MINUTE);

  const again = await admitted(made, { ...OWL, login: "nightowl_tv" });
  assert.equal(again.login, first.login);
  assert.deepEqual([again.known, again.id.reveal()], [true, first.id.reveal()]);
  const { account } = again.login;
  assert.deepEqual([account.key, account.alias, account.createdAt], [key, alias, createdAt]);
  assert.deepEqual([account.login, account.label, account.generation], ["nightowl_tv", "main", 2]);
  assert.deepEqual([account.health, account.refusals, account.sends], [
    { state: "connected" },
    undefined,
    [],
  ]);
  assert.equal(account.issuedAt, made.clock.now());
  assert.equal((await stored(made, again.login)).access.reveal(), "access-2");
  assert.equal(again.login.access?.reveal(), "access-2");
  assert.deepEqual(await made.store.account(key), account);
});

Deno.test("admit() gives a healed account the new label and app", async () => {
  const made = await world();
  const first = await admitted(made);
  const other = { clientId: "app-2", clientSecret: new Secret("s") };
  const grant = made.twitch.grant(OWL, "app-2", SCOPES);
  await admit(made.roster, { app: other, scopes: SCOPES, label: "second" }, grant);
  assert.deepEqual([first.login.account.label, first.login.account.clientId], ["second", "app-2"]);
});

Deno.test("admit() names the scopes that were asked for and not granted", async () => {
  const made = await world();
  const { missing, login } = await admitted(made, OWL, ["chat:read"]);
  assert.deepEqual(missing, ["chat:edit"]);
  assert.deepEqual(login.account.scopes, ["chat:read"]);
});

Deno.test("admit() gives users of the same login name aliases of their own", async () => {
  const made = await world();
  const one = await admitted(made, { twitchId: "1", login: "Owl" });
  const two = await admitted(made, { twitchId: "2", login: "owl" });
  const three = await admitted(made, { twitchId: "3", login: "***" });
  assert.deepEqual([one, two, three].map(({ login }) => login.account.alias), ["owl", "owl-2", "account"]);
});

Deno.test("admit() serves from memory what the disk refuses, and writes it later with its id", async () => {
  const made = await world();
  made.store.failWrites = true;
  const { login, id, onDisk } = await admitted(made);
  assert.equal(onDisk, false);
  assert.equal(made.roster.byId(id.reveal()), login);
  assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-1");
  await later(made, MINUTE);
  assert.deepEqual(await made.store.accounts(), []);

  made.store.failWrites = false;
  await later(made, 20 * SECOND);
  assert.deepEqual(await made.store.accounts(), [login.account]);
  const again = await restarted(made);
  assert.equal(again.roster.byId(id.reveal())?.access?.reveal(), "access-1");
  await again.refresher.one(again.roster.all()[0] ?? assert.fail(), "person");
  assert.equal(again.roster.all()[0]?.access?.reveal(), "access-2");
});

Deno.test("admit() heals in memory what the disk refuses, and writes it later", async () => {
  const made = await world();
  const { login } = await admitted(made);
  made.store.failWrites = true;
  const again = await admitted(made);
  assert.deepEqual([again.login, again.onDisk], [login, false]);
  assert.equal(login.access?.reveal(), "access-2");
  made.store.failWrites = false;
  await later(made, 20 * SECOND);
  assert.equal((await stored(made, login)).access.reveal(), "access-2");
});

Deno.test("admit() asks a few times whose a new grant is", async () => {
  const made = await world();
  made.twitch.next("validate", AWAY, DOWN);
  const work = admitted(made);
  await made.clock.advance(3 * SECOND);
  assert.equal((await work).login.account.login, OWL.login);
});

Deno.test("admit() takes nothing in if Twitch does not say whose it is", async () => {
  const made = await world();
  made.twitch.away = DOWN;
  const work = assert.rejects(admitted(made), { code: "unavailable" });
  await made.clock.advance(10 * SECOND);
  await work;
  made.twitch.away = undefined;
  made.twitch.next("validate", INVALID);
  await assert.rejects(admitted(made), { code: "unavailable" });
  assert.deepEqual(made.roster.all(), []);
  assert.equal(made.clock.sleeping, 0);
});

Deno.test("admit() refuses a grant that was made for another app", async () => {
  const made = await world();
  const grant = made.twitch.grant(OWL, "app-9", SCOPES);
  await assert.rejects(admit(made.roster, ASKED, grant), { code: "refused" });
  assert.deepEqual(made.roster.all(), []);
});

Deno.test("admit() refuses half a grant", async () => {
  const made = await world();
  for (const half of [{ access: new Secret("a") }, { refresh: new Secret("r") }]) {
    await assert.rejects(admit(made.roster, ASKED, tokens({ ...half, whole: false })), {
      code: "unavailable",
    });
  }
  assert.equal(made.twitch.calls.length, 0);
});

Deno.test("admit() makes one account of two sign-ins of one user at the same moment", async () => {
  const made = await world();
  const [one, two] = await Promise.all([admitted(made), admitted(made)]);
  assert.equal(one.login, two.login);
  assert.equal(one.id.reveal(), two.id.reveal());
  assert.equal((await made.store.accounts()).length, 1);
  assert.equal(made.roster.all().length, 1);
  assert.deepEqual(await made.store.account(one.login.account.key), one.login.account);
});

Deno.test("admit() keeps the sign-in if a refresh is stored while its grant is being sealed", async () => {
  const made = await world();
  const login = await signedIn(made);
  const seal = made.vault.sealGrant.bind(made.vault);
  let first = true;
  made.vault.sealGrant = async (...input) => {
    const sealed = await seal(...input);
    if (!first) return sealed;
    first = false;
    await made.refresher.one(login, "person");
    return sealed;
  };
  const { login: healed } = await admitted(made);
  assert.equal(healed, login);
  assert.equal(login.account.generation, 3);
  assert.equal((await stored(made, login)).access.reveal(), login.access?.reveal());
  assert.equal(login.access?.reveal(), "access-2");
  await settled();
});

Deno.test("admit() makes an account anew that was removed while its grant was being sealed", async () => {
  const made = await world();
  const { login } = await admitted(made);
  await admitted(made, WREN);
  made.onStore = async (method) => {
    if (method !== "replace") return;
    made.onStore = undefined;
    await made.store.remove(login.account);
  };
  const again = await admitted(made);
  assert.notEqual(again.login, login);
  assert.equal(made.roster.byId(again.id.reveal()), again.login);
  assert.equal((await made.store.accounts()).length, 2);
});

Deno.test("admit() names what a login was granted before and has no more", async () => {
  const made = await world();
  const first = await admitted(made, OWL, ["chat:read", "chat:edit", "clips:edit"]);
  assert.deepEqual(first.dropped, []);
  const again = await admitted(made, OWL, ["chat:read"], { ...ASKED, scopes: ["chat:read"] });
  assert.deepEqual(again.dropped, ["chat:edit", "clips:edit"]);
});
