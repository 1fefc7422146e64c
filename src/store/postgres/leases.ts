/**
 * Leases: rows that say who may do something that only one process may do, until when, and by which fence, a number
 * that no later holder has. Only the database's clock decides who may take one; each holder goes by clocks of its own,
 * from before its question was sent, and stops `margin` earlier.
 */
import type { Duration } from "../../core/account.ts";
import type { Lease } from "../../core/shared.ts";
import type { Connections } from "./connections.ts";
import { told } from "./errors.ts";
import { STATEMENTS } from "./statements.ts";

/** In milliseconds. */
export interface LeaseTimes {
  readonly duration: Duration;
  readonly renewEach: Duration;
  /** A request to Twitch takes 10 s at most; what is begun while `held` says so is over before the lease is. */
  readonly margin: Duration;
}

export const LEASE_TIMES: LeaseTimes = { duration: 45_000, renewEach: 10_000, margin: 12_000 };

/** The leases of this process. */
export class Leases implements Disposable {
  readonly #connections: Connections;
  readonly #times: LeaseTimes;
  /** Undefined while one is asked for. */
  readonly #held = new Map<string, HeldLease | undefined>();

  constructor(connections: Connections, times: LeaseTimes) {
    this.#connections = connections;
    this.#times = times;
  }

  /**
   * A row that names this process though it holds nothing is of a question whose answer was lost, or of a lease on its
   * way back: it is taken at once, with a new fence.
   */
  async take(name: string): Promise<Lease | undefined> {
    if (this.#held.has(name)) return undefined;
    this.#held.set(name, undefined);
    try {
      const [monotonic, wall] = [performance.now(), Date.now()];
      const values = [name, this.#connections.name, this.#times.duration];
      const [row] = await told(
        "take a lease",
        "running",
        () => this.#connections.ask<{ fence: number }>(STATEMENTS.takeLease, values),
      );
      if (row === undefined) return undefined;
      const lease = new HeldLease(
        name,
        row.fence,
        this.#connections,
        this.#times,
        () => this.#held.delete(name),
      );
      lease.extend(monotonic, wall);
      this.#held.set(name, lease);
      return lease;
    } finally {
      if (this.#held.get(name) === undefined) this.#held.delete(name);
    }
  }

  /** What a write under that lease must prove; null where this process does not hold it. */
  fence(name: string): number | null {
    return this.#held.get(name)?.fence ?? null;
  }

  /** None is given back: what was begun under it may be on its way to Twitch still. They run out. */
  [Symbol.dispose](): void {
    for (const lease of this.#held.values()) lease?.lose();
  }
}

class HeldLease implements Lease {
  readonly fence: number;
  readonly #name: string;
  readonly #connections: Connections;
  readonly #times: LeaseTimes;
  readonly #forget: () => void;
  #monotonicEnd = 0;
  #wallEnd = 0;
  #lost = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #forgotten = false;

  constructor(name: string, fence: number, connections: Connections, times: LeaseTimes, forget: () => void) {
    this.fence = fence;
    this.#name = name;
    this.#connections = connections;
    this.#times = times;
    this.#forget = forget;
    this.#renewLater();
  }

  /** The wall clock too, since the other one stands still while a machine sleeps. Set back it does no harm. */
  get held(): boolean {
    return !this.#lost && performance.now() < this.#monotonicEnd && Date.now() < this.#wallEnd;
  }

  /** By what the clocks said before the question was sent. */
  extend(monotonic: number, wall: number): void {
    const span = this.#times.duration - this.#times.margin;
    [this.#monotonicEnd, this.#wallEnd] = [monotonic + span, wall + span];
  }

  /** Never throws: a lease that cannot be given back runs out. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#forgotten) return;
    this.#forgotten = true;
    this.lose();
    this.#forget();
    await this.#connections.ask(STATEMENTS.giveLeaseBack, [this.#name, this.fence]).catch(() => {});
  }

  #renewLater(): void {
    const timer = this.#timer = setTimeout(() => this.#renew(), this.#times.renewEach);
    Deno.unrefTimer(timer);
  }

  async #renew(): Promise<void> {
    const [monotonic, wall] = [performance.now(), Date.now()];
    try {
      const values = [this.#name, this.fence, this.#times.duration];
      const { count } = await this.#connections.ask(STATEMENTS.renewLease, values);
      if (count === 1) this.extend(monotonic, wall);
      else this.lose();
    } catch {
      // The database is away: the next one may come in time, else `held` ends by itself.
    }
    if (!this.#lost) this.#renewLater();
  }

  /** From now on it is not held here any more. */
  lose(): void {
    this.#lost = true;
    clearTimeout(this.#timer);
  }
}
