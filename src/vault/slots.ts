/** Key slots: each is one way to the data key, which is kept nowhere but in them. */
import type { Sealed, Time } from "../core/account.ts";
import type { Awaitable, Binding } from "../core/ports.ts";
import {
  binding,
  type Bytes,
  type CipherKey,
  decrypt,
  encrypt,
  type NonceSource,
  randomNonce,
  type Refusal,
} from "./envelope.ts";

/** What opens a slot: the key file, a systemd credential, or what a person types. */
export type SlotKind = "file" | "credential" | "passphrase" | "recovery_code";

/** One way to the data key. */
export interface KeySlot {
  readonly id: string;
  /** A `SlotKind`, or one that a later version has made. */
  readonly kind: string;
  /** The data key, encrypted with the slot's own key and bound to `kind` and `id`. */
  readonly wrapped: Uint8Array;
  /** How the key is made of what is typed, as in `BackupKey`; empty where nothing is. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly createdAt: Time;
}

/** A column of a row: an account's `key`, an id's `digest` or a setting's `name` says which. */
export interface SealedPlace {
  readonly in: "accounts" | "ids" | "settings";
  readonly row: string;
}

/** Something sealed, as it lies in the store. */
export interface Ciphertext {
  readonly place: SealedPlace;
  /** Undefined for a setting that this version does not know. */
  readonly bound: Binding | undefined;
  readonly sealed: Sealed;
}

/** One ciphertext in the place of another. */
export interface Resealed {
  readonly place: SealedPlace;
  readonly was: Sealed;
  readonly sealed: Sealed;
}

/** A change of the slots, and of all ciphertext where the data key changes with them. */
export interface Rekeying {
  /** With what everything begins that is sealed with the data key which the change goes by; where that changes it is retired. */
  readonly head: Uint8Array;
  /** The ids of all slots that are there. */
  readonly from: readonly string[];
  /** All slots that are to be there; those whose id is in `from` stay as they are. */
  readonly slots: readonly KeySlot[];
  /** Every ciphertext that there is; undefined where the data key stays. */
  readonly resealed: readonly Resealed[] | undefined;
}

/** Where key slots are kept. */
export interface Slots {
  slots(): Awaitable<readonly KeySlot[]>;
  /** False if there is a slot of that id. */
  addSlot(slot: KeySlot): Awaitable<boolean>;
  /** Whether anything is kept that only a data key can open. */
  hasCiphertext(): Awaitable<boolean>;
  ciphertexts(): Awaitable<readonly Ciphertext[]>;
  /**
   * All of it in one commit. False, and nothing is written, if the slots or the ciphertext are not what `change` names, or
   * another process has retired its data key.
   */
  rekey(change: Rekeying): Awaitable<boolean>;
  /**
   * Whether another process has retired the data key whose ciphertext begins so. Nothing that is sealed with it is written
   * any more: that throws `AppError` `locked`.
   */
  isRetired(head: Uint8Array): Awaitable<boolean>;
}

/** Whether a person must type something to open a slot of this kind. */
export function isTyped(kind: string): kind is "passphrase" | "recovery_code" {
  return kind === "passphrase" || kind === "recovery_code";
}

/** Whether a slot of this kind opens with nobody there. */
export function isUnattended(kind: string): kind is "file" | "credential" {
  return kind === "file" || kind === "credential";
}

/** The data key, encrypted for a slot. */
export function wrapDataKey(
  key: CipherKey,
  dataKey: Bytes,
  slot: Pick<KeySlot, "id" | "kind">,
  nonce: NonceSource = randomNonce,
): Promise<Bytes> {
  return encrypt(key, dataKey, slotBinding(slot), nonce);
}

/** The data key out of a slot, or why it does not come out. */
export function unwrapDataKey(key: CipherKey, slot: KeySlot): Promise<Bytes | Refusal> {
  return decrypt(key, slot.wrapped, slotBinding(slot));
}

/** A new slot for the data key. */
export async function newSlot(
  dataKey: Bytes,
  key: CipherKey,
  about: Pick<KeySlot, "kind" | "parameters" | "createdAt">,
): Promise<KeySlot> {
  const slot = { ...about, id: crypto.randomUUID() };
  return { ...slot, wrapped: await wrapDataKey(key, dataKey, slot) };
}

function slotBinding(slot: Pick<KeySlot, "id" | "kind">): Bytes {
  return binding("companion-token-server data key in slot", "1", slot.kind, slot.id);
}
