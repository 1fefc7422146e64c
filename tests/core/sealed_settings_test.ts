import assert from "node:assert/strict";
import { saveApp } from "../../src/core/app_setting.ts";
import { setBackupKeys } from "../../src/core/backup_keys.ts";
import { commonSecret } from "../../src/core/common_secret.ts";
import { saveNoticeAddresses } from "../../src/core/notice_setting.ts";
import type { Binding } from "../../src/core/ports.ts";
import { SealedRecords } from "../../src/core/sealed_records.ts";
import { isSealed, SEALED_SETTINGS, settingBinding } from "../../src/core/sealed_settings.ts";
import { Secret } from "../../src/core/secret.ts";
import { fakeVault } from "../support/fake_vault.ts";
import { memoryStore } from "../support/memory_store.ts";

Deno.test("settingBinding() knows what every sealed setting is tied to", async () => {
  const [store, vault] = [memoryStore(), fakeVault()];
  const deps = { store, vault, clock: { now: () => 1, sleep: () => Promise.resolve() } };
  await saveApp(deps, { clientId: "app", clientSecret: new Secret("s") });
  await setBackupKeys(deps, [], []);
  await saveNoticeAddresses(deps, [new Secret("https://ntfy.sh/topic")]);
  for (const purpose of ["attempts", "held sign-ins"] as const) {
    await new SealedRecords(deps, purpose).write([{ ref: "ref" }]);
  }
  for (const purpose of ["setup code", "form secret"] as const) {
    await commonSecret(deps, purpose, () => new Secret("common"));
  }
  for (const name of Object.values(SEALED_SETTINGS)) {
    const sealed = await store.setting(name);
    assert.ok(sealed, `${name} was written`);
    const bound = settingBinding(name) as Binding;
    await vault.open(sealed as Parameters<typeof vault.open>[0], bound);
  }
  assert.equal(settingBinding("companion"), undefined);
});

Deno.test("isSealed() tells ciphertext from text", () => {
  assert.equal(isSealed(Uint8Array.of(1, 2)), true);
  assert.equal(isSealed(new TextEncoder().encode("\t{}")), false);
  assert.equal(isSealed(new Uint8Array()), false);
});
