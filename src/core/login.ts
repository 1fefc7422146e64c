import type { Account, JournalEntry, StoredId, Time } from "./account.ts";
import type { Lease } from "./shared.ts";
import type { Secret } from "./secret.ts";

/** A plain id beside the form in which it is stored. */
export interface KnownId {
  readonly id: Secret;
  readonly stored: StoredId;
}

/** One login in memory: its row and what is known beyond it. Whoever changes a field tells `Roster.touch`. */
export interface Login {
  /** The newest row, even where the disk has refused it. */
  account: Account;
  /** The access token to hand out; undefined while it cannot be opened, or once `/validate` has called it dead. */
  access: Secret | undefined;
  accessDead: boolean;
  /** A refresh token was sent and its fate is not known. */
  open: JournalEntry | undefined;
  /** Twitch refused the refresh token and `/validate` has not given its word yet. */
  unconfirmed: boolean;
  /** Memory is ahead of the disk; when the write is tried again. */
  saveAt: Time | undefined;
  /** The disk has refused to end a journal entry: it goes with the next write. */
  entryEnded: boolean;
  /** The first id of a new account that the disk has refused. */
  unsavedId: StoredId | undefined;
  /** The last question about it, and the address that it came from. */
  askedAt: Time | undefined;
  askedBy: string | undefined;
  /** The last time `/validate` was asked, and whether Twitch gave an answer of its own. */
  validation: { readonly at: Time; readonly answered: boolean } | undefined;
  /** The last thing asked of Twitch for it that failed, as a button shows it: `AD 429`. */
  lastPress: { readonly at: Time; readonly word: string } | undefined;
  /** Held while something is under way for it; undefined where no other process writes to the store. */
  lease: Lease | undefined;
  /** Until then a question is answered with `access` and nothing else is looked at. */
  calmUntil: Time;
  /** The job found nothing to do, and need not look again before; undefined after every change. */
  rest: { readonly from: Time; readonly until: Time } | undefined;
  /** Each is called at every change until it takes itself out. */
  readonly watchers: Set<() => void>;
}

/** A grant out of a backup: the generation in whose place it comes, and what is known beyond its row. */
export interface RestoredGrant {
  readonly replaces: number;
  readonly known: typeof NOTHING_KNOWN & Pick<Login, "access">;
}

/** What is known of a grant that Twitch has said nothing about and that is as it is on the disk. */
export const NOTHING_KNOWN = {
  accessDead: false,
  unconfirmed: false,
  saveAt: undefined,
  entryEnded: false,
  validation: undefined,
} as const;

/** A login of which only the row is known. */
export function newLogin(account: Account): Login {
  return {
    ...NOTHING_KNOWN,
    account,
    access: undefined,
    open: undefined,
    unsavedId: undefined,
    askedAt: undefined,
    askedBy: undefined,
    lastPress: undefined,
    lease: undefined,
    calmUntil: 0,
    rest: undefined,
    watchers: new Set(),
  };
}

/** Resolves at the next change of the login, or when `signal` is aborted. */
export function nextChange(login: Login, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => {
    login.watchers.delete(stop);
    signal.removeEventListener("abort", stop);
    resolve();
  };
  login.watchers.add(stop);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  return promise;
}

interface IdEntry {
  readonly login: Login;
  readonly known: KnownId | undefined;
  endsAt: Time | undefined;
}

/** Which login an id leads to. */
export class IdIndex {
  readonly #byId = new Map<string, Login>();
  readonly #byDigest = new Map<string, IdEntry>();
  /** Counts the changes: what was read from the store before one of them may be out of date. */
  changes = 0;

  /** Synchronous and without a cipher: this is the way of every question. */
  find(id: string): Login | undefined {
    return this.#byId.get(id);
  }

  /** Also while the vault is locked and plain ids are not known. */
  findDigest(digest: string): Login | undefined {
    return this.#byDigest.get(digest)?.login;
  }

  /** Those of one login, oldest first; empty while the vault is locked. */
  of(login: Login): readonly KnownId[] {
    return [...this.#byDigest.values()].flatMap((entry) =>
      entry.login === login && entry.known !== undefined ? [entry.known] : []
    );
  }

  /** The digests of one login's ids, also of those that cannot be opened. */
  digestsOf(login: Login): readonly string[] {
    return [...this.#byDigest].flatMap(([digest, entry]) => entry.login === login ? [digest] : []);
  }

  /** When an id ends; undefined: never. */
  endOf(digest: string): Time | undefined {
    return this.#byDigest.get(digest)?.endsAt;
  }

  /** When each id that has not ended by now does, by digest. */
  living(now: Time): ReadonlyMap<string, Time | undefined> {
    const all = [...this.#byDigest].map(([digest, { endsAt }]) => [digest, endsAt] as const);
    return new Map(all.filter(([, endsAt]) => (endsAt ?? Infinity) > now));
  }

  /** The digests of all ids that have ended by now. */
  endedBy(now: Time): readonly string[] {
    const ended: string[] = [];
    for (const [digest, { endsAt }] of this.#byDigest) {
      if (endsAt !== undefined && endsAt <= now) ended.push(digest);
    }
    return ended;
  }

  add(login: Login, digest: string, known: KnownId | undefined, endsAt = known?.stored.endsAt): void {
    this.changes++;
    this.#byDigest.set(digest, { login, known, endsAt });
    if (known !== undefined) this.#byId.set(known.id.reveal(), login);
  }

  /** It is found all the same until it is removed. */
  end(digest: string, endsAt: Time | undefined): void {
    const entry = this.#byDigest.get(digest);
    if (entry === undefined) return;
    this.changes++;
    entry.endsAt = endsAt;
  }

  remove(digest: string): void {
    this.changes++;
    const known = this.#byDigest.get(digest)?.known;
    if (known !== undefined) this.#byId.delete(known.id.reveal());
    this.#byDigest.delete(digest);
  }

  removeAll(login: Login): void {
    for (const [digest, entry] of this.#byDigest) if (entry.login === login) this.remove(digest);
  }
}
