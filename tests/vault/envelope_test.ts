/**
 * Known answers of format 1, computed a second time by another implementation (Python's cryptography). They never
 * change: databases out there hold such bytes. A new format gets a new version byte and tests of its own.
 */
import assert from "node:assert/strict";
import type { Sealed, SealedGrant } from "../../src/core/account.ts";
import { Secret } from "../../src/core/secret.ts";
import {
  binding,
  type Bytes,
  decrypt,
  encrypt,
  exportDataKey,
  importCipherKey,
  randomNonce,
} from "../../src/vault/envelope.ts";
import { unwrapDataKey, wrapDataKey } from "../../src/vault/slots.ts";
import { unlockedVault } from "../../src/vault/vault.ts";

const DATA_KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const FILE_KEY = Uint8Array.from({ length: 32 }, (_, at) => 255 - at);
const TEXT = "01e9facbf27817e8a4a0a1a2a3a4a5a6a7a8a9aaab8edbd54129a4df68e7a081eaf4ae41a61b2dd6d7ab1b";
const GRANT =
  "01e9facbf27817e8a4a0a1a2a3a4a5a6a7a8a9aaab9d3a1d4e26ae71cc405fa5b26419e2f252de3c76e0d23104be3404f41acd572df0052490df47201f65c726a92b56a19b65466a6a0ba3690b243a4a2a864ab49c96d9fd1f59d78193b596dd22bdb368d6e61a0dacd1eac7f23db0efb72b31";
const GRANT_WITHOUT_EXPIRY =
  "01e9facbf27817e8a4a0a1a2a3a4a5a6a7a8a9aaab9d3a1d4e26ae71cc405fa5b26419e2f252de3c76e0d23104be3404f41acd572df0052490df47201f65c759e42b13f08a327e220916f2204f3ca21e849af7ffc0df3dddd3acd36b35cf";
const WRAPPED =
  "01eff6fde2a4dcc304a0a1a2a3a4a5a6a7a8a9aaabd28a62e1169269b5bce903037f3e81468e54767b06ed632702598bfb2305ad28ad4da8d05052056e61b84a0f806982d3";
const APP = { owner: "server", purpose: "app", generation: 0 } as const;

function fixedNonce(): Bytes {
  return Uint8Array.from({ length: 12 }, (_, at) => 0xa0 + at);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(digits: string): Bytes {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

Deno.test("seal() makes the known bytes of format 1", async () => {
  const vault = await unlockedVault(DATA_KEY, fixedNonce);
  assert.equal(hex(await vault.seal(new Secret("héllo"), APP)), TEXT);
});

Deno.test("sealGrant() makes the known bytes of format 1", async () => {
  const vault = await unlockedVault(DATA_KEY, fixedNonce);
  const grant = {
    access: new Secret("acc"),
    refresh: new Secret("ref"),
    scopes: ["a", "b"],
    issuedAt: 1,
    expiresAt: 2,
  };
  assert.equal(hex(await vault.sealGrant(grant, "key-1", 7)), GRANT);
});

Deno.test("wrapDataKey() makes the known bytes of format 1", async () => {
  const key = await importCipherKey(FILE_KEY, "wrapping key");
  assert.equal(hex(await wrapDataKey(key, DATA_KEY, { id: "slot-1", kind: "file" }, fixedNonce)), WRAPPED);
});

Deno.test("open() reads the known bytes of format 1", async () => {
  const vault = await unlockedVault(DATA_KEY);
  assert.equal((await vault.open(bytesOf(TEXT) as Uint8Array as Sealed, APP)).reveal(), "héllo");
});

Deno.test("openGrant() reads the known bytes of format 1", async () => {
  const vault = await unlockedVault(DATA_KEY);
  const grant = await vault.openGrant(bytesOf(GRANT) as Uint8Array as SealedGrant, "key-1", 7);
  assert.equal(grant.access.reveal(), "acc");
  assert.equal(grant.refresh.reveal(), "ref");
  assert.deepEqual([grant.scopes, grant.issuedAt, grant.expiresAt], [["a", "b"], 1, 2]);
  const other = await vault.openGrant(bytesOf(GRANT_WITHOUT_EXPIRY) as Uint8Array as SealedGrant, "key-1", 8);
  assert.deepEqual([other.scopes, other.issuedAt, other.expiresAt], [[], 1, undefined]);
});

Deno.test("unwrapDataKey() reads the known bytes of format 1", async () => {
  const key = await importCipherKey(FILE_KEY, "wrapping key");
  const slot = { id: "slot-1", kind: "file", wrapped: bytesOf(WRAPPED), parameters: {}, createdAt: 0 };
  assert.deepEqual(await unwrapDataKey(key, slot), DATA_KEY);
  assert.equal(await unwrapDataKey(key, { ...slot, id: "slot-2" }), "altered");
  assert.equal(await unwrapDataKey(key, { ...slot, kind: "passphrase" }), "altered");
});

Deno.test("importCipherKey() gives a wrapping key that cannot be read back", async () => {
  const { key } = await importCipherKey(FILE_KEY, "wrapping key");
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", key));
});

Deno.test("exportDataKey() gives a copy: clearing it leaves the key what it was", async () => {
  const key = await importCipherKey(DATA_KEY.slice(), "data key");
  const sealed = await encrypt(key, Uint8Array.of(1, 2, 3), binding("a"), randomNonce);
  const copy = await exportDataKey(key);
  assert.deepEqual(copy, DATA_KEY);
  copy.fill(0);
  assert.deepEqual(await decrypt(key, sealed, binding("a")), Uint8Array.of(1, 2, 3));
  assert.deepEqual(await exportDataKey(key), DATA_KEY);
});

Deno.test("importCipherKey() gives a data key and a wrapping key of the same bytes different ids", async () => {
  const data = await importCipherKey(FILE_KEY, "data key");
  const wrapping = await importCipherKey(FILE_KEY, "wrapping key");
  assert.notDeepEqual(data.id, wrapping.id);
});

Deno.test("importCipherKey() refuses a key of another length", async () => {
  await assert.rejects(importCipherKey(new Uint8Array(16), "data key"), { name: "RangeError" });
});

Deno.test("binding() gives different bytes for parts that read the same when joined", () => {
  const lists = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], ["a", "b", "c"]];
  const encoded = new Set(lists.map((parts) => hex(binding(...parts))));
  assert.equal(encoded.size, lists.length);
});
