import { MINUTE, SECOND } from "../core/account.ts";
import { doubtTimes, newestTime } from "../core/doubt.ts";
import { SteadyClock } from "../core/steady_clock.ts";
import type { Program } from "./program.ts";
import { MADE_AT } from "./version.ts";

/** Says what at the start is not as it should be and keeps nothing from running, and watches the clock from then on. */
export function warnAtStart(program: Program): void {
  for (const warning of program.config.warnings) program.deps.log.warn(warning);
  warnOfRuntime(program);
  watchClock(program);
}

/** A clock that is wrong ends no login: where it was, `/validate` is asked instead. */
function watchClock({ deps, roster, refresher }: Program): void {
  const { clock, log } = deps;
  const earliest = Math.max(MADE_AT, newestTime(roster) - MINUTE);
  if (clock.now() < earliest) {
    log.warn("the clock of this machine is wrong", { atLeast: new Date(earliest).toISOString() });
    doubtTimes(roster);
  }
  if (!(clock instanceof SteadyClock)) return;
  clock.onJump = (jump) => {
    log.warn("the clock of this machine has jumped", { seconds: Math.round(jump / SECOND) });
    doubtTimes(roster);
    refresher.due();
  };
}

function warnOfRuntime({ deps }: Program): void {
  if (deps.twitch.sendsOnce) return;
  deps.log.warn("this version of Deno may send a request twice, so apps without a secret are not refreshed", {
    deno: Deno.version.deno,
    use: "Deno 2.9.6 or newer",
  });
}
