/**
 * What every store promises, whatever it is made of. Data is written through `store` and read through `again()`, which
 * may be the same store or one that was closed and opened in between.
 */
import assert from "node:assert/strict";
import type { Sealed, SealedGrant } from "../../src/core/account.ts";
import { NO_FACTS } from "../../src/core/app.ts";
import type { Awaitable, Store } from "../../src/core/ports.ts";
import type { Slots } from "../../src/vault/slots.ts";
import { anAccount, anEntry, anId } from "./account_samples.ts";
import { KEPT } from "./store_contract_kept.ts";
import { ACCOUNTS, found, REVISIONS } from "./store_contract_accounts.ts";

export type KeptStore = Store & Slots;

/** One empty store under test. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: KeptStore;
  again(): Awaitable<KeptStore>;
}

/** The same, as `open` may give it. */
export type OpenedStore =
  | StoreUnderTest
  | Omit<StoreUnderTest, typeof Symbol.asyncDispose> & Disposable;

/** Promises by the words that name their tests. */
export type Promises = Readonly<Record<string, (place: StoreUnderTest) => Promise<void>>>;

/** Registers the contract's tests under `name`; `open` gives an empty store to each. */
export function storeContract(name: string, open: () => Awaitable<OpenedStore>): void {
  const promises = { ...ACCOUNTS, ...REVISIONS, ...JOURNAL, ...IDS, ...KEPT };
  for (const [title, test] of Object.entries(promises)) {
    Deno.test(`${name} ${title}`, async () => {
      const opened = await open();
      await using place: StoreUnderTest = {
        store: opened.store,
        again: () => opened.again(),
        async [Symbol.asyncDispose]() {
          if (Symbol.dispose in opened) opened[Symbol.dispose]();
          else await opened[Symbol.asyncDispose]();
        },
      };
      await test(place);
    });
  }
}

const JOURNAL: Promises = {
  async "beginRefresh() writes account and entry"(place) {
    await place.store.add(anAccount(), anId());
    assert.equal(await place.store.beginRefresh(anAccount({ sends: [1] }), anEntry()), true);
    const store = await place.again();
    assert.deepEqual(await found(store), anAccount({ sends: [1], revision: 2 }));
    assert.deepEqual(await store.journal(), [anEntry()]);
  },

  async "beginRefresh() puts its entry in place of an older one"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.beginRefresh(anAccount(), anEntry());
    const second = anEntry({ generation: 2, digest: "cd".repeat(32), at: 9 });
    assert.equal(await place.store.beginRefresh(anAccount({ revision: 2 }), second), true);
    assert.deepEqual(await (await place.again()).journal(), [second]);
  },

  async "endRefresh() writes the account and strikes its entry alone"(place) {
    const other = anAccount({ key: "key-2", alias: "other", twitchId: "2" });
    await place.store.add(anAccount(), anId());
    await place.store.add(other, anId({ digest: "d2", account: "key-2" }));
    await place.store.beginRefresh(anAccount(), anEntry());
    await place.store.beginRefresh(other, anEntry({ account: "key-2" }));
    const ended = anAccount({ generation: 2, grant: Uint8Array.of(5) as SealedGrant, revision: 2 });
    assert.equal(await place.store.endRefresh(ended), true);
    const store = await place.again();
    assert.deepEqual(await found(store), { ...ended, revision: 3 });
    assert.deepEqual(await store.journal(), [anEntry({ account: "key-2" })]);
  },

  async "beginRefresh() and endRefresh() add to what is known of the account's app"(place) {
    await place.store.add(anAccount(), anId());
    const dies = { rotates: false, oldAccess: "dies" } as const;
    assert.equal(await place.store.beginRefresh(anAccount(), anEntry(), dies), true);
    assert.deepEqual(await (await place.again()).facts("app-1"), dies);
    const rotates = { rotates: true, oldAccess: undefined };
    assert.equal(await (await place.again()).endRefresh(anAccount({ revision: 2 }), rotates), true);
    const store = await place.again();
    assert.deepEqual(await store.facts("app-1"), { rotates: true, oldAccess: "dies" });
    assert.deepEqual(await store.journal(), []);
  },

  async "beginRefresh() and endRefresh() with another revision add nothing to what is known"(place) {
    await place.store.add(anAccount({ revision: 1 }), anId());
    const facts = { rotates: true, oldAccess: undefined };
    const stale = anAccount({ revision: 7 });
    assert.equal(await place.store.beginRefresh(stale, anEntry(), facts), false);
    assert.equal(await place.store.endRefresh(stale, facts), false);
    assert.deepEqual(await (await place.again()).facts("app-1"), NO_FACTS);
  },

  async "endRefresh() with another revision leaves the entry"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.beginRefresh(anAccount(), anEntry());
    assert.equal(await place.store.endRefresh(anAccount({ revision: 1 })), false);
    assert.deepEqual(await (await place.again()).journal(), [anEntry()]);
  },

  async "endRefresh() works where there is no entry"(place) {
    await place.store.add(anAccount(), anId());
    assert.equal(await place.store.endRefresh(anAccount()), true);
    assert.equal((await found(await place.again())).revision, 2);
  },
};

const IDS: Promises = {
  async "addId() gives an account a second id"(place) {
    await place.store.add(anAccount(), anId());
    const second = anId({ digest: "d2", sealed: Uint8Array.of(1) as Sealed, endsAt: 99 });
    assert.equal(await place.store.addId(second), true);
    assert.deepEqual(await (await place.again()).ids(), [anId(), second]);
  },

  async "addId() answers false for a digest that is there and for an account that is not"(place) {
    await place.store.add(anAccount(), anId());
    assert.equal(await place.store.addId(anId({ sealed: Uint8Array.of(1) as Sealed })), false);
    assert.equal(await place.store.addId(anId({ digest: "d2", account: "nobody" })), false);
    assert.deepEqual(await (await place.again()).ids(), [anId()]);
  },

  async "endId() sets an end and takes it back"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.addId(anId({ digest: "d2" }));
    assert.equal(await place.store.endId("d2", 123), true);
    const store = await place.again();
    assert.deepEqual((await store.ids()).map((id) => id.endsAt), [undefined, 123]);
    assert.equal(await store.endId("d2", undefined), true);
    assert.deepEqual((await (await place.again()).ids()).map((id) => id.endsAt), [undefined, undefined]);
  },

  async "removeId() removes one id"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.addId(anId({ digest: "d2" }));
    assert.equal(await place.store.removeId("d2"), true);
    assert.deepEqual(await (await place.again()).ids(), [anId()]);
  },

  async "endId() and removeId() answer false for an id that is not there"(place) {
    assert.equal(await place.store.endId("none", 1), false);
    assert.equal(await place.store.removeId("none"), false);
  },
};
