// Randomness that repeats: the same seed gives the same tokens, codes and lifetimes in the same order.

export const LOWER_CASE = "abcdefghijklmnopqrstuvwxyz";
export const UPPER_CASE = LOWER_CASE.toUpperCase();
export const DIGITS = "0123456789";

/** A source of numbers and texts that depends on nothing but its seed. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string;
}

/** Makes a source by the generator mulberry32: ample for test data, useless for real secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function integer(low: number, high: number): number {
    return low + Math.floor(fraction() * (high - low + 1));
  }

  function text(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet.charAt(integer(0, alphabet.length - 1))).join("");
  }

  return { integer, text };
}
