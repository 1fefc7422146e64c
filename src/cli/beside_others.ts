/**
 * A process beside others on one store: what they write is taken over, one change after the other. While the database
 * is away this process goes by what it knows, says so once, and compares everything when the database is back.
 */
import { type Duration, SECOND } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import { followAccount, followAll } from "../core/follow.ts";
import type { Deps } from "../core/ports.ts";
import type { Change, Shared } from "../core/shared.ts";
import type { Roster } from "../core/roster.ts";
import { bugFields } from "./log.ts";

const LOOK_AGAIN: Duration = 2 * SECOND;

/** Reads something again that another process has written. */
export type FollowSetting = () => Promise<void>;

/** What is to be read again, by the name of the setting. */
export type Followed = ReadonlyMap<string, FollowSetting>;

export class BesideOthers implements AsyncDisposable {
  readonly #deps: Deps;
  readonly #roster: Roster;
  readonly #shared: Shared;
  readonly #followKey: FollowSetting | undefined;
  readonly #settings = new Map<string, FollowSetting[]>();
  readonly #ended = new AbortController();
  readonly #following: AsyncDisposable;
  /** By a name, so that what is told twice is done once. */
  #pending = new Map<string, Change>();
  #working: Promise<void> | undefined;
  #away = false;

  /** `followKey` takes over what another process has changed about the keys. */
  constructor(roster: Roster, shared: Shared, followKey?: FollowSetting) {
    this.#deps = roster.deps;
    this.#roster = roster;
    this.#shared = shared;
    this.#followKey = followKey;
    this.#following = shared.follow((change) => this.#heard(change));
  }

  /** The database did not answer when it was last asked. */
  get away(): boolean {
    return this.#away;
  }

  /** From now on these are read again when another process has written them. */
  follow(settings: Followed): void {
    for (const [name, read] of settings) {
      this.#settings.set(name, [...this.#settings.get(name) ?? [], read]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#following[Symbol.asyncDispose]();
    await this.#working;
  }

  #heard(change: Change): void {
    // What nobody reads again says nothing about whether the database answers.
    const concernsNobody = (change.kind === "slots" && this.#followKey === undefined) ||
      (change.kind === "setting" && !this.#settings.has(change.name));
    if (concernsNobody) return;
    this.#pending.set(JSON.stringify(change), change);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    for (let next = this.#take(); next !== undefined && !this.#ended.signal.aborted; next = this.#take()) {
      try {
        await this.#do(next);
        this.#back();
      } catch (error) {
        await this.#failed(next, error);
      }
    }
  }

  #take(): Change | undefined {
    const [first] = this.#pending;
    if (first === undefined) return undefined;
    this.#pending.delete(first[0]);
    return first[1];
  }

  async #do(change: Change): Promise<void> {
    switch (change.kind) {
      case "account":
        return await followAccount(this.#roster, this.#shared, change.key);
      case "app":
        return await this.#roster.learnAbout(change.clientId, true);
      case "setting":
        for (const read of this.#settings.get(change.name) ?? []) await read();
        return;
      case "slots":
        return await this.#followKey?.();
      case "anything":
        // First, for all else is read with the key.
        await this.#followKey?.();
        await followAll(this.#roster, this.#shared);
        for (const read of new Set([...this.#settings.values()].flat())) await read();
    }
  }

  async #failed(change: Change, error: unknown): Promise<void> {
    if (!(error instanceof AppError)) {
      this.#deps.log.error("bug while following the database", bugFields(error));
      return;
    }
    if (error.code !== "store_away") {
      this.#deps.log.error("cannot take over what another instance wrote", {
        what: change.kind,
        error: error.message,
      });
      return;
    }
    if (!this.#away) this.#deps.log.warn("the database is away", { error: error.message });
    this.#away = true;
    this.#pending.set("anything", { kind: "anything" });
    await this.#deps.clock.sleep(LOOK_AGAIN, this.#ended.signal);
  }

  #back(): void {
    if (this.#away) this.#deps.log.info("the database is back");
    this.#away = false;
  }
}
