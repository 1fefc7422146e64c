/** The real program from source, whose leases end sooner than those of users. */
import type { LeaseTimes } from "../../src/store/postgres/leases.ts";
import { HURRIED, hurry } from "./hurried_times.ts";
import { fromSource, type Make } from "./real_program.ts";

/** How it is started. */
export function hurriedProgram(times: LeaseTimes = HURRIED): Make {
  const source = fromSource();
  const main = new URL("hurried_main.ts", import.meta.url).pathname;
  return {
    ...source,
    name: "source in a hurry",
    args: [...source.args.slice(0, -1), main],
    env: { ...source.env, ...hurry(times) },
  };
}
