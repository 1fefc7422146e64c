/**
 * The brake on guessing. Each address may be wrong a few times, then it waits, longer each time and never more than a
 * minute. Checks that cost memory and seconds run one at a time, those of addresses that were least often wrong first:
 * whoever types the right password does not stand in line behind a machine that tries thousands.
 *
 * A guess counts before it is checked and is taken back if it was right, so that many at once are no way around.
 */
import { type Duration, MINUTE, SECOND, type Time } from "./account.ts";
import { AppError } from "./error.ts";

/** So many wrong ones in a row are a person who tries her passwords. */
const FREE = 4;
const LONGEST_PAUSE: Duration = MINUTE;
/** An address that has been quiet for so long begins anew. */
const FORGOTTEN_AFTER: Duration = 15 * MINUTE;
const MOST_ADDRESSES = 1000;
/** So many checks may wait. */
const MOST_WAITING = 8;

interface Wrong {
  count: number;
  at: Time;
}

interface Waiting {
  readonly count: number;
  start(): void;
  refuse(): void;
}

export class Guesses {
  readonly #wrong = new Map<string, Wrong>();
  readonly #waiting: Waiting[] = [];
  #running = false;

  /**
   * Answers whether `check` found a guess from this address right. Throws `AppError` `throttled` without a look at it
   * while the address has to wait, or if too many checks wait already.
   */
  async judge(from: string, now: Time, check: () => Promise<boolean>): Promise<boolean> {
    const pause = this.pause(from, now);
    if (pause > 0) throw tooMany(pause);
    const wrong = this.#count(from, now);
    try {
      const right = await this.#inTurn(wrong.count, check);
      if (right) this.#wrong.delete(from);
      return right;
    } catch (error) {
      // Nobody has looked at it.
      wrong.count--;
      throw error;
    }
  }

  /** How long this address has to wait yet. */
  pause(from: string, now: Time): Duration {
    const wrong = this.#wrong.get(from);
    // A clock that was set back would make it wait for longer than was meant.
    if (wrong === undefined || wrong.count <= FREE || now < wrong.at) return 0;
    const whole = Math.min(LONGEST_PAUSE, SECOND * 2 ** (wrong.count - FREE - 1));
    return Math.max(0, wrong.at + whole - now);
  }

  #count(from: string, now: Time): Wrong {
    const before = this.#wrong.get(from);
    const fresh = before === undefined || now < before.at || now - before.at >= FORGOTTEN_AFTER;
    const wrong: Wrong = { count: fresh ? 1 : before.count + 1, at: now };
    this.#wrong.delete(from);
    this.#wrong.set(from, wrong);
    const quietest = this.#wrong.keys().next().value;
    if (this.#wrong.size > MOST_ADDRESSES && quietest !== undefined) this.#wrong.delete(quietest);
    return wrong;
  }

  async #inTurn(count: number, check: () => Promise<boolean>): Promise<boolean> {
    if (this.#running) await this.#turn(count);
    this.#running = true;
    try {
      return await check();
    } finally {
      this.#running = false;
      this.#waiting.shift()?.start();
    }
  }

  /** Resolves when it is this one's turn. */
  #turn(count: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const start = (): void => {
      // From here on, not from when the promise is looked at, or another could slip in between.
      this.#running = true;
      resolve();
    };
    const at = this.#waiting.findIndex((other) => other.count > count);
    const one = { count, start, refuse: () => reject(tooMany(SECOND)) };
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, one);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.pop()?.refuse();
    return promise;
  }
}

function tooMany(pause: Duration): AppError {
  return new AppError("throttled", "Cannot look at this now: too many wrong ones came before", {
    hint: `Wait ${Math.ceil(pause / SECOND)} seconds, then try again`,
  });
}
