/**
 * Ciphertext as it lies on the disk: version (1 byte) | key id (8) | nonce (12) | AES-256-GCM text and tag (16 more
 * than the text). These bytes outlive the program that wrote them: a later format gets another version byte, and
 * version 1 stays readable for ever (tests/vault/envelope_test.ts holds its known answers).
 */

/** What WebCrypto takes: bytes in memory that is not shared. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Gives a new nonce of `NONCE_LENGTH` bytes at each call; never the same twice under one key. */
export type NonceSource = () => Bytes;

/** A key, and the short name by which its ciphertext knows it. */
export interface CipherKey {
  readonly id: Bytes;
  readonly key: CryptoKey;
}

/** Why bytes were not opened: a newer format, another key, or not the bytes (or not the place) that were sealed. */
export type Refusal = "newer" | "other_key" | "altered";

/** Keys have 256 bits. */
export const KEY_LENGTH = 32;
const VERSION = 1;
const ID_LENGTH = 8;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const HEADER_LENGTH = 1 + ID_LENGTH + NONCE_LENGTH;

/** 96 random bits, as NIST SP 800-38D allows for up to 2^32 texts under one key. */
export function randomNonce(): Bytes {
  return crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
}

/**
 * Imports 32 bytes as a key. `use` separates the key ids of data keys and wrapping keys; a wrapping key cannot be read
 * back, a data key only by `exportDataKey`.
 */
export async function importCipherKey(raw: Bytes, use: "data key" | "wrapping key"): Promise<CipherKey> {
  if (raw.length !== KEY_LENGTH) throw new RangeError(`Cannot import the key: it has ${raw.length} bytes`);
  const named = concat(new TextEncoder().encode(`companion-token-server ${use} id\0`), raw);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", named));
  named.fill(0);
  const extractable = use === "data key";
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", extractable, ["encrypt", "decrypt"]);
  return { id: digest.slice(0, ID_LENGTH), key };
}

/** The bytes of a data key, to wrap them for one more slot. The caller clears them. */
export async function exportDataKey({ key }: CipherKey): Promise<Bytes> {
  // Deno 2.4 hands out the key's own memory: whoever cleared that would have a key of zeros.
  return new Uint8Array(await crypto.subtle.exportKey("raw", key)).slice();
}

/** With what everything begins that this key has sealed. */
export function headOf({ id }: CipherKey): Bytes {
  return concat(Uint8Array.of(VERSION), id);
}

/** Whether this key has sealed the envelope, as far as its head tells. */
export function isSealedBy(key: CipherKey, envelope: Uint8Array): boolean {
  return headOf(key).every((byte, at) => envelope[at] === byte);
}

/** Additional data of the given parts. Each is preceded by its length, so that no two lists have the same bytes. */
export function binding(...parts: readonly string[]): Bytes {
  const encoded = parts.map((part) => new TextEncoder().encode(part));
  return concat(...encoded.flatMap((bytes) => [lengthOf(bytes), bytes]));
}

/** Seals `text` so that it opens only under this key and `bound`. */
export async function encrypt(key: CipherKey, text: Bytes, bound: Bytes, nonce: NonceSource): Promise<Bytes> {
  const iv = nonce();
  const algorithm = { name: "AES-GCM", iv, additionalData: bound, tagLength: TAG_LENGTH * 8 };
  const ciphertext = await crypto.subtle.encrypt(algorithm, key.key, text);
  return concat(Uint8Array.of(VERSION), key.id, iv, new Uint8Array(ciphertext));
}

/** The text, or why it was not opened. */
export async function decrypt(key: CipherKey, envelope: Uint8Array, bound: Bytes): Promise<Bytes | Refusal> {
  if (envelope.length < HEADER_LENGTH + TAG_LENGTH) return "altered";
  if (envelope[0] !== VERSION) return "newer";
  if (key.id.some((byte, at) => envelope[1 + at] !== byte)) return "other_key";
  const iv = new Uint8Array(envelope.subarray(1 + ID_LENGTH, HEADER_LENGTH));
  const algorithm = { name: "AES-GCM", iv, additionalData: bound, tagLength: TAG_LENGTH * 8 };
  const ciphertext = new Uint8Array(envelope.subarray(HEADER_LENGTH));
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key.key, ciphertext));
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") return "altered";
    throw error;
  }
}

function lengthOf(bytes: Uint8Array): Bytes {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return length;
}

function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
