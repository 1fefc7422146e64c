import type {
  Account,
  AccountKey,
  JournalEntry,
  Sealed,
  SealedGrant,
  StoredId,
  Time,
} from "../../src/core/account.ts";
import { type AppFacts, NO_FACTS } from "../../src/core/app.ts";
import { AppError } from "../../src/core/error.ts";
import type { Store } from "../../src/core/ports.ts";
import { isSealed, settingBinding } from "../../src/core/sealed_settings.ts";
import type { Ciphertext, KeySlot, Rekeying, Slots } from "../../src/vault/slots.ts";

/** Every method of the store, as hooks name it. */
export type StoreMethod = keyof Store | keyof Slots;
/** Told of a method; what it throws the method throws. */
export type StoreHook = (method: StoreMethod) => void | Promise<void>;

/** An empty store in memory that keeps the store contract. */
export function memoryStore(): MemoryStore {
  return new MemoryStore();
}

/**
 * The store contract in memory, with switches for tests. All methods answer by promise, so that a caller that forgets
 * to wait is found out. What goes in and comes out is copied.
 */
export class MemoryStore implements Store, Slots {
  /** While true every write throws `AppError` `disk` and changes nothing. */
  failWrites = false;
  /** Before a method does anything: throw here for a crash before the commit. */
  before: StoreHook | undefined;
  /** After a method has done its work: throw here for a crash after the commit. */
  after: StoreHook | undefined;

  readonly #accounts = new Map<AccountKey, Account>();
  readonly #ids = new Map<string, StoredId>();
  readonly #journal = new Map<AccountKey, JournalEntry>();
  readonly #facts = new Map<string, AppFacts>();
  readonly #settings = new Map<string, Uint8Array>();
  readonly #slots = new Map<string, KeySlot>();

  accounts(): Promise<readonly Account[]> {
    return this.#read("accounts", () => [...this.#accounts.values()]);
  }

  account(key: AccountKey): Promise<Account | undefined> {
    return this.#read("account", () => this.#accounts.get(key));
  }

  ids(): Promise<readonly StoredId[]> {
    return this.#read("ids", () => [...this.#ids.values()]);
  }

  journal(): Promise<readonly JournalEntry[]> {
    return this.#read("journal", () => [...this.#journal.values()]);
  }

  add(account: Account, id: StoredId): Promise<boolean> {
    return this.#write("add", () => {
      if (this.#accounts.has(account.key) || this.#ids.has(id.digest) || this.#clashes(account)) return false;
      this.#accounts.set(account.key, structuredClone({ ...account, revision: 1 }));
      this.#ids.set(id.digest, structuredClone(id));
      return true;
    });
  }

  replace(account: Account): Promise<boolean> {
    return this.#write("replace", () => this.#replace(account));
  }

  beginRefresh(account: Account, entry: JournalEntry, learned: AppFacts = NO_FACTS): Promise<boolean> {
    return this.#write("beginRefresh", () => {
      if (!this.#replace(account)) return false;
      this.#learn(account.clientId, learned);
      this.#journal.set(entry.account, structuredClone(entry));
      return true;
    });
  }

  endRefresh(account: Account, learned: AppFacts = NO_FACTS): Promise<boolean> {
    return this.#write("endRefresh", () => {
      if (!this.#replace(account)) return false;
      this.#learn(account.clientId, learned);
      this.#journal.delete(account.key);
      return true;
    });
  }

  remove(account: Account): Promise<boolean> {
    return this.#write("remove", () => {
      if (this.#accounts.get(account.key)?.revision !== account.revision) return false;
      this.#accounts.delete(account.key);
      this.#journal.delete(account.key);
      for (const id of [...this.#ids.values()].filter((id) => id.account === account.key)) {
        this.#ids.delete(id.digest);
      }
      return true;
    });
  }

  addId(id: StoredId): Promise<boolean> {
    return this.#write("addId", () => {
      if (this.#ids.has(id.digest) || !this.#accounts.has(id.account)) return false;
      this.#ids.set(id.digest, structuredClone(id));
      return true;
    });
  }

  endId(digest: string, endsAt: Time | undefined): Promise<boolean> {
    return this.#write("endId", () => {
      const id = this.#ids.get(digest);
      if (id === undefined) return false;
      this.#ids.set(digest, { ...id, endsAt });
      return true;
    });
  }

  removeId(digest: string): Promise<boolean> {
    return this.#write("removeId", () => this.#ids.delete(digest));
  }

  facts(clientId: string): Promise<AppFacts> {
    return this.#read("facts", () => this.#facts.get(clientId) ?? NO_FACTS);
  }

  learn(clientId: string, facts: AppFacts): Promise<void> {
    return this.#write("learn", () => this.#learn(clientId, facts));
  }

  setting(name: string): Promise<Uint8Array | undefined> {
    return this.#read("setting", () => this.#settings.get(name));
  }

  saveSetting(name: string, value: Uint8Array | undefined): Promise<void> {
    return this.#write("saveSetting", () => {
      if (value === undefined) this.#settings.delete(name);
      else this.#settings.set(name, structuredClone(value));
    });
  }

  replaceSetting(
    name: string,
    before: Uint8Array | undefined,
    value: Uint8Array | undefined,
  ): Promise<boolean> {
    return this.#write("replaceSetting", () => {
      if (this.#settings.get(name)?.join() !== before?.join()) return false;
      if (value === undefined) this.#settings.delete(name);
      else this.#settings.set(name, structuredClone(value));
      return true;
    });
  }

  slots(): Promise<readonly KeySlot[]> {
    return this.#read("slots", () => [...this.#slots.values()]);
  }

  addSlot(slot: KeySlot): Promise<boolean> {
    return this.#write("addSlot", () => {
      if (this.#slots.has(slot.id)) return false;
      this.#slots.set(slot.id, structuredClone(slot));
      return true;
    });
  }

  hasCiphertext(): Promise<boolean> {
    return this.#read("hasCiphertext", () => {
      const sealed = [...this.#settings.values()].some(isSealed);
      return this.#accounts.size > 0 || this.#ids.size > 0 || sealed;
    });
  }

  ciphertexts(): Promise<readonly Ciphertext[]> {
    return this.#read("ciphertexts", () => this.#ciphertexts());
  }

  isRetired(_head: Uint8Array): Promise<boolean> {
    return this.#read("isRetired", () => false);
  }

  rekey({ from, slots, resealed }: Rekeying): Promise<boolean> {
    return this.#write("rekey", () => {
      const there = this.#ciphertexts();
      const known = [...this.#slots.keys()].toSorted().join() === from.toSorted().join();
      const fits = resealed === undefined ||
        resealed.length === there.length &&
          resealed.every((one) =>
            there.some(({ place, sealed }) =>
              place.in === one.place.in && place.row === one.place.row && sealed.join() === one.was.join()
            )
          );
      if (!known || !fits) return false;
      const kept = slots.map((slot) => this.#slots.get(slot.id) ?? structuredClone(slot));
      this.#slots.clear();
      for (const slot of kept) this.#slots.set(slot.id, slot);
      for (const { place, sealed } of resealed ?? []) this.#reseal(place.in, place.row, sealed);
      return true;
    });
  }

  #ciphertexts(): readonly Ciphertext[] {
    return [
      ...[...this.#accounts.values()].map(({ key, generation, grant }): Ciphertext => ({
        place: { in: "accounts", row: key },
        bound: { owner: key, purpose: "grant", generation },
        sealed: grant,
      })),
      ...[...this.#ids.values()].map(({ digest, account, sealed }): Ciphertext => ({
        place: { in: "ids", row: digest },
        bound: { owner: account, purpose: "id", generation: 0 },
        sealed,
      })),
      ...[...this.#settings].filter(([, value]) => isSealed(value)).map(([name, value]): Ciphertext => ({
        place: { in: "settings", row: name },
        bound: settingBinding(name),
        sealed: value as Sealed,
      })),
    ];
  }

  #reseal(where: "accounts" | "ids" | "settings", row: string, sealed: Sealed): void {
    const [account, id] = [this.#accounts.get(row), this.#ids.get(row)];
    if (where === "accounts" && account) {
      this.#accounts.set(row, { ...account, grant: sealed as SealedGrant });
    }
    if (where === "ids" && id) this.#ids.set(row, { ...id, sealed });
    if (where === "settings") this.#settings.set(row, sealed);
  }

  #replace(account: Account): boolean {
    if (this.#accounts.get(account.key)?.revision !== account.revision) return false;
    if (this.#clashes(account)) {
      throw new AppError("exists", "Cannot save the login: another login has that name");
    }
    this.#accounts.set(account.key, structuredClone({ ...account, revision: account.revision + 1 }));
    return true;
  }

  #learn(clientId: string, { rotates, oldAccess }: AppFacts): void {
    const known = this.#facts.get(clientId) ?? NO_FACTS;
    this.#facts.set(clientId, {
      rotates: known.rotates || rotates,
      oldAccess: oldAccess ?? known.oldAccess,
    });
  }

  #clashes({ key, alias, twitchId }: Account): boolean {
    const others = [...this.#accounts.values()].filter((other) => other.key !== key);
    return others.some((other) => other.alias === alias || other.twitchId === twitchId);
  }

  async #read<T>(method: StoreMethod, work: () => T): Promise<T> {
    await this.before?.(method);
    const found = structuredClone(work());
    await this.after?.(method);
    return found;
  }

  async #write<T>(method: StoreMethod, work: () => T): Promise<T> {
    await this.before?.(method);
    if (this.failWrites) {
      throw new AppError("disk", `Cannot write to the store: the disk is full`, {
        hint: "Make room on the disk",
      });
    }
    const done = work();
    await this.after?.(method);
    return done;
  }
}
