import { type Duration, SECOND, type Time } from "../core/account.ts";

/** So many wrong ids in a row are nothing unusual: a Companion with an old id asks at each of its restarts. */
const BURST = 30;
/** One more is forgiven each time this has passed. */
const FORGIVEN_EACH: Duration = 3 * SECOND;
const MOST_ADDRESSES = 1000;

interface Misses {
  count: number;
  at: Time;
}

/** A wrong id: the `first` of this address for a while, one of a few, or one of `too_many`. */
export type Miss = "first" | "again" | "too_many";

/** Counts wrong ids per address, for a bounded number of addresses. Right ids are never shown to it. */
export class Throttle {
  readonly #misses = new Map<string, Misses>();

  /** Notes one more wrong id from this address. */
  miss(address: string, now: Time): Miss {
    const misses = this.#misses.get(address) ?? { count: 0, at: now };
    const forgiven = Math.floor(Math.max(0, now - misses.at) / FORGIVEN_EACH);
    if (forgiven > 0 || now < misses.at) {
      misses.count = Math.max(0, misses.count - forgiven);
      misses.at = now;
    }
    this.#keep(address, misses);
    if (misses.count >= BURST) return "too_many";
    return ++misses.count === 1 ? "first" : "again";
  }

  /** One that was noted was none. */
  takeBack(address: string): void {
    const misses = this.#misses.get(address);
    if (misses !== undefined) misses.count = Math.max(0, misses.count - 1);
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#misses.size;
  }

  /** The one that was quiet for longest is forgotten first. */
  #keep(address: string, misses: Misses): void {
    this.#misses.delete(address);
    this.#misses.set(address, misses);
    const quietest = this.#misses.keys().next().value;
    if (this.#misses.size > MOST_ADDRESSES && quietest !== undefined) this.#misses.delete(quietest);
  }
}
