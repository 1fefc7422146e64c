import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { keysForPeople } from "../../src/cli/unlocking.ts";
import { typedKind } from "../../src/cli/key_operations.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { fill, openKeys, typedKey } from "../support/key_place.ts";
import { memoryStore } from "../support/memory_store.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const CODE = "WPF-V22-PTA-3R4-N33-FRQ-25Q-S08-2WJ";

Deno.test("keysForPeople() opens with passphrase and code, and slows down who guesses, by address", async () => {
  using directory = temporaryDirectory();
  const store = memoryStore();
  const place = { keyFile: `${directory.path}/key` };
  const first = await openKeys(store, place);
  await fill(first);
  const clock = new FakeClock();
  const keysOf = async () => {
    const { vault, keyring } = await openKeys(store, place);
    const program = { keyring, unlock: keyring.unlock.bind(keyring), deps: { clock } };
    return { vault, keys: keysForPeople(program as unknown as Parameters<typeof keysForPeople>[0]) };
  };
  assert.equal(await (await keysOf()).keys.canUnlock(), false);
  await first.keyring.add("passphrase", 1, await typedKey("passphrase", "four words of ours"));
  await first.keyring.add("recovery_code", 1, await typedKey("recovery_code", CODE));
  await first.keyring.remove("file", true);

  const { vault, keys } = await keysOf();
  assert.equal(await keys.canUnlock(), true);
  for (let time = 0; time < 5; time++) {
    await assert.rejects(keys.unlock(new Secret("five words"), "10.0.0.1"), { code: "wrong_password" });
  }
  await assert.rejects(keys.unlock(new Secret("four words of ours"), "10.0.0.1"), { code: "throttled" });
  assert.ok(vault.locked);
  await keys.unlock(new Secret("four words of ours"), "10.0.0.2");
  assert.equal(vault.locked, undefined);

  const byCode = await keysOf();
  await byCode.keys.unlock(new Secret(CODE.toLowerCase()), "10.0.0.1").catch(() => undefined);
  assert.equal(byCode.vault.locked, undefined);
});

Deno.test("typedKind() takes a code for the code's slot, anything else for the passphrase's, else what there is", () => {
  const both = [{ kind: "file" }, { kind: "passphrase" }, { kind: "recovery_code" }];
  assert.equal(typedKind(both, true), "recovery_code");
  assert.equal(typedKind(both, false), "passphrase");
  assert.equal(typedKind([{ kind: "recovery_code" }], false), "recovery_code");
  assert.equal(typedKind([{ kind: "passphrase" }], true), "passphrase");
  assert.throws(() => typedKind([{ kind: "file" }], true), (error) => {
    assert.ok(error instanceof AppError);
    return error.code === "not_found";
  });
});
