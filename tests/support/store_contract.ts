/**
 * What every store promises, whatever it is made of. Data is written through `store` and read through `again()`, which
 * may be the same store or one that was closed and opened in between.
 */
import assert from "node:assert/strict";
import type { Sealed, SealedGrant } from "../../src/core/account.ts";
import { NO_FACTS } from "../../src/core/app.ts";
import type { Store } from "../../src/core/ports.ts";
import type { KeySlot, Slots } from "../../src/vault/slots.ts";
import { anAccount, anEntry, anId } from "./account_samples.ts";
import { ACCOUNTS, found, REVISIONS } from "./store_contract_accounts.ts";

export type KeptStore = Store & Slots;

/** One empty store under test. */
export interface StoreUnderTest extends Disposable {
  readonly store: KeptStore;
  again(): KeptStore;
}

/** Promises by the words that name their tests. */
export type Promises = Readonly<Record<string, (place: StoreUnderTest) => Promise<void>>>;

const GRANT = { in: "accounts", row: "key-1" } as const;
const ID = { in: "ids", row: anId().digest } as const;
const APP = { in: "settings", row: "twitch_app" } as const;
const STRANGE = { in: "settings", row: "z of tomorrow" } as const;

/** Everything that is sealed, a setting that is not, and the slots `a` and `b`; answers these and one more. */
async function keepSealed(store: KeptStore): Promise<readonly [KeySlot, KeySlot, KeySlot]> {
  await store.add(anAccount(), anId());
  await store.saveSetting("twitch_app", Uint8Array.of(1, 2));
  await store.saveSetting("z of tomorrow", Uint8Array.of(1, 3));
  await store.saveSetting("plain", new TextEncoder().encode("{}"));
  await store.saveSetting("empty", new Uint8Array());
  const [a, b, c] = ["a", "b", "c"].map((id): KeySlot => ({
    ...{ id, kind: "file", wrapped: Uint8Array.of(1), parameters: {}, createdAt: 7 },
  }));
  assert.ok(a && b && c);
  await store.addSlot(a);
  await store.addSlot(b);
  return [a, b, c];
}

/** Registers the contract's tests under `name`; `open` gives an empty store to each. */
export function storeContract(name: string, open: () => StoreUnderTest): void {
  const promises = { ...ACCOUNTS, ...REVISIONS, ...JOURNAL, ...IDS, ...KEPT };
  for (const [title, test] of Object.entries(promises)) {
    Deno.test(`${name} ${title}`, async () => {
      using place = open();
      await test(place);
    });
  }
}

const JOURNAL: Promises = {
  async "beginRefresh() writes account and entry"(place) {
    await place.store.add(anAccount(), anId());
    assert.equal(await place.store.beginRefresh(anAccount({ sends: [1] }), anEntry()), true);
    const store = place.again();
    assert.deepEqual(await found(store), anAccount({ sends: [1], revision: 2 }));
    assert.deepEqual(await store.journal(), [anEntry()]);
  },

  async "beginRefresh() puts its entry in place of an older one"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.beginRefresh(anAccount(), anEntry());
    const second = anEntry({ generation: 2, digest: "cd".repeat(32), at: 9 });
    assert.equal(await place.store.beginRefresh(anAccount({ revision: 2 }), second), true);
    assert.deepEqual(await place.again().journal(), [second]);
  },

  async "endRefresh() writes the account and strikes its entry alone"(place) {
    const other = anAccount({ key: "key-2", alias: "other", twitchId: "2" });
    await place.store.add(anAccount(), anId());
    await place.store.add(other, anId({ digest: "d2", account: "key-2" }));
    await place.store.beginRefresh(anAccount(), anEntry());
    await place.store.beginRefresh(other, anEntry({ account: "key-2" }));
    const ended = anAccount({ generation: 2, grant: Uint8Array.of(5) as SealedGrant, revision: 2 });
    assert.equal(await place.store.endRefresh(ended), true);
    const store = place.again();
    assert.deepEqual(await found(store), { ...ended, revision: 3 });
    assert.deepEqual(await store.journal(), [anEntry({ account: "key-2" })]);
  },

  async "beginRefresh() and endRefresh() add to what is known of the account's app"(place) {
    await place.store.add(anAccount(), anId());
    const dies = { rotates: false, oldAccess: "dies" } as const;
    assert.equal(await place.store.beginRefresh(anAccount(), anEntry(), dies), true);
    assert.deepEqual(await place.again().facts("app-1"), dies);
    const rotates = { rotates: true, oldAccess: undefined };
    assert.equal(await place.again().endRefresh(anAccount({ revision: 2 }), rotates), true);
    const store = place.again();
    assert.deepEqual(await store.facts("app-1"), { rotates: true, oldAccess: "dies" });
    assert.deepEqual(await store.journal(), []);
  },

  async "beginRefresh() and endRefresh() with another revision add nothing to what is known"(place) {
    await place.store.add(anAccount({ revision: 1 }), anId());
    const facts = { rotates: true, oldAccess: undefined };
    const stale = anAccount({ revision: 7 });
    assert.equal(await place.store.beginRefresh(stale, anEntry(), facts), false);
    assert.equal(await place.store.endRefresh(stale, facts), false);
    assert.deepEqual(await place.again().facts("app-1"), NO_FACTS);
  },

  async "endRefresh() with another revision leaves the entry"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.beginRefresh(anAccount(), anEntry());
    assert.equal(await place.store.endRefresh(anAccount({ revision: 1 })), false);
    assert.deepEqual(await place.again().journal(), [anEntry()]);
  },

  async "endRefresh() works where there is no entry"(place) {
    await place.store.add(anAccount(), anId());
    assert.equal(await place.store.endRefresh(anAccount()), true);
    assert.equal((await found(place.again())).revision, 2);
  },
};

const IDS: Promises = {
  async "addId() gives an account a second id"(place) {
    await place.store.add(anAccount(), anId());
    const second = anId({ digest: "d2", sealed: Uint8Array.of(1) as Sealed, endsAt: 99 });
    assert.equal(await place.store.addId(second), true);
    assert.deepEqual(await place.again().ids(), [anId(), second]);
  },

  async "addId() answers false for a digest that is there and for an account that is not"(place) {
    await place.store.add(anAccount(), anId());
    assert.equal(await place.store.addId(anId({ sealed: Uint8Array.of(1) as Sealed })), false);
    assert.equal(await place.store.addId(anId({ digest: "d2", account: "nobody" })), false);
    assert.deepEqual(await place.again().ids(), [anId()]);
  },

  async "endId() sets an end and takes it back"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.addId(anId({ digest: "d2" }));
    assert.equal(await place.store.endId("d2", 123), true);
    const store = place.again();
    assert.deepEqual((await store.ids()).map((id) => id.endsAt), [undefined, 123]);
    assert.equal(await store.endId("d2", undefined), true);
    assert.deepEqual((await place.again().ids()).map((id) => id.endsAt), [undefined, undefined]);
  },

  async "removeId() removes one id"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.addId(anId({ digest: "d2" }));
    assert.equal(await place.store.removeId("d2"), true);
    assert.deepEqual(await place.again().ids(), [anId()]);
  },

  async "endId() and removeId() answer false for an id that is not there"(place) {
    assert.equal(await place.store.endId("none", 1), false);
    assert.equal(await place.store.removeId("none"), false);
  },
};

const KEPT: Promises = {
  async "facts() knows nothing at first"(place) {
    assert.deepEqual(await place.store.facts("app-1"), NO_FACTS);
  },

  async "learn() adds and never takes back"(place) {
    await place.store.learn("app-1", { rotates: true, oldAccess: undefined });
    await place.store.learn("app-1", { rotates: false, oldAccess: "dies" });
    await place.store.learn("app-1", NO_FACTS);
    let store = place.again();
    assert.deepEqual(await store.facts("app-1"), { rotates: true, oldAccess: "dies" });
    await store.learn("app-1", { rotates: false, oldAccess: "survives" });
    store = place.again();
    assert.deepEqual(await store.facts("app-1"), { rotates: true, oldAccess: "survives" });
    assert.deepEqual(await store.facts("app-2"), NO_FACTS);
  },

  async "saveSetting() keeps bytes, replaces and removes them"(place) {
    await place.store.saveSetting("app", Uint8Array.of(0, 1, 255));
    await place.store.saveSetting("empty", new Uint8Array());
    let store = place.again();
    assert.deepEqual(await store.setting("app"), Uint8Array.of(0, 1, 255));
    assert.deepEqual(await store.setting("empty"), new Uint8Array());
    await store.saveSetting("app", Uint8Array.of(2));
    store = place.again();
    assert.deepEqual(await store.setting("app"), Uint8Array.of(2));
    await store.saveSetting("app", undefined);
    assert.equal(await place.again().setting("app"), undefined);
  },

  async "addSlot() keeps slots in order, each id once"(place) {
    const file: KeySlot = {
      id: "z",
      kind: "file",
      wrapped: Uint8Array.of(1, 2),
      parameters: {},
      createdAt: 5,
    };
    const passphrase = { ...file, id: "a", kind: "passphrase", parameters: { cost: 15, salt: "abc" } };
    assert.equal(await place.store.addSlot(file), true);
    assert.equal(await place.store.addSlot(passphrase), true);
    assert.equal(await place.store.addSlot({ ...file, kind: "other" }), false);
    assert.deepEqual(await place.again().slots(), [file, passphrase]);
  },

  async "hasCiphertext() sees accounts and sealed settings, and no plain ones"(place) {
    await place.store.saveSetting("empty", new Uint8Array());
    await place.store.saveSetting("plain", new TextEncoder().encode('\t{"hosts":[]}'));
    assert.equal(await place.again().hasCiphertext(), false);
    const store = place.again();
    await store.saveSetting("app", Uint8Array.of(1, 2, 3));
    assert.equal(await store.hasCiphertext(), true);
    await store.saveSetting("app", undefined);
    assert.equal(await store.hasCiphertext(), false);
    await store.add(anAccount(), anId());
    assert.equal(await place.again().hasCiphertext(), true);
  },

  async "ciphertexts() gives everything sealed with what it is tied to"(place) {
    await keepSealed(place.store);
    assert.deepEqual(await place.again().ciphertexts(), [
      { place: GRANT, bound: { owner: "key-1", purpose: "grant", generation: 1 }, sealed: anAccount().grant },
      { place: ID, bound: { owner: "key-1", purpose: "id", generation: 0 }, sealed: anId().sealed },
      { place: APP, bound: { owner: "server", purpose: "app", generation: 0 }, sealed: Uint8Array.of(1, 2) },
      { place: STRANGE, bound: undefined, sealed: Uint8Array.of(1, 3) },
    ]);
  },

  async "rekey() changes slots and all ciphertext at once, and leaves the revision"(place) {
    const [kept, gone, fresh] = await keepSealed(place.store);
    const resealed = (await place.store.ciphertexts()).map(({ place, sealed }, at) => (
      { place, was: sealed, sealed: Uint8Array.of(1, 100 + at) as Sealed }
    ));
    assert.equal(await place.store.rekey({ from: ["a", "b"], slots: [kept, fresh], resealed }), true);
    const store = place.again();
    assert.deepEqual(await store.slots(), [kept, fresh]);
    assert.deepEqual((await store.ciphertexts()).map(({ sealed }) => sealed[1]), [100, 101, 102, 103]);
    assert.deepEqual(await found(store), anAccount({ grant: Uint8Array.of(1, 100) as SealedGrant }));
    assert.ok(gone);
  },

  async "rekey() changes slots alone"(place) {
    const [kept, , fresh] = await keepSealed(place.store);
    const change = { from: ["b", "a"], slots: [kept, fresh], resealed: undefined };
    assert.equal(await place.store.rekey(change), true);
    assert.deepEqual(await place.again().slots(), [kept, fresh]);
    assert.deepEqual((await found(place.again())).grant, anAccount().grant);
  },

  async "rekey() writes nothing where slots or ciphertext are others than it was told"(place) {
    const [kept, gone, fresh] = await keepSealed(place.store);
    const all = await place.store.ciphertexts();
    const resealed = all.map(({ place, sealed }) => (
      { place, was: sealed, sealed: Uint8Array.of(1, 9) as Sealed }
    ));
    const slots = [kept, fresh];
    const right = { from: ["a", "b"], slots, resealed };
    let store = place.store;
    for (
      const wrong of [
        { ...right, from: ["a"] },
        { ...right, from: ["a", "c"] },
        { ...right, resealed: resealed.slice(1) },
        { ...right, resealed: resealed.map((one, at) => at === 3 ? { ...one, was: one.sealed } : one) },
      ]
    ) {
      assert.equal(await store.rekey(wrong), false);
      store = place.again();
      assert.deepEqual(await store.slots(), [kept, gone]);
      assert.deepEqual(await store.ciphertexts(), all);
    }
    assert.equal(await store.rekey(right), true);
  },

  async "answers copies: changing one changes nothing that is kept"(place) {
    await place.store.saveSetting("app", Uint8Array.of(1));
    const bytes = await place.store.setting("app");
    bytes?.fill(9);
    assert.deepEqual(await place.store.setting("app"), Uint8Array.of(1));
  },
};
