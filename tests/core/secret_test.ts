import assert from "node:assert/strict";
import { inspect } from "node:util";
import { digestOf, randomSecret, Secret } from "../../src/core/secret.ts";

const CANARY = "canary-5f2c";

Deno.test("Secret prints [secret] in templates, JSON, inspection and by String()", () => {
  const secret = new Secret(CANARY);
  const wrapped = { list: [secret], map: new Map([["key", secret]]) };
  const prints = [
    `${secret}`,
    String(secret),
    secret + "",
    JSON.stringify({ secret }),
    Deno.inspect(secret),
    Deno.inspect(wrapped, { showHidden: true, depth: 10 }),
    inspect(wrapped, { showHidden: true, depth: 10 }),
    new Error(`Cannot: ${secret}`).stack ?? "",
  ];
  for (const print of prints) {
    assert.match(print, /\[secret\]/);
    assert.doesNotMatch(print, /canary/);
  }
});

Deno.test("Secret.reveal() is the text itself", () => {
  assert.equal(new Secret(CANARY).reveal(), CANARY);
});

Deno.test("Secret has no own properties that a logger could walk over", () => {
  const secret = new Secret(CANARY);
  assert.deepEqual(Reflect.ownKeys(secret), []);
  assert.deepEqual({ ...secret }, {});
});

Deno.test("digestOf() is SHA-256 in lower-case hex", async () => {
  // FIPS 180-2, appendix B.1.
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(await digestOf(new Secret("abc")), abc);
});

Deno.test("randomSecret() has 256 bits, is base64url and never the same", () => {
  const secrets = Array.from({ length: 200 }, () => randomSecret().reveal());
  for (const secret of secrets) assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(new Set(secrets).size, secrets.length);
});
