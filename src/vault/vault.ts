/**
 * One random data key seals everything; key slots hold it wrapped. Invariant: a data key is made only where there is
 * neither a slot nor ciphertext. In every other case a key that is missing or wrong locks the vault, and nothing is
 * written.
 */
import type { AccountKey, Grant, Sealed, SealedGrant, Time } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import type { Awaitable, Binding, Vault } from "../core/ports.ts";
import { Secret } from "../core/secret.ts";
import {
  binding,
  type Bytes,
  type CipherKey,
  decrypt,
  encrypt,
  importCipherKey,
  KEY_LENGTH,
  type NonceSource,
  randomNonce,
  type Refusal,
} from "./envelope.ts";
import { createKeyFile, readKeyFile, reasonOf } from "./key.ts";

/** One way to the data key. Slots are added and removed; the data key stays. */
export interface KeySlot {
  readonly id: string;
  /** What opens it: `file` is the key file. */
  readonly kind: string;
  /** The data key, encrypted with the slot's own key and bound to `kind` and `id`. */
  readonly wrapped: Uint8Array;
  /** What the kind needs to make its key, such as the cost of a passphrase; empty for `file`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly createdAt: Time;
}

/** Where key slots are kept. */
export interface Slots {
  slots(): Awaitable<readonly KeySlot[]>;
  /** False if there is a slot of that id. */
  addSlot(slot: KeySlot): Awaitable<boolean>;
  /** Whether anything is kept that only a data key can open. */
  hasCiphertext(): Awaitable<boolean>;
}

/** A vault, and what was put right while it was opened: sentences for the log. */
export interface OpenedVault extends Vault {
  readonly notes: readonly string[];
}

/** Where the vault finds its key. `now` is the time that a new slot carries. */
export interface VaultPlace {
  readonly slots: Slots;
  readonly keyFile: string;
  readonly now: Time;
}

/** Why a vault is locked, and what to do. */
interface Lock {
  readonly why: string;
  readonly hint: string;
}

const REFUSED: Readonly<Record<Refusal, Lock>> = {
  newer: { why: "it was written by a newer version of this program", hint: "Install the newest version" },
  other_key: {
    why: "it was sealed with another key",
    hint: "Put back the key file that belongs to this database, or sign in to Twitch again",
  },
  altered: {
    why: "it was altered, or belongs to something else",
    hint: "Restore a backup, or sign in to Twitch again",
  },
};

/**
 * Opens the vault with the key file; at the very first start makes key file, data key and slot. Never throws for a key
 * that is missing or wrong: the vault is locked then, and says why.
 */
export async function openVault(place: VaultPlace): Promise<OpenedVault> {
  const slots = await place.slots.slots();
  if (slots.length > 0) return await unlock(slots, place.keyFile);
  if (await place.slots.hasCiphertext()) {
    return lockedVault({
      why: "the database has logins but no key slot to open them with",
      hint: `restore a backup; the key file ${place.keyFile} alone cannot help`,
    });
  }
  return await firstStart(place);
}

/** A vault on a data key that is known. The caller still owns `dataKey` and clears it. */
export async function unlockedVault(dataKey: Bytes, nonce: NonceSource = randomNonce): Promise<OpenedVault> {
  return new UnlockedVault(await importCipherKey(dataKey, "data key"), nonce, []);
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

async function unlock(slots: readonly KeySlot[], path: string): Promise<OpenedVault> {
  const file = await readKeyFile(path);
  if (file.kind === "unusable") return lockedVault(file);
  if (file.kind === "missing") {
    return lockedVault({
      why: `the key file ${path} is missing`,
      hint: "put back your copy of it, or say where it is with TOKEN_SERVER_KEY_FILE",
    });
  }
  const notes = file.note === undefined ? [] : [file.note];
  const refusals: Refusal[] = [];
  for (const slot of slots.filter((slot) => slot.kind === "file")) {
    const dataKey = await unwrapDataKey(file.key, slot);
    if (typeof dataKey === "string") refusals.push(dataKey);
    else return await vaultOf(dataKey, notes);
  }
  return lockedVault(unlockFailure(refusals, path));
}

function unlockFailure(refusals: readonly Refusal[], path: string): Lock {
  if (refusals.includes("altered")) {
    return {
      why: "the key slot in the database is damaged",
      hint: "restore a backup",
    };
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
async function firstStart({ slots, keyFile, now }: VaultPlace): Promise<OpenedVault> {
  let file = await readKeyFile(keyFile);
  if (file.kind === "missing") {
    try {
      await createKeyFile(keyFile);
    } catch (error) {
      return lockedVault({
        why: `the key file ${keyFile} cannot be made (${reasonOf(error)})`,
        hint: "let this program write there, or name another place with TOKEN_SERVER_KEY_FILE",
      });
    }
    file = await readKeyFile(keyFile);
  }
  if (file.kind === "missing") {
    return lockedVault({ why: `the key file ${keyFile} vanished`, hint: "start again" });
  }
  if (file.kind === "unusable") return lockedVault(file);
  const dataKey = crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
  const slot = { id: crypto.randomUUID(), kind: "file", parameters: {}, createdAt: now };
  const added = await slots.addSlot({ ...slot, wrapped: await wrapDataKey(file.key, dataKey, slot) });
  if (!added) throw new Error("Cannot add the first key slot: there is one of that id");
  return await vaultOf(dataKey, file.note === undefined ? [] : [file.note]);
}

/** Takes `dataKey` over and clears it. */
async function vaultOf(dataKey: Bytes, notes: readonly string[]): Promise<OpenedVault> {
  const key = await importCipherKey(dataKey, "data key");
  dataKey.fill(0);
  return new UnlockedVault(key, randomNonce, notes);
}

function slotBinding(slot: Pick<KeySlot, "id" | "kind">): Bytes {
  return binding("companion-token-server data key in slot", "1", slot.kind, slot.id);
}

function textBinding({ owner, purpose, generation }: Binding): Bytes {
  return binding("companion-token-server text", "1", owner, purpose, String(generation));
}

class UnlockedVault implements OpenedVault {
  readonly locked = undefined;
  readonly notes: readonly string[];
  readonly #key: CipherKey;
  readonly #nonce: NonceSource;

  constructor(key: CipherKey, nonce: NonceSource, notes: readonly string[]) {
    this.#key = key;
    this.#nonce = nonce;
    this.notes = notes;
  }

  async sealGrant(grant: Grant, account: AccountKey, generation: number): Promise<SealedGrant> {
    const { access, refresh, scopes, issuedAt, expiresAt } = grant;
    const fields = { access: access.reveal(), refresh: refresh.reveal(), scopes, issuedAt, expiresAt };
    const text = new Secret(JSON.stringify(fields));
    return await this.seal(text, { owner: account, purpose: "grant", generation }) as SealedGrant;
  }

  async openGrant(sealed: SealedGrant, account: AccountKey, generation: number): Promise<Grant> {
    const text = await this.open(sealed, { owner: account, purpose: "grant", generation });
    const { access, refresh, scopes, issuedAt, expiresAt } = JSON.parse(text.reveal());
    return { access: new Secret(access), refresh: new Secret(refresh), scopes, issuedAt, expiresAt };
  }

  async seal(text: Secret, bound: Binding): Promise<Sealed> {
    const bytes = new TextEncoder().encode(text.reveal());
    return await encrypt(this.#key, bytes, textBinding(bound), this.#nonce) as Uint8Array as Sealed;
  }

  async open(sealed: Sealed, bound: Binding): Promise<Secret> {
    const bytes = await decrypt(this.#key, sealed, textBinding(bound));
    if (typeof bytes === "string") {
      const { why, hint } = REFUSED[bytes];
      throw new AppError("locked", `Cannot open the sealed ${bound.purpose}: ${why}`, { hint });
    }
    const text = new Secret(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
    bytes.fill(0);
    return text;
  }
}

function lockedVault({ why, hint }: Lock): OpenedVault {
  function refuse(): Promise<never> {
    return Promise.reject(
      new AppError("locked", `Cannot unlock the stored logins: ${why}`, { hint: sentence(hint) }),
    );
  }
  return {
    locked: `${sentence(why)}: ${hint}`,
    notes: [],
    sealGrant: refuse,
    openGrant: refuse,
    seal: refuse,
    open: refuse,
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
