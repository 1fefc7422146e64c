/**
 * How the vault is opened at the start. Invariant: a data key is made only where there is neither a slot nor ciphertext.
 * In every other case a key that is missing or wrong locks the vault, and nothing is written.
 */
import type { Time } from "../core/account.ts";
import { type AtHand, type KeyPlace, lookAtHand, openSlot, settleKeyFile } from "./at_hand.ts";
import {
  type Bytes,
  type CipherKey,
  importCipherKey,
  KEY_LENGTH,
  randomNonce,
  type Refusal,
} from "./envelope.ts";
import { reasonOf } from "./key.ts";
import { DISK_KEY_FILES } from "./key_files.ts";
import { isTyped, type KeySlot, newSlot, type Slots } from "./slots.ts";
import { KeyedVault, type Lock } from "./vault.ts";

/** Where the vault finds its keys. */
export interface VaultPlace extends KeyPlace {
  readonly slots: Slots;
  /** What a new slot carries. */
  readonly now: Time;
}

/**
 * Opens the vault with whatever key is at hand; at the very first start makes key file, data key and slot. Never throws
 * for a key that is missing or wrong: the vault is locked then, and says why.
 */
export async function openVault(place: VaultPlace): Promise<KeyedVault> {
  const slots = await place.slots.slots();
  if (slots.length > 0) {
    const found = await findDataKey(slots, place);
    return "why" in found ? new KeyedVault(found) : new KeyedVault(found.dataKey, randomNonce, found.notes);
  }
  if (await place.slots.hasCiphertext()) {
    return new KeyedVault({
      why: "the database has logins but no key slot to open them with",
      hint: `restore a backup; the key file ${place.keyFile} alone cannot help`,
    });
  }
  return await firstStart(place);
}

/** The data key, and what was put right on the way to it. */
export interface FoundKey {
  readonly dataKey: CipherKey;
  readonly notes: readonly string[];
}

/** The data key by whatever key is at hand, or why none opens a slot. */
export async function findDataKey(slots: readonly KeySlot[], place: KeyPlace): Promise<FoundKey | Lock> {
  const hand = await lookAtHand(place);
  const refusals: Refusal[] = [];
  for (const slot of slots) {
    const opened = await openSlot(slot, hand.keys);
    if (typeof opened === "string") {
      refusals.push(opened);
      continue;
    }
    const { note } = opened.by;
    const notes = [...note === undefined ? [] : [note], ...await settle(place, slots)];
    return { dataKey: await takenOver(opened.dataKey), notes };
  }
  return lockOf(slots, place, hand, refusals);
}

/** The logins can be opened whatever comes of it. */
async function settle(place: KeyPlace, slots: readonly KeySlot[]): Promise<readonly string[]> {
  try {
    await settleKeyFile(place, slots);
    return [];
  } catch (error) {
    return [`The change of the key file ${place.keyFile} cannot be ended (${reasonOf(error)})`];
  }
}

function lockOf(
  slots: readonly KeySlot[],
  { keyFile }: KeyPlace,
  { file }: AtHand,
  refusals: readonly Refusal[],
): Lock {
  const typed = slots.some(({ kind }) => isTyped(kind));
  const byHand = "run companion-token-server key unlock on the machine of the server";
  const hasFile = slots.some(({ kind }) => kind === "file");
  if (!hasFile && slots.some(({ kind }) => kind === "credential")) {
    return {
      why: "the systemd credential companion-token-server.key is missing, or another one",
      hint: typed ? `put it back, or ${byHand}` : "put it back into the service, and start it again",
    };
  }
  if (!hasFile && typed) {
    return { why: "the passphrase or recovery code is needed after each start", hint: byHand };
  }
  const lock = fileLock(file, refusals, keyFile);
  return typed ? { ...lock, hint: `${lock.hint}; or ${byHand}` } : lock;
}

function fileLock(file: AtHand["file"], refusals: readonly Refusal[], path: string): Lock {
  if (file.kind === "unusable") return file;
  if (file.kind === "missing") {
    return {
      why: `the key file ${path} is missing`,
      hint: "put back your copy of it, or say where it is with TOKEN_SERVER_KEY_FILE",
    };
  }
  if (refusals.includes("altered")) {
    return { why: "the key slot in the database is damaged", hint: "restore a backup" };
  }
  if (refusals.includes("newer")) {
    return {
      why: "the key slot was written by a newer version of this program",
      hint: "install the newest version",
    };
  }
  return {
    why: `the key file ${path} is not the one that belongs to this database`,
    hint: "put back your copy of the right one, or say where it is with TOKEN_SERVER_KEY_FILE",
  };
}

/** The slot is in the database, for good, before anything is sealed with its data key. */
async function firstStart(place: VaultPlace): Promise<KeyedVault> {
  const { slots, now } = place;
  const found = await firstKey(place);
  if ("why" in found) return new KeyedVault(found);
  const dataKey = crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
  const slot = await newSlot(dataKey, found.key, { kind: found.kind, parameters: {}, createdAt: now });
  if (!await slots.addSlot(slot)) throw new Error("Cannot add the first key slot: there is one of that id");
  return new KeyedVault(await takenOver(dataKey), randomNonce, found.note === undefined ? [] : [found.note]);
}

interface FirstKey {
  readonly kind: "file" | "credential";
  readonly key: CipherKey;
  readonly note: string | undefined;
}

/** The credential where there is one: then no key is to lie beside the database. */
async function firstKey(
  { credential, keyFile, files = DISK_KEY_FILES }: VaultPlace,
): Promise<FirstKey | Lock> {
  if (credential !== undefined) {
    const file = await files.read(credential);
    if (file.kind === "read") return { ...file, kind: "credential" };
    if (file.kind === "unusable") return file;
  }
  let file = await files.read(keyFile);
  if (file.kind === "missing") {
    try {
      await files.create(keyFile);
    } catch (error) {
      return {
        why: `the key file ${keyFile} cannot be made (${reasonOf(error)})`,
        hint: "let this program write there, or name another place with TOKEN_SERVER_KEY_FILE",
      };
    }
    file = await files.read(keyFile);
  }
  if (file.kind === "read") return { ...file, kind: "file" };
  if (file.kind === "unusable") return file;
  return { why: `the key file ${keyFile} vanished`, hint: "start again" };
}

/** Takes `dataKey` over and clears it. */
async function takenOver(dataKey: Bytes): Promise<CipherKey> {
  const key = await importCipherKey(dataKey, "data key");
  dataKey.fill(0);
  return key;
}
