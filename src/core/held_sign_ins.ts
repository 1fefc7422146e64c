/**
 * Sign-ins that came back as another Twitch user than the account they were begun for. Nothing of them becomes an
 * account until a person says so; what nobody decides on is made void at Twitch. Where several processes share a store,
 * the person may decide on another one than the sign-in came to: then they lie there, sealed.
 */
import { type Duration, MINUTE } from "./account.ts";
import { type Asked, type Connected, type Newcomer, welcome } from "./admit.ts";
import { type Held, heldIn, heldRecord } from "./held_record.ts";
import { AppError } from "./error.ts";
import type { Roster } from "./roster.ts";
import { type SealedRecord, SealedRecords } from "./sealed_records.ts";
import { randomSecret, type Secret } from "./secret.ts";

const HELD_FOR: Duration = 10 * MINUTE;

/** What a person must know to decide. */
export interface HeldSignIn {
  /** Names it to `HeldSignIns`; good for one decision. */
  readonly ref: Secret;
  /** The Twitch login name that came. */
  readonly login: string;
  /** The name here of the account that was expected; undefined if it is gone. */
  readonly expected: string | undefined;
  /** The name here of the account that would be signed in again; undefined if it would be a new one. */
  readonly known: string | undefined;
  /** The attempt that it came of, which is open still. */
  readonly attempt: Secret | undefined;
}

/** Thrown instead of an answer: it takes a person's word to go on. */
export class OtherUser extends AppError {
  readonly held: HeldSignIn;

  constructor(held: HeldSignIn) {
    const expected = held.expected === undefined ? "somebody else" : held.expected;
    super("refused", `Cannot sign in ${expected}: Twitch says that this is ${held.login}`, {
      hint: "Sign out at twitch.tv, or use another browser, and begin again as the right user",
    });
    this.held = held;
  }
}

interface Entry extends Held {
  readonly decided: AbortController;
}

export class HeldSignIns {
  readonly #roster: Roster;
  readonly #records: SealedRecords;
  readonly #entries = new Map<string, Entry>();
  /** Decided on, and not yet done with. */
  readonly #ending = new Set<Entry>();

  constructor(roster: Roster) {
    this.#roster = roster;
    this.#records = new SealedRecords(roster.deps, "held sign-ins");
  }

  /** Holds the sign-in until `keep` or `discard`, and discards it when nobody has decided in ten minutes. */
  async hold(asked: Asked, newcomer: Newcomer): Promise<HeldSignIn> {
    const held = { ref: randomSecret(), asked, newcomer, since: this.#roster.deps.clock.now() };
    await this.#records.inTurn(async () => {
      this.#enter(held);
      await this.#share((records) => [...records, heldRecord(held)]);
    });
    const { ref } = held;
    this.#roster.deps.log.warn("sign-in held: it is another user than expected", {
      expected: this.get(ref).expected,
    });
    return this.get(ref);
  }

  /** Takes over what other processes hold, and what they have decided on. Throws `AppError` `locked`, `store_away`. */
  async follow(): Promise<void> {
    const { deps, app } = this.#roster;
    if (deps.shared === undefined || deps.vault.locked !== undefined) return;
    await this.#records.inTurn(async () => {
      const records = await this.#records.read();
      for (const record of records) {
        const held = heldIn(record, app);
        if (held !== undefined && !this.has(held.ref)) this.#enter(held);
      }
      for (const [ref, { decided }] of this.#entries) {
        if (records.some((record) => record["ref"] === ref)) continue;
        decided.abort();
        this.#entries.delete(ref);
      }
    });
  }

  #enter(held: Held): void {
    const decided = new AbortController();
    this.#entries.set(held.ref.reveal(), { ...held, decided });
    const left = Math.max(0, held.since + HELD_FOR - this.#roster.deps.clock.now());
    this.#roster.deps.clock.sleep(left, decided.signal).then(async () => {
      if (!decided.signal.aborted) await this.discard(held.ref);
    }).catch((error) => {
      // Another process was first, or the store is away: whoever finds it later discards it.
      if (!(error instanceof AppError)) throw error;
    });
  }

  /** Changes what all processes see, where there are others. */
  async #share(
    next: (records: readonly SealedRecord[]) => readonly SealedRecord[] | undefined,
  ): Promise<void> {
    if (this.#roster.deps.shared !== undefined) await this.#records.change(next);
  }

  /** Throws `AppError` `stale_attempt` for one that is not known, or decided on. */
  get(ref: Secret): HeldSignIn {
    const { asked, newcomer } = this.#find(ref);
    const { expected } = asked;
    const aliasOf = (twitchId: string) => this.#roster.byTwitchId(twitchId)?.account.alias;
    return {
      ref,
      login: newcomer.who.login,
      expected: expected === undefined ? undefined : aliasOf(expected),
      known: aliasOf(newcomer.who.twitchId),
      attempt: asked.ref,
    };
  }

  /** Whether it waits for a decision. */
  has(ref: Secret): boolean {
    return this.#entries.has(ref.reveal());
  }

  /** Takes the user in after all; label and id were meant for the expected one. Throws as `get` and `welcome` do. */
  async keep(ref: Secret): Promise<Connected> {
    const entry = await this.#take(ref);
    const { asked: { app, scopes }, newcomer } = entry;
    try {
      return await welcome(this.#roster, { app, scopes, label: "" }, newcomer);
    } finally {
      this.#ending.delete(entry);
    }
  }

  /** Makes the token void; true if Twitch has confirmed that. Throws as `get` does. */
  async discard(ref: Secret): Promise<boolean> {
    const entry = await this.#take(ref);
    const revoked = await this.#revoke(entry);
    this.#ending.delete(entry);
    this.#roster.deps.log.info("held sign-in discarded", { revoked });
    return revoked;
  }

  /** Discards all of them, unless other processes hold them still. */
  async close(): Promise<void> {
    for (const { decided } of this.#entries.values()) decided.abort();
    if (this.#roster.deps.shared === undefined) {
      await Promise.all([...this.#entries.values()].map((entry) => this.#revoke(entry)));
    }
    this.#entries.clear();
  }

  /** Whether a grant of this app and user is held, or was until this moment and its end is not done. */
  holds(clientId: string, twitchId: string): boolean {
    return [...this.#entries.values(), ...this.#ending].some(({ asked, newcomer }) =>
      asked.app.clientId === clientId && newcomer.who.twitchId === twitchId
    );
  }

  async #revoke({ asked, newcomer }: Entry): Promise<boolean> {
    return await this.#roster.deps.twitch.revoke(asked.app, newcomer.grant.access);
  }

  #find(ref: Secret): Entry {
    const entry = this.#entries.get(ref.reveal());
    if (entry === undefined) throw decidedAlready();
    return entry;
  }

  /** For one decision: of two that come at once, here or elsewhere, the second finds nothing. */
  async #take(ref: Secret): Promise<Entry> {
    const entry = this.#find(ref);
    this.#entries.delete(ref.reveal());
    this.#ending.add(entry);
    entry.decided.abort();
    try {
      await this.#records.inTurn(() =>
        this.#share((records) => {
          const rest = records.filter((record) => record["ref"] !== ref.reveal());
          if (rest.length === records.length) throw decidedAlready();
          return rest;
        })
      );
    } catch (error) {
      this.#ending.delete(entry);
      throw error;
    }
    return entry;
  }
}

function decidedAlready(): AppError {
  return new AppError("stale_attempt", "Cannot find this sign-in: it is decided or too old", {
    hint: "Begin the sign-in again",
  });
}
