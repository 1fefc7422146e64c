/** A process that was cut off while another one has changed the data key. */
import assert from "node:assert/strict";
import { Secret } from "../../src/core/secret.ts";
import type { KeyNews } from "../../src/vault/follow_key.ts";
import type { Slots } from "../../src/vault/slots.ts";
import type { Store } from "../../src/core/ports.ts";
import { assertWhole, fill, type Opened, openKeys, typedFor, typedKey } from "../support/key_place.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const APP = { owner: "server", purpose: "app", generation: 0 } as const;

interface Pair extends Disposable {
  readonly path: string;
  readonly memory: SharedMemory;
  /** Changes the key. */
  readonly a: Opened;
  /** Is cut off meanwhile, and has a key file of its own if that is asked for. */
  readonly b: Opened;
  readonly disk: Store & Slots;
}

async function pair(keyFile: "same" | "own"): Promise<Pair> {
  const directory = temporaryDirectory();
  const { path } = directory;
  const memory = new SharedMemory();
  const [first, second] = [memory.connect().store, memory.connect().store];
  const a = await openKeys(first, { keyFile: `${path}/key` });
  await fill(a, 1);
  if (keyFile === "own") await Deno.copyFile(`${path}/key`, `${path}/own`);
  const b = await openKeys(second, { keyFile: `${path}/${keyFile === "own" ? "own" : "key"}` });
  return { path, memory, a, b, disk: second, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

/** What is new, which is told once. */
async function news({ keyring }: Opened): Promise<KeyNews | undefined> {
  let told: KeyNews | undefined;
  await keyring.onNews((what) => {
    told = what;
    return Promise.resolve();
  });
  return told;
}

Deno.test("a write under a key that was changed elsewhere is sealed anew where the key file opens the new one", async () => {
  using both = await pair("same");
  const { a, b, memory } = both;
  const [row] = await b.store.accounts();
  assert.ok(row);
  const sealed = await b.vault.seal(new Secret("canary twitch_app"), APP);
  await a.keyring.rotate(1, []);
  await Promise.all([b.store.replace(row), b.store.saveSetting("twitch_app", sealed)]);
  assert.equal(await news(b), "reopened");
  assert.equal(await news(b), undefined);
  await assertWhole(b.vault, b.store, 1);
  const next = await openKeys(memory.connect().store, { keyFile: `${both.path}/key` });
  await assertWhole(next.vault, next.store, 1);
});

Deno.test("a key that was changed elsewhere locks who cannot open it, until its key file is there", async () => {
  using both = await pair("own");
  const { a, b, memory } = both;
  const [row] = await b.store.accounts();
  assert.ok(row);
  await a.keyring.rotate(1, []);
  const before = await memory.store.ciphertexts();
  await assert.rejects(() => Promise.resolve(b.store.endRefresh(row)), { code: "locked" });
  assert.match(
    b.vault.locked ?? "",
    /^Another process has changed the key\. The key file .*own is not the one/,
  );
  assert.match(b.vault.locked ?? "", /: copy the new key file there, and the logins open by themselves$/);
  assert.equal(await news(b), "locked");
  await assert.rejects(
    () => Promise.resolve(b.store.replace(row)),
    { code: "locked" },
    "without asking the store",
  );
  await assert.rejects(() => b.vault.seal(new Secret("canary"), APP), { code: "locked" });
  assert.deepEqual(await memory.store.ciphertexts(), before);
  await b.keyring.follow();
  assert.equal(await news(b), undefined, "said once");
  await Deno.copyFile(`${both.path}/key`, `${both.path}/own`);
  await b.keyring.follow();
  assert.equal(await news(b), "reopened");
  assert.equal(await b.store.endRefresh(row), true, "what was sealed before is not lost");
  await assertWhole(b.vault, b.store, 1);
});

Deno.test("news of a key is told again where what it asks for has failed", async () => {
  using both = await pair("same");
  const { a, b } = both;
  await a.keyring.rotate(1, []);
  await b.keyring.follow();
  await assert.rejects(b.keyring.onNews(() => Promise.reject(new Error("the database is away"))), /away/);
  assert.equal(await news(b), "reopened");
});

Deno.test("who was cut off makes no way to a key that counts no more", async () => {
  using both = await pair("own");
  const { a, b, memory } = both;
  await a.keyring.rotate(1, []);
  const slots = await memory.store.slots();
  const typed = await typedKey("passphrase", "four words");
  await assert.rejects(b.keyring.add("passphrase", 2, typed), { code: "locked" });
  await assert.rejects(b.keyring.remove("file", true), { code: "locked" });
  await assert.rejects(b.keyring.rotate(2, []), { code: "locked" });
  assert.deepEqual(await memory.store.slots(), slots);
  await a.keyring.add("passphrase", 2, typed);
  await b.keyring.unlock(await typedFor(b.keyring, "passphrase", "four words"));
  await assertWhole(b.vault, b.store, 1);
});

Deno.test("follow() leaves a vault alone whose data key counts, whatever became of the slots", async () => {
  using both = await pair("own");
  const { a, b } = both;
  await a.keyring.add("file", 1);
  await b.keyring.follow();
  assert.equal(await news(b), undefined);
  await assertWhole(b.vault, b.store, 1);
});
