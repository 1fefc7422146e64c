/** scrypt (RFC 7914), for what a person types. */
import { type Bytes, KEY_LENGTH } from "./envelope.ts";

/** What scrypt costs: `N` times `r` times 128 bytes, `p` times over. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB, and a second or a few on a Raspberry Pi (OWASP Password Storage Cheat Sheet). */
export const STANDARD_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };

/** `KEY_LENGTH` bytes. Off the main thread: a server that does this goes on answering. */
export async function scrypted(secret: Bytes, salt: Bytes, { N, r, p }: ScryptCost): Promise<Uint8Array> {
  // Loaded here: node:crypto takes a fifth of the whole start, and a start needs no password.
  const { scrypt } = await import("node:crypto");
  const options = { N, r, p, maxmem: 128 * r * (N + p + 8) };
  return await new Promise((resolve, reject) =>
    scrypt(
      secret,
      salt,
      KEY_LENGTH,
      options,
      (error, key) => error ? reject(error) : resolve(new Uint8Array(key)),
    )
  );
}
