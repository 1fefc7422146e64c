import { type Duration, MINUTE } from "../core/account.ts";
import type { HealthReport } from "../http/deps.ts";
import { diskStanding } from "../core/notices.ts";
import type { Roster } from "../core/roster.ts";

/** Without a beat for so long the loop is helped along. */
const FAINT: Duration = 1.5 * MINUTE;
/** Without a beat for so long something is wrong with the process. */
const STALLED: Duration = 3 * MINUTE;

/** Whether the refresh loop still turns, by a clock that does not jump. */
export class Pulse {
  readonly #roster: Roster;
  readonly #storeIsAway: () => boolean;
  #last = performance.now();

  /** `storeIsAway`: whether a database that several instances share does not answer. */
  constructor(roster: Roster, storeIsAway: () => boolean = () => false) {
    this.#roster = roster;
    this.#storeIsAway = storeIsAway;
  }

  /** The loop has begun a round. */
  beat(): void {
    this.#last = performance.now();
  }

  /** A round is overdue. */
  faint(): boolean {
    return performance.now() - this.#last > FAINT;
  }

  /** What `/healthz` says; it names no account. */
  report(): HealthReport {
    const logins = this.#roster.all();
    if (this.#roster.deps.vault.locked !== undefined) return { status: "locked" };
    if (this.#storeIsAway() || diskStanding(logins) === "on") return { status: "store" };
    if (performance.now() - this.#last > STALLED) return { status: "stalled" };
    const counts = { connected: 0, retrying: 0, needs_login: 0 };
    for (const { account } of logins) counts[account.health.state]++;
    return { status: counts.needs_login > 0 ? "attention" : "ok", logins: counts };
  }
}
