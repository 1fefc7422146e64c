/**
 * Known answers of version 1, computed a second time by another implementation (Python's cryptography and hashlib). They
 * never change: backups out there hold such bytes. A new form gets a new version and tests of its own.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { BackupKey } from "../../src/core/backup_keys.ts";
import { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { openBackup, readBackup, sealBackup } from "../../src/vault/backup_file.ts";
import { makeKey, newMaking } from "../../src/vault/backup_key.ts";

const FILE = [
  '{"format":"companion-token-server-backup","version":1,"createdAt":"2026-03-14T18:00:00.000Z",',
  '"program":"companion-token-server 1.0.0","slots":[{"kind":"passphrase","kdf":"scrypt","N":16,"r":2,"p":3,',
  '"salt":"EBESExQVFhcYGRobHB0eHw==",',
  '"wrapped":"ATKRtQ5akQ3soKGio6SlpqeoqaqrJIs9DmR5hc7xLhiSyOEI23aLdGjDdfcSYF6Pz7E0D1RGloDTL6y8zX6mbuA4jbrC"},',
  '{"kind":"recovery_code","kdf":"hkdf-sha256","salt":"EBESExQVFhcYGRobHB0eHw==",',
  '"wrapped":"ATgfJ+cFoSKPoKGio6SlpqeoqaqrnZDDiX92ZtJhjN7FMRV3jfArk09TklBGt/T5dkxxWg40H21CbtDxWljmfGf8DyeL"}]}\n',
  "Aen6y/J4F+ikoKGio6SlpqeoqaqrnTodD3/pwQNAGFFNuwL7Y1TPDngEF/lRjeM=\n",
].join("");
const CONTENT = '{"a":"ü"}';
const PASSPHRASE = new Secret("Zür1ch pferd batterie");
const CODE = new Secret("Y3R-Z5W-ZMY-QVF-FY7-SZB-XZS-ZFY-ZWF");
const ABOUT = { createdAt: Date.UTC(2026, 2, 14, 18), program: "companion-token-server 1.0.0" };

/** The key that `typed` gives for the file's slot of a kind. */
async function keyFor(text: string, kind: BackupKey["kind"], typed: Secret): Promise<BackupKey> {
  const slot = readBackup(text).header.slots.find((slot) => slot.kind === kind);
  assert.ok(slot);
  return await makeKey(kind, slot.making, typed);
}

async function opened(text: string, kind: BackupKey["kind"], typed: Secret): Promise<string> {
  return (await openBackup(readBackup(text), await keyFor(text, kind, typed))).reveal();
}

/** Opened by the key that opens the file as it was, however the file is now. */
async function tried(text: string, key: BackupKey): Promise<string> {
  return (await openBackup(readBackup(text), key)).reveal();
}

Deno.test("readBackup() and openBackup() open the known file of version 1 by passphrase and by code", async () => {
  assert.equal(await opened(FILE, "passphrase", PASSPHRASE), CONTENT);
  assert.equal(await opened(FILE, "recovery_code", CODE), CONTENT);
  const { createdAt, program } = readBackup(FILE).header;
  assert.deepEqual({ createdAt, program }, ABOUT);
});

Deno.test("sealBackup() makes the known file of version 1", async () => {
  const keys = [
    await keyFor(FILE, "passphrase", PASSPHRASE),
    await keyFor(FILE, "recovery_code", CODE),
  ];
  const chance = {
    fileKey: Uint8Array.from({ length: 32 }, (_, at) => at),
    nonce: () => Uint8Array.from({ length: 12 }, (_, at) => 0xa0 + at),
  };
  assert.equal(await sealBackup(new Secret(CONTENT), ABOUT, keys, chance), FILE);
});

Deno.test("openBackup() gives back what sealBackup() was given, and no two files are alike", async () => {
  const key = await makeKey("recovery_code", newMaking("recovery_code"), CODE);
  const texts = fc.string({ unit: "binary" }).map((text) => text.toWellFormed());
  await fc.assert(fc.asyncProperty(texts, async (text) => {
    const one = await sealBackup(new Secret(text), ABOUT, [key]);
    const other = await sealBackup(new Secret(text), ABOUT, [key]);
    assert.equal(await tried(one, key), text);
    assert.notEqual(one.split("\n")[1], other.split("\n")[1]);
  }));
});

Deno.test("sealBackup() shows nothing of the content and of the keys", async () => {
  const key = await keyFor(FILE, "passphrase", PASSPHRASE);
  const text = await sealBackup(new Secret("canary-canary-canary"), ABOUT, [key]);
  for (const hidden of ["canary", btoa("canary-canary-canary").slice(0, 12), key.key.reveal()]) {
    assert.ok(!text.includes(hidden));
  }
  assert.deepEqual(Object.keys(JSON.parse(text.split("\n")[0] ?? "")), [
    "format",
    "version",
    "createdAt",
    "program",
    "slots",
  ]);
});

Deno.test("a backup with any one bit flipped is refused, by either key", async () => {
  const keys = [
    await keyFor(FILE, "passphrase", PASSPHRASE),
    await keyFor(FILE, "recovery_code", CODE),
  ];
  const bytes = new TextEncoder().encode(FILE);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ 1 << (bit & 7);
    const text = new TextDecoder("latin1").decode(flipped);
    for (const key of keys) await assertRefused(() => tried(text, key), `bit ${bit}`);
  }
  for (const key of keys) assert.equal(await tried(FILE, key), CONTENT);
});

Deno.test("a backup is refused at every length that it can be cut to, and with anything behind its end", async () => {
  const key = await keyFor(FILE, "recovery_code", CODE);
  for (let length = 0; length < FILE.length; length++) {
    await assertRefused(() => tried(FILE.slice(0, length), key), `${length} characters`);
  }
  for (const more of ["\n", " ", "x", FILE]) await assertRefused(() => tried(FILE + more, key), more);
});

async function assertRefused(open: () => Promise<string>, what: string): Promise<void> {
  await assert.rejects(open, (error) => {
    assert.ok(error instanceof AppError, `${what}: ${error}`);
    assert.ok(["usage", "locked", "database_damaged", "database_newer"].includes(error.code), what);
    return true;
  }, what);
}

Deno.test("a wrong passphrase and a wrong code are told as such", async () => {
  await fc.assert(fc.asyncProperty(fc.string(), async (typed) => {
    fc.pre(typed.normalize("NFC") !== PASSPHRASE.reveal());
    await assert.rejects(opened(FILE, "passphrase", new Secret(typed)), {
      code: "locked",
      message: "Cannot open the backup: the passphrase is not the one that it was made with",
    });
  }));
  const other = new Secret("000-000-000-000-000-000-000-000-000");
  await assert.rejects(opened(FILE, "recovery_code", other), { code: "locked", message: /recovery code/ });
});

Deno.test("openBackup() refuses a key of another kind, and parts of another file", async () => {
  const key = await keyFor(FILE, "recovery_code", CODE);
  const other = await sealBackup(new Secret("other"), ABOUT, [key]);
  const [head = ""] = FILE.split("\n");
  await assert.rejects(tried(`${head}\n${other.split("\n")[1]}\n`, key), { code: "database_damaged" });
  await assert.rejects(tried(FILE, { ...key, kind: "passphrase" }), { code: "locked" });
});

Deno.test("readBackup() tells a newer backup, a strange file and a damaged one apart", () => {
  const newer = FILE.replace('"version":1', '"version":2').replace("1.0.0", "9.1.0");
  assert.throws(() => readBackup(newer), {
    code: "database_newer",
    message: /written by companion-token-server 9\.1\.0, which is newer/,
  });
  for (const strange of ["", "hello", "SQLite format 3\0", '{"format":"other"}\n\n']) {
    assert.throws(() => readBackup(strange), { code: "usage" });
  }
  for (
    const damaged of [FILE.replaceAll("\n", "\r\n"), FILE.replace("}]}", "}]"), FILE.replace("\n", "\n\n")]
  ) {
    assert.throws(() => readBackup(damaged), { code: "database_damaged" });
  }
});

Deno.test("readBackup() passes over kinds of slots that it does not know", () => {
  const text = FILE.replace('"kind":"recovery_code"', '"kind":"tpm"');
  assert.deepEqual(readBackup(text).header.slots.map(({ kind }) => kind), ["passphrase"]);
});
