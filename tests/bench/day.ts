/**
 * A day of five accounts at full speed: the real store, vault and Twitch client, a clock that does not wait, a Twitch with
 * faults, and a Companion that asks for each account. Run in a process of its own, whose accounting is what is measured;
 * the simulated Twitch is in it, so the CPU time is a little too high.
 */
import { HOUR } from "../../src/core/account.ts";
import { CONFIDENTIAL_CLIENT } from "../support/simulated_twitch/options.ts";
import { House } from "../year/house.ts";
import { bytesWritten, cpuSeconds } from "./machine.ts";
import { atMost, type Result } from "./result.ts";

const DAYS = 2;
const PLAN = {
  ...{ client: CONFIDENTIAL_CLIENT, accounts: 5, days: DAYS, seed: 1, life: undefined },
  trouble: { refresh: 100, validate: 50, deaths: 0, perMonth: 0, outagesPerMonth: 15, longestOutage: HOUR },
} as const;

interface Lived {
  readonly cpu: number;
  readonly bytes: number;
  readonly refreshes: number;
  readonly validations: number;
  readonly questions: number;
  readonly unanswered: number;
  readonly faults: number;
}

async function live(): Promise<Lived> {
  const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
  const house = new House({ ...PLAN, dataDir });
  try {
    const before = [cpuSeconds(Deno.pid), bytesWritten(Deno.pid)] as const;
    await house.live();
    const { report, wire, sim, weather: { hits } } = house;
    const faults = [...hits.refresh.values(), ...hits.validate.values()].reduce((sum, one) => sum + one, 0);
    return {
      cpu: cpuSeconds(Deno.pid) - before[0],
      bytes: bytesWritten(Deno.pid) - before[1],
      ...{ refreshes: wire.sends, validations: sim.counters.requests.validate, faults },
      ...{ questions: report.questions, unanswered: report.unanswered },
    };
  } finally {
    house.end();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** One day, the mean of `DAYS`. */
export async function measureDay(): Promise<Result> {
  const root = new URL("../../", import.meta.url).pathname;
  const imports = [`--lock=${root}tests/deno.lock`, `--import-map=${root}tests/import_map.json`];
  const args = ["run", "--frozen", "--cached-only", ...imports, "-A", import.meta.url];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`Cannot live through a day: ${new TextDecoder().decode(stderr)}`);
  const lived: Lived = JSON.parse(new TextDecoder().decode(stdout));
  const aDay = (count: number, digits = 0): string => (count / DAYS).toFixed(digits);
  return {
    title: "A simulated day of five accounts, with faults",
    columns: ["what", "in a day"],
    rows: [
      ["CPU time, the simulation's own with it", `${aDay(lived.cpu, 1)} s`],
      ["written to the disk", `${aDay(lived.bytes / 1024)} KiB`],
      ["refreshes sent to Twitch", aDay(lived.refreshes)],
      ["validations sent to Twitch", aDay(lived.validations)],
      ["faults on the way", aDay(lived.faults)],
      ["questions, and those without a token", `${aDay(lived.questions)}, ${aDay(lived.unanswered)}`],
    ],
    goals: [atMost("questions without a token", lived.unanswered, 0, "", 0)],
    data: lived,
  };
}

if (import.meta.main) {
  const lived = await live();
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(lived)));
  Deno.exit(0);
}
