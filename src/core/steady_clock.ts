import { type Duration, MINUTE, type Time } from "./account.ts";
import type { Clock } from "./ports.ts";

/** The machine's two clocks: one that can be set, and one that only runs on. */
export interface RawClock {
  wall(): Time;
  /** Milliseconds since some moment; never set. */
  steady(): Duration;
  sleep: Clock["sleep"];
}

/** The wall clock and the steady one may differ by so much before it counts as a jump. */
const JUMP: Duration = MINUTE;
/** A reading that the wall clock puts so soon after one that was compared is not compared itself: that costs a question most. */
const SOON: Duration = 100;

/**
 * The time of day, and notice of its jumps. A Pi without a battery starts in the past and is set when the network comes
 * up; a laptop wakes hours later. `onJump` is called before the first reading after a jump is answered, so nobody takes
 * a token for expired, or for good, by a clock that was wrong a moment ago.
 */
export class SteadyClock implements Clock {
  readonly #raw: RawClock;
  #offset: Duration;
  #compared: Time;
  /** By how much the wall clock went ahead of the steady one, or back. */
  onJump: (jump: Duration) => void = () => {};

  constructor(raw: RawClock) {
    this.#raw = raw;
    this.#compared = raw.wall();
    this.#offset = this.#compared - raw.steady();
  }

  now(): Time {
    const wall = this.#raw.wall();
    if (wall >= this.#compared && wall < this.#compared + SOON) return wall;
    this.#compared = wall;
    const drift = wall - this.#raw.steady() - this.#offset;
    if (drift !== 0) {
      this.#offset += drift;
      if (Math.abs(drift) > JUMP) this.onJump(drift);
    }
    return wall;
  }

  sleep(span: Duration, signal?: AbortSignal): Promise<void> {
    return this.#raw.sleep(span, signal);
  }
}
