/**
 * Notices when something has become much dearer: ratios of the same run, with bounds so wide that a busy machine does not
 * cross them. What crosses one is measured once more before it counts.
 */
import { start } from "./contender.ts";
import { denoPeer, programFromSource } from "./contenders.ts";
import { needMachine, needTools, takeLoadCore } from "./machine.ts";
import { LIMIT, OURS, rounds } from "./question.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import { measureStart } from "./start.ts";
import { ratios } from "./statistics.ts";
import { stock } from "./stock.ts";
import { measureWear } from "./wear.ts";

const ROUNDS = 9;

/** What is watched: a number, and what it may be at most. */
interface Bound {
  readonly what: string;
  readonly most: number;
  measure(): Promise<number>;
}

const BOUNDS: readonly Bound[] = [
  { what: "CPU time of a question against the bare server", most: 1.5, measure: questionCost },
  { what: "time to the first token against a bare server", most: 6, measure: startCost },
  { what: "KiB that a refresh writes", most: 40, measure: async () => await wear(0) },
  { what: "syncs of a refresh", most: 3, measure: async () => await wear(1) },
];

async function questionCost(): Promise<number> {
  await using twitch = serveQuickTwitch();
  using here = await stock(3);
  await using limit = await start(denoPeer("bare_reading.ts", LIMIT), here.question);
  await using ours = await start(programFromSource(here, twitch), here.question);
  const visits = await rounds([limit, ours], ROUNDS, 1);
  const cost = (name: string): number[] => (visits.get(name) ?? []).map(({ cpuPerRequest }) => cpuPerRequest);
  return ratios(cost(OURS), cost(LIMIT)).median;
}

async function startCost(): Promise<number> {
  const [fromSource] = await measureStart(ROUNDS);
  return fromSource?.goals[0]?.value ?? NaN;
}

async function wear(goal: number): Promise<number> {
  return (await measureWear()).goals[goal]?.value ?? NaN;
}

if (import.meta.main) {
  needMachine();
  needTools("wrk", "taskset", "strace");
  takeLoadCore();
  let crossed = 0;
  for (const { what, most, measure } of BOUNDS) {
    let value = await measure();
    if (!(value <= most)) value = await measure();
    const isWell = value <= most;
    if (!isWell) crossed++;
    const line = `${isWell ? "ok     " : "CROSSED"} ${what}: ${value.toFixed(2)}, at most ${most}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(line));
  }
  Deno.exit(crossed === 0 ? 0 : 1);
}
