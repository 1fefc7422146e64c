import assert from "node:assert/strict";
import { newId, openId, readId, sealId } from "../../src/core/ids.ts";
import { digestOf, Secret } from "../../src/core/secret.ts";
import { anAccount } from "../support/account_samples.ts";
import { fakeVault } from "../support/fake_vault.ts";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

const tolerated: readonly (readonly [string, string])[] = [
  ["as it is", ID],
  ["in capitals", ID.toUpperCase()],
  ["in braces", `{${ID}}`],
  ["in braces and capitals", `{${ID.toUpperCase()}}`],
  ["with blanks around", `  ${ID}\t\n`],
  ["with blanks in the braces", `{ ${ID} }`],
  ["with a stray ?id= before it", `?id=${ID}`],
  ["with a stray ?ID= before it", `?ID=${ID}`],
  ["with ?id= and braces", `?id={${ID}}`],
  ["with blanks, ?id= and blanks", ` ?id= ${ID} `],
];

for (const [name, text] of tolerated) {
  Deno.test(`readId() reads an id ${name}`, () => {
    assert.equal(readId(text)?.reveal(), ID);
  });
}

const refused: readonly (readonly [string, string])[] = [
  ["an empty text", ""],
  ["blanks", "   "],
  ["?id= alone", "?id="],
  ["?id= twice", `?id=?id=${ID}`],
  ["an id without hyphens", ID.replaceAll("-", "")],
  ["an id that is too short", ID.slice(1)],
  ["an id that is too long", `${ID}0`],
  ["a digit that is not hex", ID.replace("0", "g")],
  ["two ids", `${ID} ${ID}`],
  ["an opening brace alone", `{${ID}`],
  ["a text after a line break", `${ID}\nx`],
  ["an address", `http://pi.local:8948/?id=${ID}`],
];

for (const [name, text] of refused) {
  Deno.test(`readId() takes ${name} for no id`, () => {
    assert.equal(readId(text), undefined);
  });
}

Deno.test("newId() is an id that readId() reads, and never the same", () => {
  const ids = Array.from({ length: 100 }, () => newId().reveal());
  for (const id of ids) assert.equal(readId(id)?.reveal(), id);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("sealId() keeps the digest and ciphertext that only this account opens", async () => {
  const vault = fakeVault();
  const stored = await sealId(vault, new Secret(ID), anAccount({ key: "key-7" }), 42);
  assert.equal(stored.digest, await digestOf(new Secret(ID)));
  assert.deepEqual([stored.account, stored.createdAt, stored.endsAt], ["key-7", 42, undefined]);
  assert.doesNotMatch(new TextDecoder().decode(stored.sealed), /0f8fad5b/);
  assert.equal((await openId(vault, stored)).reveal(), ID);
  await assert.rejects(openId(vault, { ...stored, account: "key-8" }), { code: "locked" });
});
