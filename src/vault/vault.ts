/**
 * One random data key seals everything. It can be changed while the program runs: what another part has sealed before
 * and not written yet stays open here, and the store's guard (`guarded_store.ts`) seals it anew before it is written.
 */
import type { AccountKey, Grant, Sealed, SealedGrant } from "../core/account.ts";
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
  isSealedBy,
  type NonceSource,
  randomNonce,
  type Refusal,
} from "./envelope.ts";

/** Why a vault is locked, and what to do. */
export interface Lock {
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

/** A vault on a data key that is known. The caller still owns `dataKey` and clears it. */
export async function unlockedVault(dataKey: Bytes, nonce: NonceSource = randomNonce): Promise<KeyedVault> {
  return new KeyedVault(await importCipherKey(dataKey, "data key"), nonce);
}

/** A vault whose key comes, and may be changed, while the program runs. */
export class KeyedVault implements Vault {
  readonly #nonce: NonceSource;
  #state: CipherKey | Lock;
  /** Data keys of this process that seal nothing any more. */
  #retired: readonly CipherKey[] = [];
  #changing: Promise<void> | undefined;

  /** What was put right while it was opened: sentences for the log. */
  readonly notes: readonly string[];

  constructor(state: CipherKey | Lock, nonce: NonceSource = randomNonce, notes: readonly string[] = []) {
    this.#state = state;
    this.#nonce = nonce;
    this.notes = notes;
  }

  get locked(): string | undefined {
    if (!("why" in this.#state)) return undefined;
    const { why, hint } = this.#state;
    return `${sentence(why)}: ${hint}`;
  }

  /** The data key. Throws `AppError` `locked`. */
  get key(): CipherKey {
    if (!("why" in this.#state)) return this.#state;
    const { why, hint } = this.#state;
    throw new AppError("locked", `Cannot unlock the stored logins: ${why}`, { hint: sentence(hint) });
  }

  /** The data key or, while it is locked, the last that it had. */
  get last(): CipherKey | undefined {
    return "why" in this.#state ? this.#retired.at(-1) : this.#state;
  }

  /** Unlocks it, or goes on with a data key that another process has made. */
  use(key: CipherKey): void {
    this.#retire();
    this.#state = key;
  }

  /** Another process has made a data key that does not open here. */
  lock(lock: Lock): void {
    this.#retire();
    this.#state = lock;
  }

  #retire(): void {
    if (!("why" in this.#state)) this.#retired = [...this.#retired, this.#state];
  }

  /**
   * Makes `next` the data key if `commit` answers true, which has then sealed everything in the store with it. What is
   * written through the guard waits meanwhile.
   */
  async change(next: CipherKey, commit: () => Awaitable<boolean>): Promise<boolean> {
    void this.key;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changing = promise;
    try {
      const done = await commit();
      if (done) this.use(next);
      return done;
    } finally {
      this.#changing = undefined;
      resolve();
    }
  }

  /** The change that is going on; undefined if there is none. */
  get changing(): Promise<void> | undefined {
    return this.#changing;
  }

  /** Whether it was sealed with a data key that counts no more. */
  isStale(sealed: Sealed): boolean {
    return this.#retired.some((key) => isSealedBy(key, sealed));
  }

  /** The same text, sealed with the data key of now or with another one. Throws `AppError` `locked` as `open` does. */
  async reseal(sealed: Sealed, bound: Binding, key: CipherKey = this.key): Promise<Sealed> {
    const bytes = await this.#bytesOf(sealed, bound);
    const fresh = await encrypt(key, bytes, textBinding(bound), this.#nonce);
    bytes.fill(0);
    return fresh as Uint8Array as Sealed;
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
    return await encrypt(this.key, bytes, textBinding(bound), this.#nonce) as Uint8Array as Sealed;
  }

  async open(sealed: Sealed, bound: Binding): Promise<Secret> {
    const bytes = await this.#bytesOf(sealed, bound);
    const text = new Secret(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
    bytes.fill(0);
    return text;
  }

  async #bytesOf(sealed: Sealed, bound: Binding): Promise<Bytes> {
    const own = this.key;
    const key = this.#retired.find((one) => isSealedBy(one, sealed)) ?? own;
    const bytes = await decrypt(key, sealed, textBinding(bound));
    if (typeof bytes !== "string") return bytes;
    const { why, hint } = REFUSED[bytes];
    throw new AppError("locked", `Cannot open the sealed ${bound.purpose}: ${why}`, { hint });
  }
}

function textBinding({ owner, purpose, generation }: Binding): Bytes {
  return binding("companion-token-server text", "1", owner, purpose, String(generation));
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
