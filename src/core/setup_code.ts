/**
 * The one-time code that proves that somebody has this machine: whoever reads its terminal or log may set the first
 * password. Ten characters of Crockford's alphabet (no I, L, O, U) are 50 bits.
 */
import { digestOf, Secret } from "./secret.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;

/** A new code as it is shown: `K7QF-3MNP-X2`. */
export function newSetupCode(): Secret {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  const letters = Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
  return new Secret(letters.replace(/.{4}(?=.)/g, "$&-"));
}

/** Whether somebody has typed this code: case, blanks and dashes do not count, O is 0, I and L are 1. */
export async function isSetupCode(typed: Secret, code: Secret): Promise<boolean> {
  // Compared by digest: the time it takes says nothing about the code.
  return await digestOf(bare(typed)) === await digestOf(bare(code));
}

function bare(code: Secret): Secret {
  const letters = code.reveal().toUpperCase().replace(/[\s\p{Pd}_.]/gu, "");
  return new Secret(letters.replaceAll("O", "0").replace(/[IL]/g, "1"));
}
