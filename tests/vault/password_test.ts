import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { scryptPasswords } from "../../src/vault/password.ts";

/** Quick, for tests alone. */
const CHEAP = { N: 2 ** 4, r: 8, p: 1 };
const PASSWORD = new Secret("correct horse battery");
/** Made by Python's `hashlib.scrypt(b"correct horse battery", salt=bytes(range(16)), n=32768, r=8, p=3, dklen=32)`. */
const KNOWN = "$scrypt$ln=15,r=8,p=3$AAECAwQFBgcICQoLDA0ODw==$BUS/jY3RXIlNUfVFibrXS1m+ZtyDS56ksoZ2SgSjUlQ=";

Deno.test("a hash of version 1 is known for ever", async () => {
  assert.ok(await scryptPasswords().matches(PASSWORD, KNOWN));
  assert.ok(!await scryptPasswords().matches(new Secret("correct horse batterY"), KNOWN));
});

Deno.test("hash() makes another text each time, with its cost, and the password in none of them", async () => {
  const passwords = scryptPasswords(CHEAP);
  const [one, two] = [await passwords.hash(PASSWORD), await passwords.hash(PASSWORD)];
  assert.notEqual(one, two);
  assert.match(one, /^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/=]{44}$/);
  for (const hash of [one, two]) {
    assert.ok(await passwords.matches(PASSWORD, hash));
    assert.ok(!await passwords.matches(new Secret("correct horse"), hash));
  }
});

Deno.test("the standard cost is 32 MiB, three times over", async () => {
  assert.match(await scryptPasswords().hash(PASSWORD), /^\$scrypt\$ln=15,r=8,p=3\$/);
});

const DAMAGED: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["another scheme", "$2b$10$abcdefghijklmnopqrstuv"],
  ["a torn end", KNOWN.slice(0, -3)],
  ["an absurd N", KNOWN.replace("ln=15", "ln=30")],
  ["an absurd r", KNOWN.replace("r=8", "r=99")],
  ["an absurd p", KNOWN.replace("p=3", "p=99")],
  ["no cost", KNOWN.replace("ln=15", "ln=0")],
  ["a short salt", KNOWN.replace("AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0O")],
];

for (const [what, hash] of DAMAGED) {
  Deno.test(`a stored hash with ${what} is damaged, and is not worked on`, async () => {
    await assert.rejects(
      scryptPasswords().matches(PASSWORD, hash),
      (error) => error instanceof AppError && error.code === "database_damaged",
    );
  });
}
