import assert from "node:assert/strict";
import { Secret } from "../../src/core/secret.ts";
import { DISK_KEY_FILES, type KeyFiles } from "../../src/vault/key_files.ts";
import { newRecoveryCode } from "../../src/vault/recovery_code.ts";
import { assertWhole, fill, type Opened, openKeys, typedFor, typedKey } from "../support/key_place.ts";
import { type MemoryStore, memoryStore } from "../support/memory_store.ts";
import { namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

interface House extends Disposable, Opened {
  readonly path: string;
  readonly credential: string;
  readonly disk: MemoryStore;
  readonly fakeFiles: { next: Partial<KeyFiles> };
  /** As the next start finds it. */
  again(): Promise<Opened>;
}

/** A vault after its first start, filled. The credential comes once its file is there. */
async function aHouse(): Promise<House> {
  const directory = temporaryDirectory();
  const { path } = directory;
  const disk = memoryStore();
  const credential = `${path}/credential`;
  const fakeFiles: House["fakeFiles"] = { next: {} };
  const files = new Proxy(DISK_KEY_FILES, {
    get: (real, name) => Reflect.get(fakeFiles.next, name) ?? Reflect.get(real, name),
  });
  const open = () => openKeys(disk, { keyFile: `${path}/key`, credential, files });
  const first = await open();
  await fill(first);
  return {
    ...{ ...first, path, credential, disk, fakeFiles },
    again: open,
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

async function kinds({ keyring }: Opened): Promise<readonly (readonly [string, boolean | undefined])[]> {
  return (await keyring.list()).map(({ kind, opens }) => [kind, opens] as const);
}

async function putCredential({ credential }: House): Promise<void> {
  await Deno.writeFile(credential, crypto.getRandomValues(new Uint8Array(32)), { mode: 0o600 });
}

Deno.test("list() names each slot and whether it opens", async () => {
  using house = await aHouse();
  assert.deepEqual(await kinds(house), [["file", true]]);
  await Deno.remove(`${house.path}/key`);
  assert.deepEqual(await kinds(house), [["file", false]]);
  await house.keyring.add("passphrase", 9, await typedKey("passphrase", "four words"));
  assert.deepEqual(await kinds(house), [["file", false], ["passphrase", undefined]]);
  assert.equal((await house.keyring.list())[1]?.createdAt, 9);
});

Deno.test("add() a passphrase: it unlocks when the key file is gone, another does not", async () => {
  using house = await aHouse();
  await house.keyring.add("passphrase", 9, await typedKey("passphrase", "four words"));
  await Deno.remove(`${house.path}/key`);
  const next = await house.again();
  assert.match(next.vault.locked ?? "", /key is missing: .*; or run companion-token-server key unlock/);
  await assert.rejects(next.keyring.unlock(await typedFor(next.keyring, "passphrase", "other words")), {
    code: "wrong_password",
  });
  assert.ok(next.vault.locked);
  await assert.rejects(next.keyring.unlock(await typedKey("recovery_code", newRecoveryCode().reveal())), {
    code: "not_found",
  });
  await next.keyring.unlock(await typedFor(next.keyring, "passphrase", "four words"));
  await assertWhole(next.vault, next.store);
});

Deno.test("add() a recovery code: it unlocks however it is typed, and a second one takes its place", async () => {
  using house = await aHouse();
  const [first, second] = [newRecoveryCode().reveal(), newRecoveryCode().reveal()];
  await house.keyring.add("recovery_code", 1, await typedKey("recovery_code", first));
  await house.keyring.add("recovery_code", 2, await typedKey("recovery_code", second));
  await Deno.remove(`${house.path}/key`);
  const next = await house.again();
  await assert.rejects(next.keyring.unlock(await typedFor(next.keyring, "recovery_code", first)), {
    code: "wrong_password",
  });
  const typed = second.toLowerCase().replaceAll("-", "");
  await next.keyring.unlock(await typedFor(next.keyring, "recovery_code", typed));
  await assertWhole(next.vault, next.store);
});

Deno.test("add() a file renews it: the new one opens, the old one does not", async () => {
  using house = await aHouse();
  const old = await Deno.readTextFile(`${house.path}/key`);
  await house.keyring.add("file", 9);
  assert.notEqual(await Deno.readTextFile(`${house.path}/key`), old);
  assert.deepEqual(namesIn(house.path), ["key"]);
  const next = await house.again();
  await assertWhole(next.vault, next.store);
  await Deno.writeTextFile(`${house.path}/key`, old);
  assert.match((await house.again()).vault.locked ?? "", /not the one that belongs/);
});

Deno.test("add() a credential, then remove() the file: it opens with the credential alone", async () => {
  using house = await aHouse();
  await assert.rejects(house.keyring.add("credential", 1), { code: "usage", message: /given none/ });
  await putCredential(house);
  await house.keyring.add("credential", 1);
  assert.equal(await house.keyring.remove("file", false), `${house.path}/key`);
  assert.deepEqual(namesIn(house.path), ["credential"]);
  const next = await house.again();
  await assertWhole(next.vault, next.store);
  await next.keyring.add("file", 2);
  await Deno.remove(house.credential);
  const third = await house.again();
  await assertWhole(third.vault, third.store);
});

Deno.test("openVault() uses a credential at the first start, and makes no key file", async () => {
  using directory = temporaryDirectory();
  const credential = `${directory.path}/credential`;
  await Deno.writeFile(credential, new Uint8Array(32).fill(7), { mode: 0o600 });
  const opened = await openKeys(memoryStore(), { keyFile: `${directory.path}/key`, credential });
  assert.deepEqual(await kinds(opened), [["credential", true]]);
  assert.deepEqual(namesIn(directory.path), ["credential"]);
});

Deno.test("remove() refuses the last key, and the last that needs nobody unless that is wanted", async () => {
  using house = await aHouse();
  const { keyring } = house;
  await assert.rejects(keyring.remove("file", true), { code: "usage", message: /no other is known/ });
  await assert.rejects(keyring.remove("passphrase", true), { code: "not_found" });
  await keyring.add("passphrase", 1, await typedKey("passphrase", "four words"));
  await assert.rejects(keyring.remove("file", false), {
    code: "usage",
    message: /last that opens the logins with nobody there/,
    hint: /--unlock-after-each-reboot/,
  });
  assert.deepEqual(namesIn(house.path), ["key"]);
  assert.equal(await keyring.remove("file", true), `${house.path}/key`);
  assert.deepEqual(namesIn(house.path), []);
  assert.match((await house.again()).vault.locked ?? "", /is needed after each start/);
  await assert.rejects(keyring.remove("passphrase", true), { code: "usage" });
});

Deno.test("remove() does not take a file that is not there for one that opens, and leaves another's file", async () => {
  using house = await aHouse();
  const { keyring, path } = house;
  await keyring.add("passphrase", 1, await typedKey("passphrase", "four words"));
  await Deno.rename(`${path}/key`, `${path}/away`);
  await DISK_KEY_FILES.create(`${path}/key`);
  await assert.rejects(keyring.remove("passphrase", true), { code: "usage", message: /no other is known/ });
  assert.equal(await keyring.remove("file", true), undefined);
  assert.deepEqual(namesIn(path), ["away", "key"]);
});

Deno.test("rotate() seals everything anew and renews every key; the old ones open nothing", async () => {
  using house = await aHouse();
  const { keyring, disk, path } = house;
  await putCredential(house);
  const [codeBefore, codeAfter] = [newRecoveryCode().reveal(), newRecoveryCode().reveal()];
  await keyring.add("credential", 1);
  await keyring.add("passphrase", 1, await typedKey("passphrase", "four words"));
  await keyring.add("recovery_code", 1, await typedKey("recovery_code", codeBefore));
  const [before, slots] = [await disk.ciphertexts(), await disk.slots()];
  const keyFile = await Deno.readTextFile(`${path}/key`);
  await keyring.rotate(7, [
    await typedFor(keyring, "passphrase", "four words"),
    await typedKey("recovery_code", codeAfter),
  ]);
  const after = await disk.ciphertexts();
  assert.equal(after.length, 13);
  assert.ok(after.every(({ sealed }, at) => sealed.join() !== before[at]?.sealed.join()));
  assert.notEqual(await Deno.readTextFile(`${path}/key`), keyFile);
  assert.deepEqual(namesIn(path), ["credential", "key"]);
  await assertWhole(house.vault, disk);
  const next = await house.again();
  await assertWhole(next.vault, next.store);
  for (const { sealed, bound } of before) {
    assert.ok(bound);
    await assert.rejects(next.vault.open(sealed, bound), { code: "locked", message: /another key/ });
  }
  const old = memoryStore();
  for (const slot of slots) await old.addSlot(slot);
  assert.match((await openKeys(old, { keyFile: `${path}/key` })).vault.locked ?? "", /not the one/);

  await Deno.remove(`${path}/key`);
  await Deno.remove(house.credential);
  for (const [kind, text] of [["passphrase", "four words"], ["recovery_code", codeAfter]] as const) {
    const third = await house.again();
    await third.keyring.unlock(await typedFor(third.keyring, kind, text));
    await assertWhole(third.vault, third.store);
  }
  const fourth = await house.again();
  const stale = await typedFor(fourth.keyring, "recovery_code", codeBefore);
  await assert.rejects(fourth.keyring.unlock(stale), { code: "wrong_password" });
});

Deno.test("rotate() changes nothing without the right passphrase, or with something sealed that does not open", async () => {
  using house = await aHouse();
  const { keyring, disk, path, vault } = house;
  await keyring.add("passphrase", 1, await typedKey("passphrase", "four words"));
  const before = [await disk.slots(), await disk.ciphertexts(), await Deno.readTextFile(`${path}/key`)];
  const right = [await typedFor(keyring, "passphrase", "four words")];
  await assert.rejects(keyring.rotate(2, []), { code: "usage" });
  await assert.rejects(keyring.rotate(2, [await typedFor(keyring, "passphrase", "five words")]), {
    code: "wrong_password",
  });
  const app = await disk.setting("twitch_app");
  await disk.saveSetting("twitch_app", await disk.setting("attempts"));
  await assert.rejects(keyring.rotate(2, right), { code: "locked", message: /the setting twitch_app/ });
  await disk.saveSetting("twitch_app", app);
  await disk.saveSetting("of tomorrow", await vault.seal(new Secret("x"), BOUND));
  await assert.rejects(keyring.rotate(2, right), { code: "database_newer" });
  await disk.saveSetting("of tomorrow", undefined);
  disk.failWrites = true;
  await assert.rejects(keyring.rotate(2, right), { code: "disk" });
  disk.failWrites = false;
  assert.deepEqual(
    [await disk.slots(), await disk.ciphertexts(), await Deno.readTextFile(`${path}/key`)],
    before,
  );
  const next = await house.again();
  await assertWhole(next.vault, next.store);
  assert.deepEqual(namesIn(path), ["key"]);
  await next.keyring.rotate(2, right);
  await assertWhole(next.vault, next.store);
});

const BOUND = { owner: "server", purpose: "app", generation: 0 } as const;

Deno.test("a vault that is locked changes no key", async () => {
  using house = await aHouse();
  await Deno.rename(`${house.path}/key`, `${house.path}/away`);
  const { keyring } = await house.again();
  await assert.rejects(keyring.add("file", 1), { code: "locked" });
  await assert.rejects(keyring.remove("file", true), { code: "locked" });
  await assert.rejects(keyring.rotate(1, []), { code: "locked" });
  assert.deepEqual(namesIn(house.path), ["away"]);
});

Deno.test("a key file that cannot be written stops the change before it begins", async () => {
  using house = await aHouse();
  house.fakeFiles.next = { create: () => Promise.reject(new Error("Read-only file system (os error 30)")) };
  const message = /^Cannot make the key: .*\/key cannot be written \(Read-only file system\)$/;
  await assert.rejects(house.keyring.rotate(1, []), { code: "settings", message });
  await assert.rejects(house.keyring.add("file", 1), { code: "settings", message });
  house.fakeFiles.next = {};
  const next = await house.again();
  await assertWhole(next.vault, next.store);
});

Deno.test("a new key file that could not take its name opens the next start, which gives it the name", async () => {
  using house = await aHouse();
  house.fakeFiles.next = { replace: () => Promise.reject(new Error("Input/output error (os error 5)")) };
  await assert.rejects(house.keyring.rotate(1, []), { code: "disk", hint: /Nothing is lost/ });
  await assertWhole(house.vault, house.store);
  const worse = await house.again();
  await assertWhole(worse.vault, worse.store);
  assert.equal(worse.vault.notes.length, 1);
  house.fakeFiles.next = {};
  const next = await house.again();
  await assertWhole(next.vault, next.store);
  assert.deepEqual(next.vault.notes, []);
  assert.deepEqual(namesIn(house.path), ["key"]);
});

Deno.test("the next rotation does not throw away a new key that could not take its name", async () => {
  using house = await aHouse();
  house.fakeFiles.next = { replace: () => Promise.reject(new Error("Input/output error (os error 5)")) };
  await assert.rejects(house.keyring.rotate(1, []), { code: "disk" });
  house.fakeFiles.next = { create: () => Promise.reject(new Error("No space left on device")) };
  await assert.rejects(house.keyring.rotate(2, []), { code: "settings" });
  house.fakeFiles.next = {};
  const next = await house.again();
  await assertWhole(next.vault, next.store);
});

Deno.test("add() a file uses one that is there, and never writes over it", async () => {
  using house = await aHouse();
  const { keyring, path } = house;
  await keyring.add("passphrase", 1, await typedKey("passphrase", "four words"));
  await keyring.remove("file", true);
  await Deno.writeTextFile(`${path}/key`, "no key at all");
  await assert.rejects(keyring.add("file", 1), { code: "settings", message: /holds no key/ });
  assert.equal(await Deno.readTextFile(`${path}/key`), "no key at all");
  await Deno.remove(`${path}/key`);
  await DISK_KEY_FILES.create(`${path}/key`);
  const own = await Deno.readTextFile(`${path}/key`);
  await keyring.add("file", 1);
  assert.equal(await Deno.readTextFile(`${path}/key`), own);
  const next = await house.again();
  await assertWhole(next.vault, next.store);
});
