/**
 * Sign-ins that came back as another Twitch user than the account they were begun for. Nothing of them is stored until
 * a person says so; what nobody decides on is made void at Twitch.
 */
import { type Duration, MINUTE } from "./account.ts";
import { type Asked, type Connected, type Newcomer, welcome } from "./admit.ts";
import { AppError } from "./error.ts";
import type { Roster } from "./roster.ts";
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

interface Entry {
  readonly asked: Asked;
  readonly newcomer: Newcomer;
  readonly decided: AbortController;
}

export class HeldSignIns {
  readonly #roster: Roster;
  readonly #entries = new Map<string, Entry>();
  /** Decided on, and not yet done with. */
  readonly #ending = new Set<Entry>();

  constructor(roster: Roster) {
    this.#roster = roster;
  }

  /** Holds the sign-in until `keep` or `discard`, and discards it when nobody has decided in ten minutes. */
  hold(asked: Asked, newcomer: Newcomer): HeldSignIn {
    const ref = randomSecret();
    const decided = new AbortController();
    this.#entries.set(ref.reveal(), { asked, newcomer, decided });
    this.#roster.deps.clock.sleep(HELD_FOR, decided.signal).then(async () => {
      if (!decided.signal.aborted) await this.discard(ref);
    });
    this.#roster.deps.log.warn("sign-in held: it is another user than expected", {
      expected: this.get(ref).expected,
    });
    return this.get(ref);
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
    const entry = this.#take(ref);
    const { asked: { app, scopes }, newcomer } = entry;
    try {
      return await welcome(this.#roster, { app, scopes, label: "" }, newcomer);
    } finally {
      this.#ending.delete(entry);
    }
  }

  /** Makes the token void; true if Twitch has confirmed that. Throws as `get` does. */
  async discard(ref: Secret): Promise<boolean> {
    const entry = this.#take(ref);
    const revoked = await this.#revoke(entry);
    this.#ending.delete(entry);
    this.#roster.deps.log.info("held sign-in discarded", { revoked });
    return revoked;
  }

  /** Discards all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(async (entry) => {
      entry.decided.abort();
      await this.#revoke(entry);
    }));
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
    if (entry !== undefined) return entry;
    throw new AppError("stale_attempt", "Cannot find this sign-in: it is decided or too old", {
      hint: "Begin the sign-in again",
    });
  }

  #take(ref: Secret): Entry {
    const entry = this.#find(ref);
    this.#entries.delete(ref.reveal());
    this.#ending.add(entry);
    entry.decided.abort();
    return entry;
  }
}
