import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { createKeyFile } from "../../src/vault/key.ts";
import { openVault } from "../../src/vault/open.ts";
import type { KeyedVault } from "../../src/vault/vault.ts";
import { anAccount, anId } from "../support/account_samples.ts";
import { type MemoryStore, memoryStore } from "../support/memory_store.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary_directory.ts";

const BOUND = { owner: "server", purpose: "app", generation: 0 } as const;

interface Place extends Disposable {
  readonly directory: TemporaryDirectory;
  readonly store: MemoryStore;
  readonly keyFile: string;
  open(keyFile?: string): Promise<KeyedVault>;
}

function aPlace(): Place {
  const directory = temporaryDirectory();
  const store = memoryStore();
  const own = `${directory.path}/key`;
  return {
    directory,
    store,
    keyFile: own,
    open: (keyFile = own) => openVault({ slots: store, keyFile, now: 1234 }),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

async function assertLocked(vault: KeyedVault, why: RegExp): Promise<void> {
  assert.match(vault.locked ?? "", why);
  await assert.rejects(vault.seal(new Secret("x"), BOUND), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "locked");
    assert.match(error.message, /^Cannot unlock the stored logins: /);
    assert.ok(error.hint);
    return true;
  });
  const bytes = anAccount().grant;
  await assert.rejects(vault.open(bytes, BOUND), { code: "locked" });
  await assert.rejects(vault.openGrant(bytes, "key-1", 1), { code: "locked" });
}

Deno.test("openVault() makes key and slot at the first start, and opens with them at the next", async () => {
  using place = aPlace();
  const first = await place.open();
  assert.equal(first.locked, undefined);
  const sealed = await first.seal(new Secret("canary"), BOUND);
  const slots = await place.store.slots();
  assert.deepEqual(slots.map(({ kind, createdAt }) => ({ kind, createdAt })), [{
    kind: "file",
    createdAt: 1234,
  }]);
  const second = await place.open();
  assert.equal((await second.open(sealed, BOUND)).reveal(), "canary");
  assert.deepEqual(await place.store.slots(), slots);
});

Deno.test("openVault() uses a key file that is there before the first start", async () => {
  using place = aPlace();
  await createKeyFile(place.keyFile);
  const before = await Deno.readTextFile(place.keyFile);
  assert.equal((await place.open()).locked, undefined);
  assert.equal(await Deno.readTextFile(place.keyFile), before);
});

Deno.test("openVault() makes no new data key after a crash between key file and slot", async () => {
  using place = aPlace();
  place.store.before = (method) => {
    if (method === "addSlot") throw new Error("crash");
  };
  await assert.rejects(place.open(), { message: "crash" });
  const line = await Deno.readTextFile(place.keyFile);
  place.store.before = undefined;
  assert.equal((await place.open()).locked, undefined);
  assert.equal(await Deno.readTextFile(place.keyFile), line);
});

Deno.test("openVault() is locked without its key file, and makes none", async () => {
  using place = aPlace();
  await place.open();
  const slots = await place.store.slots();
  await Deno.rename(place.keyFile, `${place.keyFile}.away`);
  await assertLocked(await place.open(), /^The key file .*\/key is missing: put back /);
  await assert.rejects(Deno.stat(place.keyFile), Deno.errors.NotFound);
  assert.deepEqual(await place.store.slots(), slots);
  await Deno.rename(`${place.keyFile}.away`, place.keyFile);
  assert.equal((await place.open()).locked, undefined);
});

Deno.test("openVault() is locked with another key file, and changes nothing", async () => {
  using place = aPlace();
  await place.open();
  const slots = await place.store.slots();
  const other = `${place.directory.path}/other`;
  await createKeyFile(other);
  const line = await Deno.readTextFile(other);
  await assertLocked(
    await place.open(other),
    /other is not the one that belongs to this database: put back /,
  );
  assert.equal(await Deno.readTextFile(other), line);
  assert.deepEqual(await place.store.slots(), slots);
  assert.equal((await place.open()).locked, undefined);
});

Deno.test("openVault() is locked with a malformed key file, at the first start too", async () => {
  using place = aPlace();
  await Deno.writeTextFile(place.keyFile, "companion-token-server-key-1:short");
  await assertLocked(await place.open(), /is damaged/);
  assert.deepEqual(await place.store.slots(), []);
  assert.equal(await Deno.readTextFile(place.keyFile), "companion-token-server-key-1:short");
});

Deno.test("openVault() is locked where there are logins and no slot, and makes no key", async () => {
  using place = aPlace();
  await place.store.add(anAccount(), anId());
  await assertLocked(await place.open(), /has logins but no key slot/);
  await assert.rejects(Deno.stat(place.keyFile), Deno.errors.NotFound);
  assert.deepEqual(await place.store.slots(), []);
});

Deno.test("openVault() is locked where the slot is damaged, newer, or of another kind", async () => {
  using place = aPlace();
  await place.open();
  const [slot] = await place.store.slots();
  assert.ok(slot);
  const broken: readonly (readonly [object, RegExp])[] = [
    [
      { wrapped: slot.wrapped.map((byte, at) => at === 40 ? byte ^ 1 : byte) },
      /slot in the database is damaged/,
    ],
    [{ id: "moved" }, /slot in the database is damaged/],
    [{ wrapped: new Uint8Array(3) }, /slot in the database is damaged/],
    [{ wrapped: slot.wrapped.with(0, 2) }, /newer version/],
    [{ kind: "passphrase" }, /passphrase or recovery code is needed after each start: run /],
    [{ kind: "credential" }, /credential companion-token-server.key is missing, or another one: put it back/],
    [{ kind: "of tomorrow" }, /not the one that belongs/],
  ];
  for (const [change, why] of broken) {
    const store = memoryStore();
    await store.addSlot({ ...slot, ...change });
    await assertLocked(await openVault({ slots: store, keyFile: place.keyFile, now: 0 }), why);
  }
});

Deno.test("openVault() finds its slot among several", async () => {
  using place = aPlace();
  using other = aPlace();
  await place.open();
  await other.open();
  const store = memoryStore();
  for (const slot of [...await other.store.slots(), ...await place.store.slots()]) await store.addSlot(slot);
  assert.equal((await openVault({ slots: store, keyFile: place.keyFile, now: 0 })).locked, undefined);
});

Deno.test("openVault() is locked where no key file can be made", async () => {
  using place = aPlace();
  const nowhere = `${place.directory.path}/missing/key`;
  await assertLocked(await place.open(nowhere), /missing\/key cannot be made \(No such file or directory\)/);
  assert.deepEqual(await place.store.slots(), []);
});

Deno.test("openVault() notes that it closed the key file to others", async () => {
  using place = aPlace();
  await place.open();
  await Deno.chmod(place.keyFile, 0o644);
  const { notes } = await place.open();
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? "", /private now$/);
  assert.deepEqual((await place.open()).notes, []);
});
