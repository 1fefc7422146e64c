/**
 * Counts of what has happened since the start, by alias: numbers for whoever draws curves. A count is a plain integer in
 * memory, so that counting costs a question nothing; no secret and no id comes in.
 */
import type { LogFields } from "./ports.ts";

/** By the first digit of the status: `2` is 200 to 299. */
export type StatusClass = 1 | 2 | 3 | 4 | 5;

/** What was counted of one account. */
export interface AccountTally {
  refreshes: number;
  /** By reason. */
  readonly failures: Map<string, number>;
  /** Requests that the relay has answered, by status class. */
  readonly relayed: Map<StatusClass, number>;
}

/** The lines of the log that tell of a failed refresh, and the reason of those that name none. */
const FAILURES: ReadonlyMap<string, string | undefined> = new Map([
  ["refresh failed", undefined],
  ["login cannot be refreshed", undefined],
  ["twitch refused the refresh token", "refused"],
  ["cannot write to disk, so nothing is sent", "disk"],
]);

export class Tally {
  /** Token questions by status class; the place is the class. */
  readonly questions: number[] = [0, 0, 0, 0, 0, 0];
  readonly #accounts = new Map<string, AccountTally>();

  /** Takes a line of the log in, if there is something to count in it. */
  note(line: string, { account, reason }: LogFields = {}): void {
    if (typeof account !== "string") return;
    if (line === "login refreshed") this.of(account).refreshes++;
    else if (line === "account removed") this.#accounts.delete(account);
    else if (FAILURES.has(line)) raise(this.of(account).failures, FAILURES.get(line) ?? String(reason));
  }

  /** A token question was answered with this status. */
  question(status: number): void {
    const at = status / 100 | 0;
    this.questions[at] = (this.questions[at] ?? 0) + 1;
  }

  /** The relay has answered with this status. */
  relayed(account: string, status: number): void {
    raise(this.of(account).relayed, Math.floor(status / 100) as StatusClass);
  }

  /** The counts of an account; zeros for one of which nothing is known. */
  of(account: string): AccountTally {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const tally: AccountTally = { refreshes: 0, failures: new Map(), relayed: new Map() };
    this.#accounts.set(account, tally);
    return tally;
  }
}

function raise<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
