/** The attempts of this process, and the copy of the open ones for the process after it. */
import { DAY, type Duration } from "./account.ts";
import type { Connected } from "./admit.ts";
import { type Attempt, loadAttempts, saveAttempts } from "./attempts.ts";
import type { Roster } from "./roster.ts";
import { digestOf, type Secret } from "./secret.ts";
import { unknownAttempt } from "./sign_in_errors.ts";

/** A pasted address comes back within this, and so long a lapsed code can be had anew. */
export const ATTEMPT_LIVES: Duration = DAY;
/** Attempts that nobody came back to are dropped, oldest first. */
const MOST_ATTEMPTS = 50;

/** How an attempt stands. */
export type AttemptState =
  | { readonly kind: "waiting" }
  | { readonly kind: "connected"; readonly connected: Connected }
  /** It may be tried again all the same. */
  | { readonly kind: "failed"; readonly error: unknown };

/** An attempt at work. */
export interface Entry {
  attempt: Attempt;
  state: AttemptState;
  /** What came back for it is being exchanged: nothing else is taken meanwhile. */
  taken: boolean;
  /** Ends the polling for its code. */
  stop: AbortController;
  /** `digestOf` its state; empty for a code. */
  readonly digest: string;
}

export class OpenAttempts {
  readonly #roster: Roster;
  readonly #entries = new Map<string, Entry>();
  /** Whether there is a copy. */
  #kept = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(roster: Roster) {
    this.#roster = roster;
  }

  /** Takes over what the process before had open, and keeps a copy from now on. Answers what is open. */
  async resume(): Promise<readonly Entry[]> {
    const { deps, app } = this.#roster;
    if (deps.vault.locked !== undefined) return [];
    try {
      for (const attempt of await loadAttempts(deps, app)) await this.enter(attempt);
      this.#kept = true;
    } catch (error) {
      // What cannot be read is left as it is: it may be another key's.
      deps.log.warn("cannot read the open sign-ins", { error: String(error) });
    }
    return this.open();
  }

  /** Adds an attempt, in place of one of the same name. */
  async enter(attempt: Attempt): Promise<Entry> {
    const digest = attempt.kind === "link" ? await digestOf(attempt.state) : "";
    const entry: Entry = {
      ...{ attempt, digest, taken: false },
      state: { kind: "waiting" },
      stop: new AbortController(),
    };
    this.#entries.set(attempt.ref.reveal(), entry);
    const [oldest] = this.#entries.values();
    if (this.#entries.size > MOST_ATTEMPTS && oldest !== undefined) this.remove(oldest.attempt.ref);
    return entry;
  }

  /** Throws `AppError` `stale_attempt` for one that is not known. */
  find(ref: Secret): Entry {
    const entry = this.#entries.get(ref.reveal());
    if (entry === undefined) throw unknownAttempt();
    return entry;
  }

  /** The attempt whose state has this digest. */
  byDigest(digest: string): Entry | undefined {
    return digest === "" ? undefined : [...this.#entries.values()].find((entry) => entry.digest === digest);
  }

  /** Those that have connected nobody and are not too old, oldest first. */
  open(): readonly Entry[] {
    const now = this.#roster.deps.clock.now();
    return [...this.#entries.values()].filter(({ attempt, state }) =>
      state.kind !== "connected" && now < attempt.beganAt + ATTEMPT_LIVES
    );
  }

  /** Forgets one and ends its polling; false if it is not known. */
  remove(ref: Secret): boolean {
    this.#entries.get(ref.reveal())?.stop.abort();
    return this.#entries.delete(ref.reveal());
  }

  /** Copies what is open, one write after the other. What the disk refuses lives in memory alone. */
  save(): Promise<void> {
    if (!this.#kept) return Promise.resolve();
    const { deps } = this.#roster;
    this.#writing = this.#writing
      .then(() => saveAttempts(deps, this.open().map(({ attempt }) => attempt)))
      .catch((error) =>
        deps.log.warn("cannot keep the open sign-ins for a restart", { error: String(error) })
      );
    return this.#writing;
  }

  /** Ends all polling; the copy stays for the next process. */
  async close(): Promise<void> {
    for (const { stop } of this.#entries.values()) stop.abort();
    await this.#writing;
  }
}
