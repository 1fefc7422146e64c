import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../src/core/secret.ts";
import { formatCode, newRecoveryCode, readRecoveryCode } from "../../src/vault/recovery_code.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Computed a second time by another implementation. */
const CODE = "Y3R-Z5W-ZMY-QVF-FY7-SZB-XZS-ZFY-ZWF";
const BYTES = Uint8Array.from({ length: 16 }, (_, at) => 0xf0 + at);

const codeBytes = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Uint8Array.from(bytes));

function read(text: string): Uint8Array | string {
  return readRecoveryCode(new Secret(text));
}

Deno.test("formatCode() makes the known code, and readRecoveryCode() reads it", () => {
  assert.equal(formatCode(BYTES).reveal(), CODE);
  assert.deepEqual(read(CODE), BYTES);
});

Deno.test("readRecoveryCode() gives back what formatCode() was given", () => {
  fc.assert(fc.property(codeBytes, (bytes) => assert.deepEqual(read(formatCode(bytes).reveal()), bytes)));
});

Deno.test("newRecoveryCode() never makes the same one twice", () => {
  const codes = new Set(Array.from({ length: 100 }, () => newRecoveryCode().reveal()));
  assert.equal(codes.size, 100);
  for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{3}-){8}[0-9A-HJKMNP-TV-Z]{3}$/);
});

Deno.test("readRecoveryCode() takes a code as people type it", () => {
  const zeros = formatCode(new Uint8Array(16)).reveal();
  const forms = [
    CODE.toLowerCase(),
    CODE.replaceAll("-", ""),
    ` ${CODE.replaceAll("-", " ")}\t`,
    CODE.replaceAll("-", "–"),
    `${CODE.replaceAll("-", "_")}.`,
  ];
  for (const form of forms) assert.deepEqual(read(form), BYTES, form);
  for (const o of ["O", "o"]) assert.deepEqual(read(zeros.replaceAll("0", o)), new Uint8Array(16));
});

Deno.test("readRecoveryCode() takes I and L for 1", () => {
  // A code with many ones in it.
  const bytes = Uint8Array.from({ length: 16 }, (_, at) => [0x08, 0x42, 0x10, 0x84, 0x21][at % 5] ?? 0);
  const code = formatCode(bytes).reveal();
  assert.ok(code.split("1").length > 20, code);
  for (const one of ["I", "i", "L", "l"]) assert.deepEqual(read(code.replaceAll("1", one)), bytes);
});

Deno.test("readRecoveryCode() names what is wrong", () => {
  assert.match(String(read(CODE.slice(0, -1))), /26 characters instead of 27/);
  assert.match(String(read(`${CODE}0`)), /28 characters instead of 27/);
  assert.match(String(read("")), /0 characters instead of 27/);
  assert.match(String(read(CODE.replace("Y", "U"))), /a character that is in no recovery code/);
  assert.match(String(read(CODE.replace("Y", "é"))), /a character that is in no recovery code/);
  assert.match(String(read(CODE.replace(/.$/, "0"))), /check digit does not fit/);
});

Deno.test("readRecoveryCode() finds every single wrong character and every two that were swapped", () => {
  const plain = CODE.replaceAll("-", "");
  for (let at = 0; at < plain.length; at++) {
    for (const letter of ALPHABET) {
      if (letter === plain[at]) continue;
      const wrong = plain.slice(0, at) + letter + plain.slice(at + 1);
      assert.match(String(read(wrong)), /check digit/, `${letter} at ${at}`);
    }
    for (let other = at + 1; other < plain.length; other++) {
      if (plain[at] === plain[other]) continue;
      const swapped = [...plain];
      [swapped[at], swapped[other]] = [plain[other] ?? "", plain[at] ?? ""];
      assert.match(String(read(swapped.join(""))), /check digit/, `${at} and ${other}`);
    }
  }
});
