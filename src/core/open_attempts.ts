/**
 * The attempts of this process, and their copy: for the process after it, and where several share a store for the
 * others, who then see how each attempt stands. What the store refuses lives in memory alone.
 */
import { DAY, type Duration } from "./account.ts";
import type { Connected } from "./admit.ts";
import { outcomeIn, outcomeRecord } from "./attempt_outcome.ts";
import { type Attempt, attemptIn, attemptRecord } from "./attempts.ts";
import type { Roster } from "./roster.ts";
import { type SealedRecord, SealedRecords } from "./sealed_records.ts";
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
  readonly #records: SealedRecords;
  readonly #entries = new Map<string, Entry>();
  /** Those that the copy does not have as they are here. */
  readonly #changed = new Set<string>();
  /** Whether there is a copy. */
  #kept = false;

  constructor(roster: Roster) {
    this.#roster = roster;
    this.#records = new SealedRecords(roster.deps, "attempts");
  }

  /** Takes over what the process before had open, and keeps a copy from now on. Answers what is open. */
  async resume(): Promise<readonly Entry[]> {
    const { deps } = this.#roster;
    if (deps.vault.locked !== undefined) return [];
    try {
      await this.follow();
      this.#kept = true;
    } catch (error) {
      // What cannot be read is left as it is: it may be another key's.
      deps.log.warn("cannot read the open sign-ins", { error: String(error) });
    }
    return this.open();
  }

  /** Takes over how the copy has them; answers those that are new here. Throws `AppError` `locked`, `store_away`. */
  follow(): Promise<readonly Entry[]> {
    return this.#records.inTurn(() => this.#follow());
  }

  async #follow(): Promise<readonly Entry[]> {
    const records = await this.#records.read();
    const found: Entry[] = [];
    const refs = new Set<string>();
    for (const record of records) {
      const attempt = attemptIn(record, this.#roster.app);
      const ref = attempt?.ref.reveal() ?? "";
      refs.add(ref);
      if (attempt === undefined || this.#changed.has(ref)) continue;
      const state = await outcomeIn(this.#roster, record) ?? { kind: "waiting" };
      const entry = this.#entries.get(ref);
      if (entry === undefined || isRenewed(entry.attempt, attempt)) {
        found.push(await this.#read(attempt, state));
      } else if (!entry.taken && state.kind !== "waiting") this.#adopt(entry, state);
    }
    if (this.#kept) {
      for (const { attempt } of this.#entries.values()) {
        const ref = attempt.ref.reveal();
        if (!refs.has(ref) && !this.#changed.has(ref)) this.#drop(ref);
      }
    }
    return found;
  }

  async #read(attempt: Attempt, state: AttemptState): Promise<Entry> {
    const entry = await this.enter(attempt);
    this.#changed.delete(attempt.ref.reveal());
    entry.state = state;
    return entry;
  }

  #adopt(entry: Entry, state: AttemptState): void {
    if (entry.state.kind === "connected") return;
    if (state.kind === "connected") entry.stop.abort();
    entry.state = state;
  }

  /** Adds an attempt, in place of one of the same name. */
  async enter(attempt: Attempt): Promise<Entry> {
    const digest = attempt.kind === "link" ? await digestOf(attempt.state) : "";
    const entry: Entry = {
      ...{ attempt, digest, taken: false },
      state: { kind: "waiting" },
      stop: new AbortController(),
    };
    this.#drop(attempt.ref.reveal());
    this.#entries.set(attempt.ref.reveal(), entry);
    this.#changed.add(attempt.ref.reveal());
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

  /** How those ended that have connected somebody, oldest first. */
  connected(): readonly Connected[] {
    return [...this.#entries.values()].flatMap(({ state }) =>
      state.kind === "connected" ? [state.connected] : []
    );
  }

  /** Forgets one and ends its polling; false if it is not known. */
  remove(ref: Secret): boolean {
    this.#changed.add(ref.reveal());
    return this.#drop(ref.reveal());
  }

  #drop(ref: string): boolean {
    this.#entries.get(ref)?.stop.abort();
    return this.#entries.delete(ref);
  }

  /** How it stands from now on. */
  settle(entry: Entry, state: AttemptState): Promise<void> {
    entry.state = state;
    this.#changed.add(entry.attempt.ref.reveal());
    const nobodyAsks = state.kind === "failed" && this.#roster.deps.shared === undefined;
    return nobodyAsks ? Promise.resolve() : this.save();
  }

  /** Copies what is open, one write after the other. What the disk refuses lives in memory alone. */
  save(): Promise<void> {
    if (!this.#kept) return Promise.resolve();
    const { deps } = this.#roster;
    return this.#records.inTurn(() => this.#write()).catch((error) =>
      deps.log.warn("cannot keep the open sign-ins for a restart", { error: String(error) })
    );
  }

  async #write(): Promise<void> {
    if (this.#roster.deps.shared === undefined) {
      this.#changed.clear();
      return await this.#records.write(this.open().map(({ attempt }) => attemptRecord(attempt)));
    }
    const changed = [...this.#changed];
    this.#changed.clear();
    try {
      await this.#records.change((records) => this.#merged(records, changed));
    } catch (error) {
      for (const ref of changed) this.#changed.add(ref);
      throw error;
    }
  }

  /** The copy with what has changed here. One that has connected somebody stays so. */
  #merged(records: readonly SealedRecord[], changed: readonly string[]): readonly SealedRecord[] {
    const oldest = this.#roster.deps.clock.now() - ATTEMPT_LIVES;
    const all = new Map(
      records.filter(({ beganAt }) => Number(beganAt) > oldest).map((
        record,
      ) => [String(record["ref"]), record]),
    );
    for (const ref of changed) {
      const entry = this.#entries.get(ref);
      const isConnected = all.get(ref)?.["connected"] !== undefined;
      if (entry === undefined) all.delete(ref);
      else if (!isConnected) all.set(ref, { ...attemptRecord(entry.attempt), ...outcomeRecord(entry.state) });
    }
    return [...all.values()].slice(-MOST_ATTEMPTS);
  }

  /** Ends all polling; the copy stays for the next process. */
  async close(): Promise<void> {
    for (const { stop } of this.#entries.values()) stop.abort();
    await this.#records.inTurn(() => Promise.resolve());
  }
}

/** Whether a new code was had for the same attempt. */
function isRenewed(before: Attempt, now: Attempt): boolean {
  return before.kind === "device" && now.kind === "device" &&
    before.deviceCode.reveal() !== now.deviceCode.reveal();
}
