/** A database in memory that several processes share, each by a connection of its own. */
import type { Account, AccountKey, StoredId } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import type { Store } from "../../src/core/ports.ts";
import type { Change, KeptAccount, Lease, Outline, Shared, WrongGuesses } from "../../src/core/shared.ts";
import type { Rekeying, Slots } from "../../src/vault/slots.ts";
import { MemoryStore } from "./memory_store.ts";

type Heard = (change: Change) => void;

interface LeaseRow {
  readonly holder: SharedConnection;
  readonly fence: number;
  lapsed: boolean;
}

export class SharedMemory {
  readonly store = new MemoryStore();
  /** While true nobody is answered. */
  away = false;
  /** While true nobody is told of what others write. */
  silent = false;
  readonly leases = new Map<string, LeaseRow>();
  readonly wrong = new Map<string, number>();
  /** What begins so is sealed with a key that was changed. */
  readonly retired: Uint8Array[] = [];
  readonly #connections: SharedConnection[] = [];
  #fences = 0;

  connect(): SharedConnection {
    const connection = new SharedConnection(this);
    this.#connections.push(connection);
    return connection;
  }

  /** Every lease runs out, as if whoever holds one had stood still for long. */
  lapse(): void {
    for (const row of this.leases.values()) row.lapsed = true;
  }

  isRetired(sealed: Uint8Array): boolean {
    return this.retired.some((head) => head.every((byte, at) => sealed[at] === byte));
  }

  take(name: string, holder: SharedConnection): LeaseRow | undefined {
    if (this.leases.get(name)?.lapsed === false) return undefined;
    const row = { holder, fence: ++this.#fences, lapsed: false };
    this.leases.set(name, row);
    return row;
  }

  tell(by: SharedConnection, change: Change): void {
    if (this.silent) return;
    for (const other of this.#connections) if (other !== by) other.hear(change);
  }
}

/** One process's view of the database. */
export class SharedConnection implements Shared {
  readonly store: Store & Slots;
  readonly #memory: SharedMemory;
  readonly #held = new Map<string, LeaseRow>();
  readonly #heard = new Set<Heard>();

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.store = new Proxy(memory.store, {
      get: (store, name) => this.#method(store, name as keyof (Store & Slots)),
    }) as Store & Slots;
  }

  hear(change: Change): void {
    for (const heard of this.#heard) queueMicrotask(() => heard(change));
  }

  lease(name: string): Promise<Lease | undefined> {
    return this.#answer(() => {
      const row = this.#memory.take(name, this);
      if (row === undefined) return undefined;
      this.#held.set(name, row);
      const giveBack = (): void => {
        if (this.#held.get(name) === row) this.#held.delete(name);
        if (this.#memory.leases.get(name) === row) this.#memory.leases.delete(name);
      };
      return {
        get held() {
          return !row.lapsed;
        },
        [Symbol.asyncDispose]: () => Promise.resolve(giveBack()),
      };
    });
  }

  othersHold(prefix: string): Promise<number> {
    return this.#answer(() =>
      [...this.#memory.leases].filter(([name, { holder, lapsed }]) =>
        name.startsWith(prefix) && holder !== this && !lapsed
      ).length
    );
  }

  follow(heard: Heard): AsyncDisposable {
    this.#heard.add(heard);
    queueMicrotask(() => heard({ kind: "anything" }));
    return { [Symbol.asyncDispose]: () => Promise.resolve(void this.#heard.delete(heard)) };
  }

  async outline(): Promise<Outline> {
    const [accounts, ids] = await this.#answer(async () => [
      await this.#memory.store.accounts(),
      await this.#memory.store.ids(),
    ]);
    return {
      accounts: new Map(accounts.map(({ key, revision }) => [key, revision])),
      ids: new Map(ids.map(({ digest, endsAt }) => [digest, endsAt])),
    };
  }

  accountOf(digest: string): Promise<AccountKey | undefined> {
    return this.#answer(() => this.#accountOf(digest));
  }

  kept(key: AccountKey): Promise<KeptAccount | undefined> {
    return this.#answer(async () => {
      const { store } = this.#memory;
      const account = await store.account(key);
      if (account === undefined) return undefined;
      const ids = (await store.ids()).filter((id) => id.account === key);
      return { account, ids, open: (await store.journal()).find((entry) => entry.account === key) };
    });
  }

  countWrong(from: string): Promise<WrongGuesses> {
    return this.#answer(() => {
      const count = (this.#memory.wrong.get(from) ?? 0) + 1;
      this.#memory.wrong.set(from, count);
      return { count, ago: count === 1 ? undefined : 0 };
    });
  }

  wrong(from: string): Promise<WrongGuesses | undefined> {
    return this.#answer(() => {
      const count = this.#memory.wrong.get(from);
      return count === undefined ? undefined : { count, ago: 0 };
    });
  }

  forgetWrong(from: string): Promise<void> {
    return this.#answer(() => void this.#memory.wrong.delete(from));
  }

  #method(store: MemoryStore, name: keyof (Store & Slots)): unknown {
    return (...given: unknown[]) =>
      this.#answer(async () => {
        if (name === "replace" || name === "beginRefresh" || name === "endRefresh") {
          this.#mustHold((given[0] as Account).key);
        }
        if (name === "isRetired") return this.#memory.isRetired(given[0] as Uint8Array);
        this.#mustCount(sealedIn(given));
        const change = await this.#changeBy(name, given);
        const method = store[name] as (...given: unknown[]) => Promise<unknown>;
        const done = name === "rekey"
          ? await this.#rekey(given[0] as Rekeying)
          : await method.apply(store, given);
        if (change !== undefined && done !== false) this.#memory.tell(this, change);
        return done;
      });
  }

  async #rekey(change: Rekeying): Promise<boolean> {
    if (this.#memory.isRetired(change.head) || !await this.#memory.store.rekey(change)) return false;
    if (change.resealed !== undefined) this.#memory.retired.push(change.head);
    return true;
  }

  #mustCount(sealed: readonly Uint8Array[]): void {
    if (!sealed.some((one) => this.#memory.isRetired(one))) return;
    throw new AppError("locked", "Cannot save it: another process has changed the key");
  }

  #mustHold(key: AccountKey): void {
    const row = this.#held.get(`account ${key}`);
    if (row === undefined || (!row.lapsed && this.#memory.leases.get(`account ${key}`) === row)) return;
    throw new AppError("busy", "Cannot save the login: another instance has taken this login over");
  }

  async #changeBy(name: keyof (Store & Slots), given: readonly unknown[]): Promise<Change | undefined> {
    switch (name) {
      case "add":
      case "replace":
      case "beginRefresh":
      case "endRefresh":
      case "remove":
        return { kind: "account", key: (given[0] as Account).key };
      case "addId":
        return { kind: "account", key: (given[0] as StoredId).account };
      case "endId":
      case "removeId": {
        const key = await this.#accountOf(given[0] as string);
        return key === undefined ? undefined : { kind: "account", key };
      }
      case "rekey":
        return { kind: "slots" };
      case "learn":
        return { kind: "app", clientId: given[0] as string };
      case "saveSetting":
      case "replaceSetting":
        return { kind: "setting", name: given[0] as string };
    }
    return undefined;
  }

  async #accountOf(digest: string): Promise<AccountKey | undefined> {
    return (await this.#memory.store.ids()).find((id) => id.digest === digest)?.account;
  }

  async #answer<T>(work: () => T | Promise<T>): Promise<T> {
    await Promise.resolve();
    if (this.#memory.away) throw new AppError("store_away", "Cannot ask the database: it cannot be reached");
    return await work();
  }
}

/** The ciphertext among what a method is given. */
function sealedIn(given: readonly unknown[]): readonly Uint8Array[] {
  return given.flatMap((one) => {
    if (one instanceof Uint8Array) return [one];
    const { grant, sealed } = (one ?? {}) as { grant?: Uint8Array; sealed?: Uint8Array };
    return [grant, sealed].filter((bytes) => bytes !== undefined);
  });
}
