import assert from "node:assert/strict";
import { Secret } from "../../src/core/secret.ts";
import { guardedStore } from "../../src/vault/guarded_store.ts";
import { accountOf, assertWhole, fill, openKeys, typedKey } from "../support/key_place.ts";
import { anId } from "../support/account_samples.ts";
import { memoryStore } from "../support/memory_store.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const APP = { owner: "server", purpose: "app", generation: 0 } as const;

Deno.test("guardedStore() seals anew what was sealed before a rotation and is written after it", async () => {
  using directory = temporaryDirectory();
  const disk = memoryStore();
  const place = { keyFile: `${directory.path}/key` };
  const opened = await openKeys(disk, place);
  const { vault, store, keyring } = opened;
  await fill(opened, 1);
  const [row] = await store.accounts();
  assert.ok(row);
  const sealed = await vault.seal(new Secret("canary twitch_app"), APP);
  const second = await accountOf(vault, 2);
  const id = anId({
    digest: "digest of key-2",
    account: "key-2",
    sealed: await vault.seal(new Secret("id of owl-2"), { owner: "key-2", purpose: "id", generation: 0 }),
  });
  await keyring.rotate(1, []);
  assert.ok(await store.beginRefresh(row, { account: row.key, generation: 1, digest: "d", at: 1 }));
  assert.ok(await store.endRefresh({ ...row, revision: 2 }));
  assert.ok(await store.replace({ ...row, revision: 3 }));
  assert.ok(await store.add(second, id));
  await store.removeId(id.digest);
  assert.ok(await store.addId(id));
  await store.saveSetting("twitch_app", sealed);
  const next = await openKeys(disk, place);
  await assertWhole(next.vault, next.store, 2);
});

Deno.test("guardedStore() lets a write wait that comes between the commit of a rotation and its end", async () => {
  using directory = temporaryDirectory();
  const disk = memoryStore();
  const place = { keyFile: `${directory.path}/key` };
  const opened = await openKeys(disk, place);
  const { vault, store, keyring } = opened;
  await fill(opened);
  const sealed = await vault.seal(new Secret("canary twitch_app"), APP);
  let written: Promise<void> | undefined;
  disk.after = async (method) => {
    if (method !== "rekey") return;
    written = Promise.resolve(store.saveSetting("twitch_app", sealed));
    await new Promise((resolve) => setTimeout(resolve));
  };
  await keyring.rotate(1, []);
  assert.ok(written);
  await written;
  const next = await openKeys(disk, place);
  await assertWhole(next.vault, next.store);
});

Deno.test("guardedStore() hands on everything that a method is given", async () => {
  using directory = temporaryDirectory();
  const disk = memoryStore();
  const { vault } = await openKeys(disk, { keyFile: `${directory.path}/key` });
  const seen: unknown[][] = [];
  const store = guardedStore(
    new Proxy(disk, {
      get: (_, name) => async (...given: unknown[]) => void seen.push([await name, ...given]),
    }),
    vault,
  );
  const given = [await accountOf(vault, 1), anId(), "and more"];
  const methods = Object.keys(store) as (keyof typeof store)[];
  for (const name of methods) {
    const input = /Id$/.test(name) ? given.slice(1) : name.endsWith("etting") ? ["name", ...given] : given;
    await (store[name] as (...input: unknown[]) => unknown)(...input);
    assert.deepEqual(seen.at(-1), [name, ...input]);
  }
  assert.equal(methods.length, 17);
});

Deno.test("without the guard such a write could not be opened any more", async () => {
  using directory = temporaryDirectory();
  const disk = memoryStore();
  const place = { keyFile: `${directory.path}/key` };
  const { vault, keyring } = await openKeys(disk, place);
  const sealed = await vault.seal(new Secret("canary"), APP);
  await keyring.rotate(1, []);
  await disk.saveSetting("twitch_app", sealed);
  const next = await openKeys(disk, place);
  await assert.rejects(next.vault.open(sealed, APP), { code: "locked" });
});

Deno.test("writes that go on while keys are rotated are all there, under the last key", async () => {
  using directory = temporaryDirectory();
  const disk = memoryStore();
  const place = { keyFile: `${directory.path}/key` };
  const opened = await openKeys(disk, place);
  const { vault, store, keyring } = opened;
  await fill(opened);
  await keyring.add("passphrase", 1, await typedKey("passphrase", "four words"));
  await keyring.remove("passphrase", true);
  let going = true;
  let writes = 0;
  // Each write can cost a rotation one more try, and it gives up after 50.
  let left = 0;
  async function writeOn(number: number): Promise<void> {
    while (going) {
      if (left-- > 0) await write(number);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  async function write(number: number): Promise<void> {
    const { grant } = await accountOf(vault, number);
    const [row] = (await store.accounts()).filter(({ key }) => key === `key-${number}`);
    assert.ok(row);
    assert.ok(await store.replace({ ...row, grant }));
    await store.saveSetting("twitch_app", await vault.seal(new Secret("canary twitch_app"), APP));
    writes++;
  }
  const writers = [1, 2, 3].map(writeOn);
  try {
    for (let time = 0; time < 5; time++) {
      left = 20;
      await keyring.rotate(time, []);
    }
  } finally {
    going = false;
    await Promise.all(writers);
  }
  assert.ok(writes > 0);
  await assertWhole(vault, store);
  const next = await openKeys(disk, place);
  await assertWhole(next.vault, next.store);
});
