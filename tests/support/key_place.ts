/** A vault with something of every kind sealed in it, whose keys tests change, and the look at what became of it. */
import assert from "node:assert/strict";
import type { Account, SealedGrant, StoredId } from "../../src/core/account.ts";
import type { BackupKey, BackupKeyKind } from "../../src/core/backup_keys.ts";
import type { Binding, Store } from "../../src/core/ports.ts";
import { SEALED_SETTINGS, settingBinding } from "../../src/core/sealed_settings.ts";
import { Secret } from "../../src/core/secret.ts";
import { makeKey, newMaking } from "../../src/vault/backup_key.ts";
import type { KeyPlace } from "../../src/vault/at_hand.ts";
import { guardedStore } from "../../src/vault/guarded_store.ts";
import { Keyring } from "../../src/vault/keyring.ts";
import { openVault } from "../../src/vault/open.ts";
import type { Slots } from "../../src/vault/slots.ts";
import type { KeyedVault } from "../../src/vault/vault.ts";
import { anAccount, anId } from "./account_samples.ts";

/** A second's work for nobody. */
const CHEAP = { N: 2, r: 1, p: 1 };
const GRANT = {
  access: new Secret("canary access"),
  refresh: new Secret("canary refresh"),
  scopes: ["chat:edit"],
  issuedAt: 1,
  expiresAt: 2,
};
const SETTINGS = Object.values(SEALED_SETTINGS);

/** The parts that a program has of its keys. */
export interface Opened {
  readonly vault: KeyedVault;
  readonly keyring: Keyring;
  readonly store: Store;
}

/** Opens the vault as the program does. */
export async function openKeys(store: Store & Slots, place: KeyPlace, now = 5): Promise<Opened> {
  const vault = await openVault({ ...place, slots: store, now });
  const keyring = new Keyring({ ...place, slots: store }, vault);
  return { vault, keyring, store: guardedStore(store, vault, () => keyring.follow()) };
}

/** Writes accounts with an id each, and every setting that is sealed. */
export async function fill({ vault, store }: Pick<Opened, "vault" | "store">, accounts = 3): Promise<void> {
  for (let number = 1; number <= accounts; number++) {
    const account = await accountOf(vault, number);
    assert.ok(await store.add(account, await idOf(vault, account)));
  }
  for (const name of SETTINGS) {
    await store.saveSetting(name, await vault.seal(new Secret(`canary ${name}`), bindingOf(name)));
  }
  await store.saveSetting("companion", new TextEncoder().encode("companion-3"));
}

/** Account `number`, sealed by the vault. */
export async function accountOf(vault: KeyedVault, number: number): Promise<Account> {
  const key = `key-${number}`;
  const grant: SealedGrant = await vault.sealGrant(GRANT, key, 1);
  return anAccount({ key, alias: `owl-${number}`, twitchId: String(number), grant });
}

async function idOf(vault: KeyedVault, { key, alias }: Account): Promise<StoredId> {
  const sealed = await vault.seal(new Secret(`id of ${alias}`), { owner: key, purpose: "id", generation: 0 });
  return anId({ digest: `digest of ${key}`, account: key, sealed });
}

/** Everything that `fill` has written is there and opens. */
export async function assertWhole(vault: KeyedVault, store: Store, accounts = 3): Promise<void> {
  assert.equal(vault.locked, undefined);
  const rows = await store.accounts();
  assert.deepEqual(rows.map(({ alias }) => alias), numbers(accounts).map((number) => `owl-${number}`));
  for (const { key, grant, generation } of rows) {
    const { access, refresh, ...rest } = await vault.openGrant(grant, key, generation);
    assert.deepEqual([access.reveal(), refresh.reveal()], ["canary access", "canary refresh"]);
    assert.deepEqual(rest, { scopes: GRANT.scopes, issuedAt: 1, expiresAt: 2 });
  }
  const ids = await store.ids();
  assert.equal(ids.length, accounts);
  for (const { account: owner, sealed } of ids) {
    const text = await vault.open(sealed, { owner, purpose: "id", generation: 0 });
    assert.equal(text.reveal(), `id of ${owner.replace("key", "owl")}`);
  }
  for (const name of SETTINGS) {
    const sealed = await store.setting(name) as Parameters<typeof vault.open>[0];
    assert.equal((await vault.open(sealed, bindingOf(name))).reveal(), `canary ${name}`);
  }
  assert.deepEqual(await store.setting("companion"), new TextEncoder().encode("companion-3"));
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

function bindingOf(name: string): Binding {
  const bound = settingBinding(name);
  assert.ok(bound);
  return bound;
}

/** The key of a passphrase or code, made at no cost. */
export function typedKey(kind: BackupKeyKind, text: string): Promise<BackupKey> {
  return makeKey(kind, newMaking(kind, CHEAP), new Secret(text));
}

/** The key that what is typed makes for the slot there is, as a command does. */
export async function typedFor(keyring: Keyring, kind: BackupKeyKind, text: string): Promise<BackupKey> {
  const slot = (await keyring.list()).find((one) => one.kind === kind);
  assert.ok(slot, `there is a slot ${kind}`);
  return await makeKey(kind, slot.making, new Secret(text));
}
