/**
 * The ways to the data key: adding, removing and renewing them while the program runs. Each change is one commit. A new
 * key file is whole and on the disk before that commit, and the old one goes after it: whenever the process dies, the
 * slots as they are then are opened by a key that is there.
 */
import type { Time } from "../core/account.ts";
import type { BackupKey } from "../core/backup_keys.ts";
import { AppError } from "../core/error.ts";
import { type KeyPlace, lookAtHand, openerOf, settleKeyFile } from "./at_hand.ts";
import {
  type Bytes,
  type CipherKey,
  exportDataKey,
  headOf,
  importCipherKey,
  KEY_LENGTH,
} from "./envelope.ts";
import { followKey, type KeyNews } from "./follow_key.ts";
import { reasonOf } from "./key.ts";
import {
  lastKey,
  lastUnattended,
  madeByNewer,
  missing,
  noCredential,
  noSuchSlot,
  otherCredential,
  unusable,
  wrongOne,
} from "./key_errors.ts";
import { DISK_KEY_FILES, type KeyFiles, nextPath } from "./key_files.ts";
import {
  type Ciphertext,
  isTyped,
  isUnattended,
  type KeySlot,
  newSlot,
  type Rekeying,
  type Resealed,
  type SlotKind,
  type Slots,
  unwrapDataKey,
} from "./slots.ts";
import { type SlotView, viewOf } from "./slot_view.ts";
import { openTyped, wrappingKey } from "./typed_key.ts";
import type { KeyedVault } from "./vault.ts";

/** How often a rotation begins anew because something was written meanwhile. */
const MOST_TRIES = 50;

/** The key of a slot that is to be made, and what is left to do once it is in the database. */
interface Source {
  readonly kind: SlotKind;
  readonly key: CipherKey;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly settle?: () => Promise<void>;
}

/** The keys of one vault. What changes them runs one after the other, and throws `AppError` `locked` while it is locked. */
export class Keyring {
  readonly #place: KeyPlace;
  readonly #files: KeyFiles;
  readonly #slots: Slots;
  readonly #vault: KeyedVault;
  #news: KeyNews | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(place: KeyPlace & { readonly slots: Slots }, vault: KeyedVault) {
    this.#place = place;
    this.#files = place.files ?? DISK_KEY_FILES;
    this.#slots = place.slots;
    this.#vault = vault;
  }

  /** Every slot, in the order in which they are tried; also while the vault is locked. */
  async list(): Promise<readonly SlotView[]> {
    const { keys } = await lookAtHand(this.#place);
    const slots = await this.#slots.slots();
    return await Promise.all(slots.map((slot) => viewOf(slot, keys)));
  }

  /** Takes over a data key that another process has made, as `followKey` does. */
  follow(): Promise<void> {
    return this.#inTurn(() => this.#follow());
  }

  /** Does `work` about what `follow` has found; once, unless it throws. */
  async onNews(work: (news: KeyNews) => Promise<void>): Promise<void> {
    const news = this.#news;
    if (news === undefined) return;
    this.#news = undefined;
    try {
      await work(news);
    } catch (error) {
      this.#news ??= news;
      throw error;
    }
  }

  /**
   * Unlocks the vault with what a person has typed. Throws `AppError`: `wrong_password`, `not_found` if there is no slot of
   * that kind, `locked` if it is damaged.
   */
  unlock(typed: BackupKey): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#vault.locked === undefined) return;
      const slots = (await this.#slots.slots()).filter(({ kind }) => kind === typed.kind);
      const dataKey = await openTyped(slots, typed);
      this.#vault.use(await importCipherKey(dataKey, "data key"));
      dataKey.fill(0);
    });
  }

  /** One more way, in the place of one of its kind. A key file is made; what is typed comes as `typed`. */
  add(kind: SlotKind, now: Time, typed?: BackupKey): Promise<void> {
    return this.#inTurn(async () => {
      await this.#follow();
      const [head, dataKey] = [headOf(this.#vault.key), await exportDataKey(this.#vault.key)];
      try {
        const slots = await this.#slots.slots();
        const source = await this.#sourceFor(kind, slots, typed);
        const slot = await slotOf(dataKey, source, now);
        await this.#replace(head, slots, [...slots.filter((one) => one.kind !== kind), slot]);
        await source.settle?.();
      } finally {
        dataKey.fill(0);
      }
    });
  }

  /**
   * Takes a way out; answers the path of the key file that went with it. Throws `AppError` `usage` if nothing else opens
   * the logins, or nothing else that needs nobody there and `afterEachReboot` does not allow that.
   */
  remove(kind: SlotKind, afterEachReboot: boolean): Promise<string | undefined> {
    return this.#inTurn(async () => {
      await this.#follow();
      const head = headOf(this.#vault.key);
      const slots = await this.#slots.slots();
      const { keys } = await lookAtHand(this.#place);
      const gone = slots.filter((slot) => slot.kind === kind);
      if (gone.length === 0) throw noSuchSlot();
      const rest = slots.filter((slot) => slot.kind !== kind);
      const unattended = await openerOf(rest, keys) !== undefined;
      if (!unattended && !rest.some((slot) => isTyped(slot.kind))) throw lastKey();
      if (!unattended && isUnattended(kind) && !afterEachReboot) throw lastUnattended();
      const file = kind === "file" ? await openerOf(gone, keys) : undefined;
      await this.#replace(head, slots, rest);
      if (file !== undefined) await this.#files.remove(file);
      return file;
    });
  }

  /**
   * A new data key: everything that is sealed is sealed anew, and every slot gets a new key where that can be had. `typed`
   * holds the passphrase of the slot that there is, and a new recovery code in place of the old one. Throws `AppError`
   * `usage` or `wrong_password` where one is missing or wrong, `locked` where something sealed cannot be opened.
   */
  rotate(now: Time, typed: readonly BackupKey[]): Promise<void> {
    return this.#inTurn(async () => {
      await this.#follow();
      const head = headOf(this.#vault.key);
      const slots = await this.#slots.slots();
      const sources: Source[] = [];
      // A file is made when all else is known to be right.
      const kinds = [...new Set(slots.map(({ kind }) => kind))].toSorted(byFileLast);
      for (const kind of kinds) sources.push(await this.#renewed(kind, slots, typed));
      const dataKey = crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
      const key = await importCipherKey(dataKey, "data key");
      const fresh = await Promise.all(sources.map((source) => slotOf(dataKey, source, now)));
      dataKey.fill(0);
      await this.#reseal(key, { head, from: idsOf(slots), slots: fresh });
      for (const source of sources) await source.settle?.();
    });
  }

  async #reseal(key: CipherKey, change: Omit<Rekeying, "resealed">): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const all = await this.#slots.ciphertexts();
      const resealed = await Promise.all(all.map((one) => this.#resealed(one, key)));
      const commit = () => this.#slots.rekey({ ...change, resealed });
      if (await this.#vault.change(key, commit)) return;
    }
    throw new AppError("busy", "Cannot rotate the key: the logins change all the time", {
      hint: "Try again in a moment",
    });
  }

  async #resealed({ place, bound, sealed: was }: Ciphertext, key: CipherKey): Promise<Resealed> {
    if (bound === undefined) throw madeByNewer();
    try {
      return { place, was, sealed: await this.#vault.reseal(was, bound, key) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const what = place.in === "settings" ? `the setting ${place.row}` : "one of the logins";
      throw new AppError("locked", `Cannot rotate the key: ${what} cannot be opened`, {
        hint: "Enter or sign in anew what the log and the home page name, then rotate; nothing was changed",
        cause: error,
      });
    }
  }

  #sourceFor(kind: SlotKind, slots: readonly KeySlot[], typed: BackupKey | undefined): Promise<Source> {
    if (kind === "file") return this.#newKeyFile(slots);
    if (kind === "credential") return this.#credential();
    if (typed?.kind !== kind) throw missing(kind);
    return typedSource(typed);
  }

  /** The kind's key from now on. A credential is not ours to renew; whoever types must show what was typed before. */
  async #renewed(kind: string, slots: readonly KeySlot[], typed: readonly BackupKey[]): Promise<Source> {
    if (!isTyped(kind) && !isUnattended(kind)) throw madeByNewer();
    const source = await this.#sourceFor(kind, slots, typed.find((one) => one.kind === kind));
    if (kind !== "passphrase" && kind !== "credential") return source;
    for (const slot of slots.filter((one) => one.kind === kind)) {
      const dataKey = await unwrapDataKey(source.key, slot);
      if (typeof dataKey === "string") continue;
      dataKey.fill(0);
      return source;
    }
    throw kind === "passphrase" ? wrongOne(kind) : otherCredential();
  }

  /** Beside the one that opens the slot, if there is a slot; else the file that is there, or a first one. */
  async #newKeyFile(slots: readonly KeySlot[]): Promise<Source> {
    const { keyFile } = this.#place;
    const next = nextPath(keyFile);
    const isRenewed = slots.some(({ kind }) => kind === "file");
    try {
      await settleKeyFile(this.#place, slots);
      await this.#files.remove(next);
      const path = isRenewed ? next : keyFile;
      if (isRenewed || (await this.#files.read(keyFile)).kind === "missing") await this.#files.create(path);
      const file = await this.#files.read(path);
      if (file.kind !== "read") throw unusable(file.kind === "unusable" ? file.why : `${path} vanished`);
      const settle = () => this.#takePlace(next, keyFile);
      return { kind: "file", key: file.key, parameters: {}, ...(isRenewed && { settle }) };
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw unusable(`${keyFile} cannot be written (${reasonOf(error)})`);
    }
  }

  async #takePlace(next: string, keyFile: string): Promise<void> {
    try {
      await this.#files.replace(next, keyFile);
    } catch (cause) {
      throw new AppError("disk", `Cannot give the new key file its name: ${reasonOf(cause)}`, {
        hint: `Nothing is lost: the key is in ${next}, and the next start ends the change`,
        cause,
      });
    }
  }

  async #credential(): Promise<Source> {
    const { credential } = this.#place;
    const file = credential === undefined ? undefined : await this.#files.read(credential);
    if (file?.kind === "read") return { kind: "credential", key: file.key, parameters: {} };
    throw file?.kind === "unusable" ? unusable(file.why) : noCredential();
  }

  async #follow(): Promise<void> {
    const place = { ...this.#place, slots: this.#slots };
    this.#news = await followKey(place, this.#vault) ?? this.#news;
  }

  async #replace(head: Uint8Array, before: readonly KeySlot[], slots: readonly KeySlot[]): Promise<void> {
    const done = await this.#slots.rekey({ head, from: idsOf(before), slots, resealed: undefined });
    if (!done) throw new Error("Cannot change the key slots: somebody else has changed them");
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function idsOf(slots: readonly KeySlot[]): readonly string[] {
  return slots.map(({ id }) => id);
}

function byFileLast(left: string, right: string): number {
  return Number(left === "file") - Number(right === "file");
}

async function typedSource(typed: BackupKey): Promise<Source> {
  return { kind: typed.kind, key: await wrappingKey(typed), parameters: typed.making };
}

/** The new slot, which was opened once before anything relies on it. */
async function slotOf(dataKey: Bytes, { kind, key, parameters }: Source, createdAt: Time): Promise<KeySlot> {
  const slot = await newSlot(dataKey, key, { kind, parameters, createdAt });
  const again = await unwrapDataKey(key, slot);
  if (typeof again === "string" || again.some((byte, at) => byte !== dataKey[at])) {
    throw new Error("Cannot make a key slot: it does not open");
  }
  again.fill(0);
  return slot;
}
