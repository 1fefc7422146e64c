import assert from "node:assert/strict";
import type { Sealed } from "../../src/core/account.ts";
import { type BackupKey, keysInUse, loadBackupKeys, setBackupKeys } from "../../src/core/backup_keys.ts";
import { Secret } from "../../src/core/secret.ts";
import { unwrapped } from "../support/backup_samples.ts";
import { FakeClock, START } from "../support/fake_clock.ts";
import { fakeVault } from "../support/fake_vault.ts";
import { memoryStore } from "../support/memory_store.ts";

const FIRST: BackupKey = { kind: "passphrase", making: { kdf: "scrypt", N: 16 }, key: new Secret("one") };
const SECOND: BackupKey = { ...FIRST, key: new Secret("two") };
const CODE: BackupKey = { kind: "recovery_code", making: { kdf: "hkdf-sha256" }, key: new Secret("three") };

function outside() {
  return { store: memoryStore(), vault: fakeVault(), clock: new FakeClock() };
}

Deno.test("loadBackupKeys() answers no key before one was set", async () => {
  assert.deepEqual(await loadBackupKeys(outside()), { keys: [], inUse: [] });
});

Deno.test("setBackupKeys() keeps the last key of each kind, and which of them are in use", async () => {
  const deps = outside();
  await setBackupKeys(deps, [FIRST], ["passphrase"]);
  await setBackupKeys(deps, [CODE], ["recovery_code"]);
  await setBackupKeys(deps, [SECOND], ["passphrase", "recovery_code"]);
  const keys = await loadBackupKeys(deps);
  assert.deepEqual(unwrapped(keys.keys), [
    { ...unwrapped(CODE), setAt: START },
    { ...unwrapped(SECOND), setAt: START },
  ]);
  assert.equal(keysInUse(keys).length, 2);
  await setBackupKeys(deps, [], ["recovery_code"]);
  assert.deepEqual(keysInUse(await loadBackupKeys(deps)).map(({ key }) => key.reveal()), ["three"]);
});

Deno.test("setBackupKeys() seals the keys under a purpose of their own", async () => {
  const deps = outside();
  await setBackupKeys(deps, [{ ...FIRST, key: new Secret("backup-key-canary") }], ["passphrase"]);
  const bytes = await deps.store.setting("backup_keys");
  assert.ok(bytes);
  assert.ok(!new TextDecoder().decode(bytes).includes("canary"));
  const bound = { owner: "server", purpose: "app", generation: 0 } as const;
  await assert.rejects(deps.vault.open(bytes as Sealed, bound), { code: "locked" });
  deps.vault.locked = "the key is missing";
  await assert.rejects(loadBackupKeys(deps), { code: "locked" });
});
