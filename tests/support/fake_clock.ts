import { setImmediate } from "node:timers";
import type { Duration, Time } from "../../src/core/account.ts";
import type { Clock } from "../../src/core/ports.ts";

/** When the fake clock starts, unless told otherwise. */
export const START: Time = Date.UTC(2026, 2, 14, 18, 0, 0);

interface Sleeper {
  readonly due: Duration;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. The wall may jump without anybody's sleep ending. */
export class FakeClock implements Clock {
  #wall: Time;
  #running: Duration = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start: Time = START) {
    this.#wall = start;
    countDigests();
  }

  now(): Time {
    return this.#wall;
  }

  sleep(span: Duration, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = {
      due: this.#running + span,
      wake: () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", sleeper.wake);
        resolve();
      },
    };
    this.#sleepers.add(sleeper);
    signal?.addEventListener("abort", sleeper.wake);
    if (signal?.aborted) sleeper.wake();
    return promise;
  }

  /** How many sleep at the moment. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /**
   * Moves time by `span`, waking those whose sleep is over in the order in which it ends; each runs on until it waits,
   * which is when `idle` resolves.
   */
  async advance(span: Duration, idle: () => Promise<void> = settled): Promise<void> {
    const target = this.#running + span;
    await idle();
    for (let next = this.#first(target); next !== undefined; next = this.#first(target)) {
      this.#moveTo(next.due);
      next.wake();
      await idle();
    }
    this.#moveTo(target);
  }

  /** Sets the wall clock forward (or back): what a time server does to a Pi. */
  jump(span: Duration): void {
    this.#wall += span;
  }

  #first(target: Duration): Sleeper | undefined {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.due <= target);
    return due.toSorted((left, right) => left.due - right.due)[0];
  }

  #moveTo(running: Duration): void {
    this.#wall += Math.max(0, running - this.#running);
    this.#running = Math.max(running, this.#running);
  }
}

let digestsUnderWay = 0;
let counted = false;

/** Digests are the one thing in core that neither a fake nor a microtask does: counted, so that `settled` can wait. */
function countDigests(): void {
  if (counted) return;
  counted = true;
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  crypto.subtle.digest = async (...input: Parameters<typeof digest>) => {
    digestsUnderWay++;
    try {
      return await digest(...input);
    } finally {
      digestsUnderWay--;
    }
  };
}

/** Resolves when everything that can run without the clock moving has run. */
export async function settled(): Promise<void> {
  do {
    await new Promise<void>((resolve) => setImmediate(resolve));
  } while (digestsUnderWay > 0);
}
