/**
 * The brake on guessing. Each address may be wrong a few times, then it waits, longer each time and never more than a
 * minute. Checks that cost memory and seconds run one at a time, those of addresses that were least often wrong first:
 * whoever types the right password does not stand in line behind a machine that tries thousands.
 *
 * A guess counts before it is checked and is taken back if it was right, so that many at once are no way around. Where
 * several processes share a store they count together.
 */
import { type Duration, MINUTE, SECOND, type Time } from "./account.ts";
import { AppError, storeRefuses } from "./error.ts";
import type { Shared, WrongGuesses } from "./shared.ts";

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

type Count = Pick<Shared, "countWrong" | "wrong" | "forgetWrong">;

export class Guesses {
  readonly #shared: Count | undefined;
  readonly #wrong = new Map<string, Wrong>();
  readonly #waiting: Waiting[] = [];
  #running = false;

  constructor(shared?: Count) {
    this.#shared = shared;
  }

  /**
   * Answers whether `check` found a guess from this address right. Throws `AppError` `throttled` without a look at it
   * while the address has to wait, or if too many checks wait already.
   */
  async judge(from: string, now: Time, check: () => Promise<boolean>): Promise<boolean> {
    const pause = this.pause(from, now);
    if (pause > 0) throw tooMany(pause);
    const wrong = this.#count(from, now);
    try {
      await this.#countTogether(from);
      const right = await this.#inTurn(wrong.count, check);
      if (right) await this.#forget(from);
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
    return Math.max(0, wrong.at + wholePause(wrong.count) - now);
  }

  /**
   * Throws `AppError` `throttled` if the address has to wait for what it guessed elsewhere. While the store is away each
   * process counts for itself: that night its owner must get in.
   */
  async #countTogether(from: string): Promise<void> {
    try {
      if (this.#shared !== undefined) await countIn(this.#shared, from);
    } catch (error) {
      if (!storeRefuses(error)) throw error;
    }
  }

  async #forget(from: string): Promise<void> {
    this.#wrong.delete(from);
    await this.#shared?.forgetWrong(from).catch((error) => {
      if (!storeRefuses(error)) throw error;
    });
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

async function countIn(shared: Count, from: string): Promise<void> {
  const before = pauseAfter(await shared.wrong(from));
  if (before > 0) throw tooMany(before);
  const { count, ago } = await shared.countWrong(from, FORGOTTEN_AFTER);
  // Others may have guessed since the look.
  const pause = pauseAfter({ count: count - 1, ago });
  if (pause > 0) throw tooMany(pause);
}

function wholePause(count: number): Duration {
  return Math.min(LONGEST_PAUSE, SECOND * 2 ** (count - FREE - 1));
}

function pauseAfter(wrong: WrongGuesses | undefined): Duration {
  if (wrong?.ago === undefined || wrong.count <= FREE || wrong.ago >= FORGOTTEN_AFTER) return 0;
  return Math.max(0, wholePause(wrong.count) - wrong.ago);
}

function tooMany(pause: Duration): AppError {
  return new AppError("throttled", "Cannot look at this now: too many wrong ones came before", {
    hint: `Wait ${Math.ceil(pause / SECOND)} seconds, then try again`,
  });
}
