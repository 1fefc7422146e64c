import assert from "node:assert/strict";
import type { Account, Health, SealedGrant } from "../../src/core/account.ts";
import type { Store } from "../../src/core/ports.ts";
import { anAccount, anEntry, anId } from "./account_samples.ts";
import type { Promises } from "./store_contract.ts";

/** What a store promises about accounts. */
export const ACCOUNTS: Promises = {
  async "keeps every field of an account"(place) {
    const full = anAccount({
      label: 'Käpt’n 🦉 "main"; DROP TABLE accounts',
      lastRefresh: 1_700_000_001_234,
      health: { state: "retrying", since: 5, reason: "rate_limited", attempts: 3, nextTry: 9 },
      refusals: { count: 2, first: 7, last: 8 },
      sends: [1, 2, 3],
      relay: false,
      passwordDigest: "ab".repeat(32),
    });
    assert.equal(await place.store.add(full, anId()), true);
    assert.deepEqual(await (await place.again()).accounts(), [full]);
  },

  async "keeps every field that is not there"(place) {
    const bare = anAccount({ scopes: [], expiresAt: undefined, grant: new Uint8Array() as SealedGrant });
    await place.store.add(bare, anId());
    assert.deepEqual(await (await place.again()).account("key-1"), bare);
  },

  async "keeps each kind of health"(place) {
    const kinds: readonly Health[] = [
      { state: "needs_login", since: 4, reason: "answer_lost" },
      { state: "retrying", since: 4, reason: "unreachable", attempts: 1, nextTry: 6 },
      { state: "connected" },
    ];
    let account = anAccount();
    let store = place.store;
    await store.add(account, anId());
    for (const health of kinds) {
      assert.equal(await store.replace({ ...account, health }), true);
      store = await place.again();
      account = await found(store);
      assert.deepEqual(account.health, health);
    }
  },

  async "answers accounts and ids in the order in which they were added"(place) {
    for (const name of ["c", "a", "b"]) {
      const account = anAccount({ key: name, alias: name, twitchId: name });
      assert.equal(await place.store.add(account, anId({ digest: name, account: name })), true);
    }
    const store = await place.again();
    const first = await store.account("c");
    assert.ok(first);
    await store.replace({ ...first, login: "renamed" });
    assert.deepEqual((await store.accounts()).map((account) => account.key), ["c", "a", "b"]);
    assert.deepEqual((await store.ids()).map((id) => id.digest), ["c", "a", "b"]);
  },

  async "add() gives the first revision whatever the account says"(place) {
    await place.store.add(anAccount({ revision: 77 }), anId());
    assert.equal((await found(await place.again())).revision, 1);
  },

  async "add() answers false and writes nothing for a key, alias, Twitch user or id that is there"(place) {
    const other = anAccount({ key: "key-2", alias: "other", twitchId: "2" });
    const id = anId({ digest: "d2", account: "key-2" });
    await place.store.add(anAccount(), anId());
    const again = anAccount({ alias: "other", twitchId: "2" });
    assert.equal(await place.store.add(again, anId({ digest: "d2" })), false, "key");
    assert.equal(await place.store.add({ ...other, alias: "nightowl" }, id), false, "alias");
    assert.equal(await place.store.add({ ...other, twitchId: "12345" }, id), false, "Twitch user");
    assert.equal(await place.store.add(other, { ...id, digest: anId().digest }), false, "id");
    const store = await place.again();
    assert.deepEqual(await store.accounts(), [anAccount()]);
    assert.deepEqual(await store.ids(), [anId()]);
    assert.equal(await store.add(other, id), true);
  },

  async "answers undefined and empty lists where there is nothing"(place) {
    assert.equal(await place.store.account("nobody"), undefined);
    assert.deepEqual(await place.store.accounts(), []);
    assert.deepEqual(await place.store.ids(), []);
    assert.deepEqual(await place.store.journal(), []);
    assert.equal(await place.store.setting("none"), undefined);
    assert.deepEqual(await place.store.slots(), []);
  },
};

/** What it promises about writes that name a revision. */
export const REVISIONS: Promises = {
  async "replace() writes the row that was read, and counts"(place) {
    await place.store.add(anAccount(), anId());
    const changed = anAccount({
      alias: "owl",
      login: "owl",
      label: "Main",
      clientId: "app-2",
      scopes: ["bits:read"],
      grant: Uint8Array.of(42) as SealedGrant,
      generation: 2,
      issuedAt: 11,
      expiresAt: undefined,
      lastRefresh: 12,
      sends: [13],
      refusals: { count: 1, first: 3, last: 3 },
    });
    assert.equal(await place.store.replace(changed), true);
    assert.deepEqual(await found(await place.again()), { ...changed, revision: 2 });
  },

  async "refuses a write that names another revision, and writes nothing"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.replace(anAccount());
    const stale = anAccount({ login: "stale" });
    assert.equal(await place.store.replace(stale), false);
    assert.equal(await place.store.beginRefresh(stale, anEntry()), false);
    assert.equal(await place.store.endRefresh(stale), false);
    assert.equal(await place.store.remove(stale), false);
    assert.equal(await place.store.replace({ ...stale, revision: 3 }), false);
    const store = await place.again();
    assert.deepEqual(await store.accounts(), [anAccount({ revision: 2 })]);
    assert.deepEqual(await store.journal(), []);
    assert.equal(await store.replace({ ...stale, revision: 2 }), true);
  },

  async "refuses every write to an account that is gone"(place) {
    await place.store.add(anAccount(), anId());
    await place.store.remove(anAccount());
    assert.equal(await place.store.replace(anAccount()), false);
    assert.equal(await place.store.beginRefresh(anAccount(), anEntry()), false);
    assert.equal(await place.store.endRefresh(anAccount()), false);
    assert.equal(await place.store.remove(anAccount()), false);
    assert.deepEqual(await (await place.again()).accounts(), []);
  },

  async "replace() throws exists for an alias or Twitch user of another account"(place) {
    await place.store.add(anAccount(), anId());
    const other = anAccount({ key: "key-2", alias: "other", twitchId: "2" });
    await place.store.add(other, anId({ digest: "d2", account: "key-2" }));
    for (const clash of [{ alias: "nightowl" }, { twitchId: "12345" }]) {
      await assert.rejects(async () => await place.store.replace({ ...other, ...clash }), { code: "exists" });
    }
    const clashing = { ...other, alias: "nightowl" };
    await assert.rejects(
      async () => await place.store.beginRefresh(clashing, anEntry({ account: "key-2" })),
      {
        code: "exists",
      },
    );
    assert.equal(await place.store.beginRefresh(anAccount(), anEntry()), true, "the store goes on");
    const store = await place.again();
    assert.deepEqual(await store.account("key-2"), other);
    assert.deepEqual(await store.journal(), [anEntry()]);
  },

  async "remove() takes ids and journal entry along, and nobody else's"(place) {
    const other = anAccount({ key: "key-2", alias: "other", twitchId: "2" });
    await place.store.add(anAccount(), anId());
    await place.store.add(other, anId({ digest: "d2", account: "key-2" }));
    await place.store.addId(anId({ digest: "d3" }));
    await place.store.beginRefresh(anAccount(), anEntry());
    await place.store.beginRefresh(other, anEntry({ account: "key-2" }));
    assert.equal(await place.store.remove(anAccount({ revision: 2 })), true);
    const store = await place.again();
    assert.deepEqual((await store.accounts()).map((account) => account.key), ["key-2"]);
    assert.deepEqual((await store.ids()).map((id) => id.digest), ["d2"]);
    assert.deepEqual(await store.journal(), [anEntry({ account: "key-2" })]);
    assert.equal(await store.add(anAccount(), anId()), true);
  },
};

/** The sample account as the store has it. */
export async function found(store: Store): Promise<Account> {
  const account = await store.account("key-1");
  assert.ok(account, "the account is there");
  return account;
}
