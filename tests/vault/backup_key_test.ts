import assert from "node:assert/strict";
import type { BackupKey } from "../../src/core/backup_keys.ts";
import { Secret } from "../../src/core/secret.ts";
import { makeKey, newMaking } from "../../src/vault/backup_key.ts";
import { STANDARD_COST } from "../../src/vault/scrypt.ts";

const SALT = "EBESExQVFhcYGRobHB0eHw==";
const CHEAP = { kdf: "scrypt", N: 16, r: 2, p: 3, salt: SALT };
const CODE = new Secret("Y3R-Z5W-ZMY-QVF-FY7-SZB-XZS-ZFY-ZWF");
const PASSPHRASE = new Secret("Zür1ch pferd batterie");

async function keyText(
  kind: BackupKey["kind"],
  making: BackupKey["making"],
  typed: Secret,
): Promise<string> {
  return (await makeKey(kind, making, typed)).key.reveal();
}

Deno.test("makeKey() makes the known key of a passphrase, however its letters are composed", async () => {
  const known = "AGqewTUAEEbohmNsf9yTan0y6Rg7mJRiluOhBK9P7dc=";
  assert.equal(await keyText("passphrase", CHEAP, PASSPHRASE), known);
  const decomposed = new Secret(PASSPHRASE.reveal().normalize("NFD"));
  assert.notEqual(decomposed.reveal(), PASSPHRASE.reveal());
  assert.equal(await keyText("passphrase", CHEAP, decomposed), known);
  assert.notEqual(await keyText("passphrase", CHEAP, new Secret("Zür1ch pferd batteriE")), known);
});

Deno.test("makeKey() makes the known key of a recovery code, however it is typed", async () => {
  const making = { kdf: "hkdf-sha256", salt: SALT };
  const known = "5+ZOjzSz2jETzht8ZrPKM3PUWdWKVBbHKUbLYM2KAjo=";
  assert.equal(await keyText("recovery_code", making, CODE), known);
  assert.equal(await keyText("recovery_code", making, new Secret(CODE.reveal().toLowerCase())), known);
});

Deno.test("makeKey() names what is wrong with a recovery code", async () => {
  const making = newMaking("recovery_code");
  await assert.rejects(makeKey("recovery_code", making, new Secret("abc")), {
    code: "usage",
    message: "Cannot use the recovery code: it has 3 characters instead of 27",
  });
});

Deno.test("newMaking() costs what the contract says, with another salt each time", () => {
  const { salt, ...cost } = newMaking("passphrase");
  assert.deepEqual(cost, { kdf: "scrypt", N: 32768, r: 8, p: 3 });
  assert.deepEqual(STANDARD_COST, { N: 32768, r: 8, p: 3 });
  assert.notEqual(newMaking("passphrase")["salt"], salt);
  assert.equal(atob(String(salt)).length, 16);
});

Deno.test("makeKey() makes a key at the standard cost", async () => {
  assert.equal(atob(await keyText("passphrase", newMaking("passphrase"), PASSPHRASE)).length, 32);
});

Deno.test("makeKey() refuses absurd costs and salts before it takes any memory", async () => {
  const absurd = [
    { N: 2 ** 21 },
    { N: 2 ** 20, r: 16 },
    { N: 1000 },
    { N: 1 },
    { N: -2 },
    { N: 2 ** 15 + 0.5 },
    { r: 0 },
    { r: 64 },
    { p: 0 },
    { p: 17 },
    { salt: "" },
    { salt: "AAAA" },
    { salt: "not base64, but long enough to be a salt" },
    { salt: "A".repeat(400) },
    { N: "16" },
  ];
  for (const change of absurd) {
    const making = { ...CHEAP, ...change };
    await assert.rejects(
      makeKey("passphrase", making, PASSPHRASE),
      { code: "database_damaged", message: /absurd/ },
      JSON.stringify(change),
    );
  }
  assert.ok(await keyText("passphrase", { ...CHEAP, N: 1024, r: 32, p: 1 }, PASSPHRASE));
});

Deno.test("makeKey() says that a way of making keys is not known", async () => {
  await assert.rejects(makeKey("passphrase", { ...CHEAP, kdf: "argon2id" }, PASSPHRASE), {
    code: "database_newer",
  });
});
