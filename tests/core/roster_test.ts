import assert from "node:assert/strict";
import { HOUR, type SealedGrant } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import { Secret } from "../../src/core/secret.ts";
import { OWL, PUBLIC, restarted, signedIn, world, WREN } from "../support/world.ts";

Deno.test("Roster.load() brings back every account with its token, its id and what is known of its app", async () => {
  const before = await world();
  const login = await signedIn(before);
  await signedIn(before, WREN);
  await before.roster.learn("app-1", { rotates: true, oldAccess: "dies" });
  const [known] = before.roster.ids.of(login);
  assert.ok(known !== undefined);

  const { roster } = await restarted(before);
  assert.deepEqual(
    roster.all().map(({ account }) => account),
    before.roster.all().map(({ account }) => account),
  );
  const again = roster.byId(known.id.reveal());
  assert.equal(again?.access?.reveal(), "access-1");
  assert.equal(roster.byAlias(OWL.login), again);
  assert.equal(roster.byTwitchId(OWL.twitchId), again);
  assert.deepEqual(roster.factsOf("app-1"), { rotates: true, oldAccess: "dies" });
  assert.equal(
    again?.calmUntil,
    (again?.account.expiresAt ?? 0) - 2 * HOUR - 120_000,
    "aligned to questions",
  );
});

Deno.test("Roster.load() lets no row that cannot be opened hurt another", async () => {
  const before = await world();
  const torn = await signedIn(before);
  const good = await signedIn(before, WREN);
  const sealed = await before.store.account(good.account.key);
  const row = await before.store.account(torn.account.key);
  assert.ok(row !== undefined && sealed !== undefined);
  await before.store.replace({ ...row, grant: sealed.grant });

  const made = await restarted(before);
  assert.equal(made.roster.byAlias(OWL.login)?.access, undefined);
  assert.equal(made.roster.byAlias(WREN.login)?.access?.reveal(), "access-2");
  assert.deepEqual(made.log.events("error"), ["account cannot be opened"]);
});

Deno.test("Roster.openAll() gives nobody back a token that Twitch has called dead", async () => {
  const made = await world();
  const login = await signedIn(made);
  Object.assign(login, { access: undefined, accessDead: true, unconfirmed: true });
  await made.roster.openAll();
  assert.deepEqual([login.access, login.accessDead, login.unconfirmed], [undefined, true, true]);
});

/** What may become of a login while its token is opened, and the token that it has then. */
const MEANWHILE: Readonly<
  Record<string, readonly [change: (login: Login, next: SealedGrant) => void, access?: string]>
> = {
  "was called dead": [(login) => Object.assign(login, { accessDead: true })],
  "was replaced": [
    (login, grant) =>
      Object.assign(login, { access: new Secret("newer"), account: { ...login.account, grant } }),
    "newer",
  ],
  "was replaced by one that is dead": [
    (login, grant) => Object.assign(login, { account: { ...login.account, grant } }),
  ],
};

for (const [what, [change, access]] of Object.entries(MEANWHILE)) {
  Deno.test(`Roster.openAll() opens no token that ${what} meanwhile`, async () => {
    const made = await world();
    const login = await signedIn(made);
    Object.assign(login, { access: undefined });
    const { vault } = made.roster.deps;
    const open = vault.openGrant.bind(vault);
    vault.openGrant = async (...given) => {
      const grant = await open(...given);
      change(login, await vault.sealGrant(grant, login.account.key, 1));
      return grant;
    };
    await made.roster.openAll();
    assert.equal(login.access?.reveal(), access);
  });
}

Deno.test("Roster.find() knows an id while the vault is locked, Roster.byId() does not", async () => {
  const before = await world();
  const login = await signedIn(before);
  const [known] = before.roster.ids.of(login);
  assert.ok(known !== undefined);
  before.vault.locked = "the key is missing";
  const { roster } = await restarted(before);
  assert.equal(roster.byId(known.id.reveal()), undefined);
  assert.equal((await roster.find(known.id))?.account.alias, OWL.login);
  assert.equal(await roster.find(new Secret("0f8fad5b-d9cb-469f-a165-70867728950e")), undefined);
});

Deno.test("Roster.learn() never unlearns that an app rotates, and follows what becomes of old tokens", async () => {
  const made = await world();
  await made.roster.learn("app-1", { rotates: true });
  await made.roster.learn("app-1", { rotates: false, oldAccess: "dies" });
  await made.roster.learn("app-1", { oldAccess: "survives" });
  const expected = { rotates: true, oldAccess: "survives" };
  assert.deepEqual(made.roster.factsOf("app-1"), expected);
  assert.deepEqual(await made.store.facts("app-1"), expected);
  made.events.length = 0;
  await made.roster.learn("app-1", { rotates: true });
  assert.deepEqual(made.events, [], "what is known is not written again");
});

Deno.test("Roster.learn() writes later what was learned while it was writing", async () => {
  const made = await world();
  made.store.after = (method) => {
    if (method === "learn") made.roster.note("app-1", { oldAccess: "dies" });
  };
  await made.roster.learn("app-1", { rotates: true });
  assert.equal((await made.store.facts("app-1")).oldAccess, undefined);
  made.store.after = undefined;
  await made.roster.learn("app-1", {});
  assert.deepEqual(await made.store.facts("app-1"), { rotates: true, oldAccess: "dies" });
});

Deno.test("Roster.useApp() changes from when on a question looks closer", async () => {
  const made = await world();
  const login = await signedIn(made);
  const end = login.account.expiresAt ?? 0;
  assert.equal(end - login.calmUntil, 20 * 60_000);
  await made.roster.useApp(PUBLIC);
  assert.equal(end - login.calmUntil, 122 * 60_000);
});
