import assert from "node:assert/strict";
import { anAccount, anId } from "../support/account_samples.ts";
import { memoryStore, type StoreMethod } from "../support/memory_store.ts";
import { storeContract } from "../support/store_contract.ts";

storeContract("memoryStore()", () => {
  const store = memoryStore();
  return { store, again: () => store, [Symbol.dispose]() {} };
});

Deno.test("memoryStore() throws disk at every write while failWrites is set, and reads on", async () => {
  const store = memoryStore();
  await store.add(anAccount(), anId());
  store.failWrites = true;
  await assert.rejects(store.replace(anAccount()), { code: "disk" });
  await assert.rejects(store.saveSetting("a", undefined), { code: "disk" });
  assert.deepEqual(await store.accounts(), [anAccount()]);
  store.failWrites = false;
  assert.equal(await store.replace(anAccount()), true);
});

Deno.test("memoryStore() crashes before or after the commit where a hook throws", async () => {
  const store = memoryStore();
  function crash(method: StoreMethod): void {
    if (method === "add") throw new Error("crash");
  }
  store.before = crash;
  await assert.rejects(store.add(anAccount(), anId()), { message: "crash" });
  assert.deepEqual(await store.accounts(), []);
  store.before = undefined;
  store.after = crash;
  await assert.rejects(store.add(anAccount(), anId()), { message: "crash" });
  assert.deepEqual(await store.accounts(), [anAccount()]);
});
