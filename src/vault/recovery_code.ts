/**
 * Recovery codes: 128 random bits for paper, in Crockford's alphabet (no I, L, O, U), nine groups of three. The 27th
 * character is a check digit over GF(32), which finds every single wrong character and every two that were swapped.
 */
import type { Bytes } from "./envelope.ts";
import { Secret } from "../core/secret.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS = 128;
const DIGITS = Math.ceil(BITS / 5);
const LENGTH = DIGITS + 1;
const GROUP = /.{3}(?=.)/g;
/** x^5 + x^2 + 1: with it, doubling runs through all 31 values that are not 0. */
const POLYNOMIAL = 0b100101;

/** A new code, as it is printed: `0A1-B2C-…`. */
export function newRecoveryCode(): Secret {
  return formatCode(crypto.getRandomValues(new Uint8Array(BITS / 8)));
}

/** The code of 16 bytes. */
export function formatCode(bytes: Bytes): Secret {
  const padded = bytes.reduce((number, byte) => number << 8n | BigInt(byte), 0n) << BigInt(DIGITS * 5 - BITS);
  const digits = Array.from(
    { length: DIGITS },
    (_, at) => Number(padded >> BigInt((DIGITS - 1 - at) * 5) & 31n),
  );
  const text = [...digits, doubled(checksum(digits))].map((digit) => ALPHABET[digit]).join("");
  return new Secret(text.replace(GROUP, "$&-"));
}

/**
 * The 16 bytes of a code as somebody has typed it: small letters, blanks and dashes anywhere or nowhere, O for 0, I or L
 * for 1. Or what is wrong with it, as a part of a sentence.
 */
export function readRecoveryCode(typed: Secret): Bytes | string {
  const text = typed.reveal().toUpperCase().replace(/[\s\p{Pd}_.]/gu, "").replaceAll("O", "0").replace(
    /[IL]/g,
    "1",
  );
  const stranger = [...text].find((letter) => !ALPHABET.includes(letter));
  if (stranger !== undefined) return "it has a character that is in no recovery code";
  if (text.length !== LENGTH) return `it has ${text.length} characters instead of ${LENGTH}`;
  const digits = [...text].map((letter) => ALPHABET.indexOf(letter));
  const padded = digits.slice(0, DIGITS).reduce((number, digit) => number << 5n | BigInt(digit), 0n);
  const spare = BigInt(DIGITS * 5 - BITS);
  if (checksum(digits) !== 0 || (padded & (1n << spare) - 1n) !== 0n) {
    return "its check digit does not fit, so a character is wrong or two are swapped";
  }
  const number = padded >> spare;
  return Uint8Array.from({ length: BITS / 8 }, (_, at) => Number(number >> BigInt(BITS - 8 - at * 8) & 255n));
}

function checksum(digits: readonly number[]): number {
  return digits.reduce((sum, digit) => doubled(sum) ^ digit, 0);
}

function doubled(value: number): number {
  return value & 16 ? value << 1 ^ POLYNOMIAL : value << 1;
}
