import assert from "node:assert/strict";
import { DAY, HOUR } from "../../src/core/account.ts";
import { rotateId } from "../../src/core/accounts.ts";
import type { Login } from "../../src/core/login.ts";
import { type Restored, restoreLogins } from "../../src/core/restore.ts";
import { Secret } from "../../src/core/secret.ts";
import { backedUp, idsOf, onlyOne, owlBackup } from "../support/backup_samples.ts";
import { START } from "../support/fake_clock.ts";
import { OWL, restarted, signedIn, stored, type World, world, WREN } from "../support/world.ts";

const OTHER_ID = "0b9c7e1a-5d44-4c0e-9b6f-2f1d8f3c7a55";

/** What is on the disk is what is in memory. */
async function assertStored(made: World, login: Login): Promise<void> {
  const again = await restarted(made);
  const other = again.roster.get(login.account.key);
  assert.deepEqual(other?.account, login.account);
  assert.deepEqual(other?.open, login.open);
  assert.deepEqual(again.roster.ids.of(other).length, made.roster.ids.of(login).length);
}

Deno.test("restoreLogins() into nothing brings account, generation and ids back, sealed by the key that is here", async () => {
  const content = await owlBackup();
  const made = await world();
  const { login, outcome, ids } = await onlyOne(made, content);
  const [backup] = content.accounts;
  assert.ok(backup);
  assert.deepEqual([outcome, ids], ["added", 1]);
  const { key, alias, label, generation, health } = login.account;
  assert.deepEqual({ key, alias, label, generation, state: health.state }, {
    ...{ key: backup.key, alias: "nightowl", label: "Backed up", generation: 5, state: "connected" },
  });
  assert.deepEqual(idsOf(made, login), backup.ids.map(({ id }) => id.reveal()));
  assert.equal((await stored(made, login)).refresh.reveal(), backup.grant.refresh.reveal());
  assert.equal(made.roster.byId(backup.ids[0]?.id.reveal() ?? ""), login);
  await assertStored(made, login);
});

interface Rule {
  readonly name: string;
  /** What is here before the restore. */
  readonly here: { readonly key: string; readonly generation: number; readonly issuedAt: number };
  readonly backup: { readonly key: string; readonly generation: number; readonly issuedAt: number };
  readonly outcome: Restored["outcome"];
  /** The generation afterwards. */
  readonly generation: number;
  /** Whether the backup's ids are known afterwards. */
  readonly ids: boolean;
}

const RULES: readonly Rule[] = [
  {
    name: "older generation of the same account: kept, and withdrawn ids stay withdrawn",
    here: { key: "key-12345", generation: 6, issuedAt: START },
    backup: { key: "key-12345", generation: 5, issuedAt: START + HOUR },
    outcome: "kept",
    generation: 6,
    ids: false,
  },
  {
    name: "equal generation of the same account: kept",
    here: { key: "key-12345", generation: 5, issuedAt: START },
    backup: { key: "key-12345", generation: 5, issuedAt: START + HOUR },
    outcome: "kept",
    generation: 5,
    ids: false,
  },
  {
    name: "newer generation of the same account: renewed, whatever the times say",
    here: { key: "key-12345", generation: 5, issuedAt: START + HOUR },
    backup: { key: "key-12345", generation: 9, issuedAt: START },
    outcome: "renewed",
    generation: 9,
    ids: true,
  },
  {
    name: "same user under another key, signed in later here: kept, with the backup's ids",
    here: { key: "here", generation: 1, issuedAt: START },
    backup: { key: "there", generation: 70, issuedAt: START - DAY },
    outcome: "kept",
    generation: 1,
    ids: true,
  },
  {
    name: "same user under another key, at the same time: kept, with the backup's ids",
    here: { key: "here", generation: 1, issuedAt: START },
    backup: { key: "there", generation: 2, issuedAt: START },
    outcome: "kept",
    generation: 1,
    ids: true,
  },
  {
    name: "same user under another key, the backup's grant is later: renewed as the next generation here",
    here: { key: "here", generation: 3, issuedAt: START },
    backup: { key: "there", generation: 1, issuedAt: START + HOUR },
    outcome: "renewed",
    generation: 4,
    ids: true,
  },
];

for (const { name, here, backup, outcome, generation, ids } of RULES) {
  Deno.test(`restoreLogins(): ${name}`, async () => {
    const made = await world();
    const { issuedAt } = here;
    const login = await signedIn(made, OWL, { key: here.key, generation: here.generation });
    login.account = { ...login.account, issuedAt };
    await made.roster.update(login, (row) => row);
    const before = { id: idsOf(made, login), grant: await stored(made, login) };
    const content = await owlBackup({ key: backup.key, generation: backup.generation });
    const accounts = content.accounts.map((one) => ({
      ...one,
      grant: { ...one.grant, issuedAt: backup.issuedAt },
    }));
    const restored = await onlyOne(made, { ...content, accounts });

    assert.deepEqual([restored.outcome, restored.login, restored.ids], [outcome, login, ids ? 1 : 0]);
    assert.equal(login.account.generation, generation);
    assert.equal(login.account.key, here.key);
    const theirs = accounts[0]?.ids.map(({ id }) => id.reveal()) ?? [];
    assert.deepEqual(idsOf(made, login), ids ? [...before.id, ...theirs] : before.id);
    const kept = outcome === "kept" ? before.grant : accounts[0]?.grant;
    assert.equal((await stored(made, login)).refresh.reveal(), kept?.refresh.reveal());
    await assertStored(made, login);
    assert.equal(
      (await onlyOne(made, { ...content, accounts })).outcome,
      "kept",
      "once more changes nothing",
    );
    assert.equal(made.roster.all().length, 1);
  });
}

Deno.test("restoreLogins(): another user stands beside those who are here, under a free name", async () => {
  const made = await world();
  await signedIn(made, WREN, { alias: "nightowl" });
  const { login, outcome } = await onlyOne(made, await owlBackup());
  assert.deepEqual([outcome, login.account.alias], ["added", "nightowl-2"]);
  assert.deepEqual(made.roster.all().map(({ account }) => account.twitchId), ["67890", "12345"]);
});

Deno.test("restoreLogins(): another user who has the backup's key here gets the login a key of its own", async () => {
  const made = await world();
  const wren = await signedIn(made, WREN, { key: "key-12345" });
  const { login } = await onlyOne(made, await owlBackup());
  assert.notEqual(login.account.key, wren.account.key);
  await assertStored(made, login);
});

Deno.test("restoreLogins(): an id that leads to another account here stays there", async () => {
  const made = await world();
  const wren = await signedIn(made, WREN);
  const [taken = ""] = idsOf(made, wren);
  const ids = [
    { id: new Secret(taken), createdAt: START, endsAt: undefined },
    { id: new Secret(OTHER_ID), createdAt: START, endsAt: undefined },
    { id: new Secret(crypto.randomUUID()), createdAt: START, endsAt: START - 1 },
  ];
  const { login } = await onlyOne(made, await owlBackup({ ids }));
  assert.deepEqual(idsOf(made, login), [OTHER_ID]);
  assert.equal(made.roster.byId(taken), wren);
});

Deno.test("restoreLogins() gives an account without a free id a new one", async () => {
  const made = await world();
  const { login } = await onlyOne(made, await owlBackup({ ids: [] }));
  assert.equal(idsOf(made, login).length, 1);
});

Deno.test("restoreLogins(): a working login makes no room for one of another app", async () => {
  const made = await world();
  const login = await signedIn(made, OWL, { key: "here" });
  const content = await owlBackup({ clientId: "app-2" });
  const accounts = content.accounts.map((one) => ({
    ...one,
    grant: { ...one.grant, issuedAt: START + DAY },
  }));
  const { outcome } = await onlyOne(made, { ...content, accounts });
  assert.deepEqual([outcome, login.account.clientId], ["other_app", "app-1"]);
  const unused = await world();
  await signedIn(unused, OWL, { key: "here", clientId: "app-3" });
  assert.equal((await onlyOne(unused, { ...content, accounts })).outcome, "renewed");
});

Deno.test("restoreLogins() brings back that a login had ended, and no old wait", async () => {
  const ended = { state: "needs_login", since: START - DAY, reason: "refused" } as const;
  const refusals = { count: 2, first: START - DAY, last: START - DAY };
  const made = await world();
  const { login } = await onlyOne(made, await owlBackup({ ended, refusals }));
  assert.deepEqual([login.account.health, login.account.refusals, login.account.sends], [
    ended,
    refusals,
    [],
  ]);
});

Deno.test("restoreLogins() adds to what is known of the app, and takes nothing back", async () => {
  const made = await world();
  await made.roster.learn("app-1", { rotates: true, oldAccess: "survives" });
  const content = await owlBackup();
  await restoreLogins(made.roster, {
    ...content,
    facts: [
      { clientId: "app-1", rotates: false, oldAccess: "dies" },
      { clientId: "app-2", rotates: true, oldAccess: "dies" },
    ],
  });
  const again = await restarted(made);
  for (const { roster } of [made, again]) {
    assert.deepEqual(roster.factsOf("app-1"), { rotates: true, oldAccess: "survives" });
  }
  assert.deepEqual(await made.store.facts("app-2"), { rotates: true, oldAccess: "dies" });
});

Deno.test("an id that was withdrawn after the backup stays withdrawn", async () => {
  const made = await world();
  const login = await signedIn(made);
  const content = await backedUp(made);
  const [old = ""] = idsOf(made, login);
  await rotateId(made.roster, login);
  await restoreLogins(made.roster, content);
  assert.equal(made.roster.byId(old), undefined);
});

Deno.test("restoreLogins() takes over the password of the same account, and a backup without one takes none away", async () => {
  const rows: readonly [name: string, key: string, ...digests: (string | undefined)[]][] = [
    ["the later one counts", "key-12345", "here", "backup", "backup"],
    ["none in the backup", "key-12345", "here", undefined, "here"],
    ["none here", "key-12345", undefined, "backup", "backup"],
    ["another account of the user", "there", "here", "backup", "here"],
    ["another account, none here", "there", undefined, "backup", undefined],
  ];
  for (const [name, key, here, backup, after] of rows) {
    const made = await world();
    const login = await signedIn(made, OWL, {
      key: "key-12345",
      issuedAt: START - HOUR,
      passwordDigest: here,
    });
    const { outcome } = await onlyOne(made, await owlBackup({ key, passwordDigest: backup }));
    assert.equal(outcome, "renewed", name);
    assert.equal(login.account.passwordDigest, after, name);
    await assertStored(made, login);
  }
  const blank = await world();
  const { login } = await onlyOne(blank, await owlBackup({ passwordDigest: "backup" }));
  assert.equal(login.account.passwordDigest, "backup");
});
