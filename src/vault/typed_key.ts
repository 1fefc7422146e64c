/** The data key by what a person types: a passphrase or a recovery code, as the key that was made of it. */
import type { BackupKey } from "../core/backup_keys.ts";
import { bytesOf } from "./base64.ts";
import { type Bytes, type CipherKey, importCipherKey } from "./envelope.ts";
import { noSuchSlot, slotDamaged, wrongOne } from "./key_errors.ts";
import { type KeySlot, unwrapDataKey } from "./slots.ts";

/** The key that opens and makes the slots of what was typed. */
export async function wrappingKey({ key }: BackupKey): Promise<CipherKey> {
  const raw = bytesOf(key.reveal()) ?? new Uint8Array();
  const cipher = await importCipherKey(raw, "wrapping key");
  raw.fill(0);
  return cipher;
}

/** The data key, which the caller clears. Throws `AppError`, as `Keyring.unlock` does. */
export async function openTyped(slots: readonly KeySlot[], typed: BackupKey): Promise<Bytes> {
  if (slots.length === 0) throw noSuchSlot();
  const key = await wrappingKey(typed);
  for (const slot of slots) {
    const dataKey = await unwrapDataKey(key, slot);
    if (typeof dataKey !== "string") return dataKey;
    if (dataKey !== "other_key") throw slotDamaged();
  }
  throw wrongOne(typed.kind);
}
