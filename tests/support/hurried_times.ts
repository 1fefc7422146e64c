/**
 * Leases that end sooner than those of users. The invariant that margins hold for them holds here too: no request to the
 * simulated Twitch may take longer than `margin`.
 */
import type { LeaseTimes } from "../../src/store/postgres/leases.ts";

/** For tests whose Twitch answers at once: another instance takes over after three seconds. */
export const HURRIED: LeaseTimes = { duration: 3000, renewEach: 300, margin: 1500 };
/** As hurried as can be with a Twitch that may take its full 10 s. */
export const CAREFUL: LeaseTimes = { duration: 16_000, renewEach: 1000, margin: 12_000 };

/** What `hurried_main.ts` needs of the environment. */
export function hurry(times: LeaseTimes): Readonly<Record<string, string>> {
  return { HURRIED_LEASE: JSON.stringify(times) };
}
