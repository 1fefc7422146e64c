/** What core asks of a store that several processes share, beyond `Store`. */
import type { Account, AccountKey, Duration, JournalEntry, StoredId, Time } from "./account.ts";

/** What another process has written to a store that several share. */
export type Change =
  /** The account's row, ids or journal entry; or it is gone. */
  | { readonly kind: "account"; readonly key: AccountKey }
  | { readonly kind: "setting"; readonly name: string }
  /** What is known of an app. */
  | { readonly kind: "app"; readonly clientId: string }
  | { readonly kind: "slots" }
  /** Something may have been missed: everything is to be compared. */
  | { readonly kind: "anything" };

/** What is in the store, as short as it can be compared with memory. */
export interface Outline {
  /** The revision of every account. */
  readonly accounts: ReadonlyMap<AccountKey, number>;
  /** When each id ends, by digest; undefined: it does not. */
  readonly ids: ReadonlyMap<string, Time | undefined>;
}

/** An account with everything that belongs to it. */
export interface KeptAccount {
  readonly account: Account;
  readonly ids: readonly StoredId[];
  readonly open: JournalEntry | undefined;
}

/** The right to do something that only one process may do at a time. Given back when disposed of. */
export interface Lease extends AsyncDisposable {
  /**
   * Whether it is held still, by a clock that does not jump and with a margin: what begins in the same moment and takes
   * no longer than a request to Twitch is over before anybody else can take the lease. Asks nobody.
   */
  readonly held: boolean;
}

/** What is known of an address that guesses. Its times come from the store's own clock. */
export interface WrongGuesses {
  readonly count: number;
  readonly ago: Duration | undefined;
}

/** What a store that several processes share offers beyond `Store`. */
export interface Shared {
  /**
   * Takes a lease, at once and without waiting; undefined while another process (or another holder in this one) has it.
   * It is renewed in the background until it is given back; a process that dies or stands still loses it within a
   * minute. Throws `AppError` `store_away`.
   *
   * While this process holds the lease `account <key>`, `replace`, `beginRefresh` and `endRefresh` of that account are
   * written only if the database too says, in the same commit, that it is held and nobody has held it since: else they
   * throw `AppError` `busy` and nothing is written.
   */
  lease(name: string): Promise<Lease | undefined>;
  /** How many leases whose names begin so other processes hold. Throws `AppError` `store_away`. */
  othersHold(prefix: string): Promise<number>;
  /**
   * Tells of what other processes write, soon after their commit, until disposed of; `anything` at the begin, whenever the
   * connection was lost, and now and then. Never throws.
   */
  follow(heard: (change: Change) => void): AsyncDisposable;
  outline(): Promise<Outline>;
  /** The account that an id leads to by its digest. */
  accountOf(digest: string): Promise<AccountKey | undefined>;
  /** All that is kept of an account, as it was at one moment; undefined if it is gone. */
  kept(key: AccountKey): Promise<KeptAccount | undefined>;
  /**
   * Counts one more wrong guess from an address over all processes, from anew if the last is `forgottenAfter` ago.
   * Answers how many there are with it, and how long ago the one before was; undefined: there was none.
   */
  countWrong(from: string, forgottenAfter: Duration): Promise<WrongGuesses>;
  /** How often in a row it was wrong, and how long ago the last one was. */
  wrong(from: string): Promise<WrongGuesses | undefined>;
  /** It was right. */
  forgetWrong(from: string): Promise<void>;
}
