import assert from "node:assert/strict";
import type { Sealed, SealedGrant } from "../../src/core/account.ts";
import { NO_FACTS } from "../../src/core/app.ts";
import type { KeySlot } from "../../src/vault/slots.ts";
import { anAccount, anId } from "./account_samples.ts";
import type { KeptStore, Promises } from "./store_contract.ts";
import { found } from "./store_contract_accounts.ts";

const GRANT = { in: "accounts", row: "key-1" } as const;
const ID = { in: "ids", row: anId().digest } as const;
const APP = { in: "settings", row: "twitch_app" } as const;
/** With what everything begins that the key of the samples has sealed. */
const HEAD = Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1);
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

/** What a store promises about apps, settings, slots and everything sealed. */
export const KEPT: Promises = {
  async "facts() knows nothing at first"(place) {
    assert.deepEqual(await place.store.facts("app-1"), NO_FACTS);
  },

  async "learn() adds and never takes back"(place) {
    await place.store.learn("app-1", { rotates: true, oldAccess: undefined });
    await place.store.learn("app-1", { rotates: false, oldAccess: "dies" });
    await place.store.learn("app-1", NO_FACTS);
    let store = await place.again();
    assert.deepEqual(await store.facts("app-1"), { rotates: true, oldAccess: "dies" });
    await store.learn("app-1", { rotates: false, oldAccess: "survives" });
    store = await place.again();
    assert.deepEqual(await store.facts("app-1"), { rotates: true, oldAccess: "survives" });
    assert.deepEqual(await store.facts("app-2"), NO_FACTS);
  },

  async "saveSetting() keeps bytes, replaces and removes them"(place) {
    await place.store.saveSetting("app", Uint8Array.of(0, 1, 255));
    await place.store.saveSetting("empty", new Uint8Array());
    let store = await place.again();
    assert.deepEqual(await store.setting("app"), Uint8Array.of(0, 1, 255));
    assert.deepEqual(await store.setting("empty"), new Uint8Array());
    await store.saveSetting("app", Uint8Array.of(2));
    store = await place.again();
    assert.deepEqual(await store.setting("app"), Uint8Array.of(2));
    await store.saveSetting("app", undefined);
    assert.equal(await (await place.again()).setting("app"), undefined);
  },

  async "replaceSetting() writes where what is kept is still what it was"(place) {
    const [one, two] = [Uint8Array.of(1, 1), Uint8Array.of(1, 2)];
    assert.equal(await place.store.replaceSetting("a", undefined, one), true);
    assert.equal(await place.store.replaceSetting("a", one, two), true);
    assert.deepEqual(await (await place.again()).setting("a"), two);
    const store = await place.again();
    assert.equal(await store.replaceSetting("a", two, new Uint8Array()), true);
    assert.equal(await store.replaceSetting("a", new Uint8Array(), one), true);
    assert.equal(await store.replaceSetting("a", one, undefined), true);
    assert.equal(await (await place.again()).setting("a"), undefined);
    assert.equal(await (await place.again()).replaceSetting("none", undefined, undefined), true);
  },

  async "replaceSetting() answers false and writes nothing where it is something else"(place) {
    const [one, two] = [Uint8Array.of(1, 1), Uint8Array.of(1, 2)];
    assert.equal(await place.store.replaceSetting("a", one, two), false);
    assert.equal(await place.store.replaceSetting("a", new Uint8Array(), two), false);
    assert.equal(await place.store.replaceSetting("a", one, undefined), false);
    assert.equal(await place.store.setting("a"), undefined);
    await place.store.saveSetting("a", one);
    for (const before of [undefined, two, Uint8Array.of(1), Uint8Array.of(1, 1, 0), new Uint8Array()]) {
      assert.equal(await place.store.replaceSetting("a", before, two), false);
      assert.equal(await place.store.replaceSetting("a", before, undefined), false);
    }
    assert.deepEqual(await (await place.again()).setting("a"), one);
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
    assert.deepEqual(await (await place.again()).slots(), [file, passphrase]);
  },

  async "hasCiphertext() sees accounts and sealed settings, and no plain ones"(place) {
    await place.store.saveSetting("empty", new Uint8Array());
    await place.store.saveSetting("plain", new TextEncoder().encode('\t{"hosts":[]}'));
    assert.equal(await (await place.again()).hasCiphertext(), false);
    const store = await place.again();
    await store.saveSetting("app", Uint8Array.of(1, 2, 3));
    assert.equal(await store.hasCiphertext(), true);
    await store.saveSetting("app", undefined);
    assert.equal(await store.hasCiphertext(), false);
    await store.add(anAccount(), anId());
    assert.equal(await (await place.again()).hasCiphertext(), true);
  },

  async "ciphertexts() gives everything sealed with what it is tied to"(place) {
    await keepSealed(place.store);
    assert.deepEqual(await (await place.again()).ciphertexts(), [
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
    assert.equal(
      await place.store.rekey({ head: HEAD, from: ["a", "b"], slots: [kept, fresh], resealed }),
      true,
    );
    const store = await place.again();
    assert.deepEqual(await store.slots(), [kept, fresh]);
    assert.deepEqual((await store.ciphertexts()).map(({ sealed }) => sealed[1]), [100, 101, 102, 103]);
    assert.deepEqual(await found(store), anAccount({ grant: Uint8Array.of(1, 100) as SealedGrant }));
    assert.ok(gone);
  },

  async "rekey() changes slots alone"(place) {
    const [kept, , fresh] = await keepSealed(place.store);
    const change = { head: HEAD, from: ["b", "a"], slots: [kept, fresh], resealed: undefined };
    assert.equal(await place.store.rekey(change), true);
    assert.deepEqual(await (await place.again()).slots(), [kept, fresh]);
    assert.deepEqual((await found(await place.again())).grant, anAccount().grant);
  },

  async "rekey() writes nothing where slots or ciphertext are others than it was told"(place) {
    const [kept, gone, fresh] = await keepSealed(place.store);
    const all = await place.store.ciphertexts();
    const resealed = all.map(({ place, sealed }) => (
      { place, was: sealed, sealed: Uint8Array.of(1, 9) as Sealed }
    ));
    const slots = [kept, fresh];
    const right = { head: HEAD, from: ["a", "b"], slots, resealed };
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
      store = await place.again();
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
