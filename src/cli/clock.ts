import { SteadyClock } from "../core/steady_clock.ts";

/** The longest span that a timer of the runtime can take: 2^31 - 1 ms, about 24 days. */
const LONGEST = 2_147_483_647;

/** The machine's clock. `sleep` runs on the runtime's timers, which are monotonic. */
export function systemClock(): SteadyClock {
  return new SteadyClock({ wall: () => Date.now(), steady: () => performance.now(), sleep });
}

function sleep(span: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(span, LONGEST));
    signal?.addEventListener("abort", end);
  });
}
