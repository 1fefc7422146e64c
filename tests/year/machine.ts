import { createHash } from "node:crypto";
import type { Duration, Time } from "../../src/core/account.ts";
import { SteadyClock } from "../../src/core/steady_clock.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A machine whose clock may be wrong, in a world whose time is not. */
export class Machine {
  readonly #clock = new FakeClock();
  #error: Duration = 0;
  /** The clock has jumped, and what is on the disk may go by how it was before. */
  unseen = false;

  /** What time it really is: Twitch goes by it. */
  get truth(): Time {
    return this.#clock.now() - this.#error;
  }

  /** By how much the wall clock is ahead. */
  get error(): Duration {
    return this.#error;
  }

  /** Sets the wall clock forward or back. */
  jump(span: Duration): void {
    this.#clock.jump(span);
    this.#error += span;
    this.unseen = true;
  }

  /** Lets time pass; it stands still until `idle` resolves. */
  advance(span: Duration, idle: () => Promise<void>): Promise<void> {
    return this.#clock.advance(span, idle);
  }

  /** The clock of a process that starts now. */
  clock(): SteadyClock {
    return new SteadyClock({
      wall: () => this.#clock.now(),
      steady: () => this.truth,
      sleep: (span, signal) => this.#clock.sleep(span, signal),
    });
  }
}

/** Digests without a thread, whose end would come at a moment that differs from run to run. */
export function digestAtOnce(): void {
  crypto.subtle.digest = (_, data) => {
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    return Promise.resolve(Uint8Array.from(createHash("sha256").update(bytes).digest()).buffer);
  };
}
