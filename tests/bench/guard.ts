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

/** What is watched: numbers, and what each may be at most. */
interface Watched {
  readonly bounds: readonly (readonly [what: string, most: number])[];
  measure(): Promise<readonly number[]>;
}

const WATCHED: readonly Watched[] = [
  { bounds: [["CPU time of a question against the bare server", 1.5]], measure: questionCost },
  { bounds: [["time to the first token against a bare server", 6]], measure: startCost },
  { bounds: [["KiB that a refresh writes", 40], ["syncs of a refresh", 3]], measure: wear },
];

async function questionCost(): Promise<number[]> {
  await using twitch = serveQuickTwitch();
  using here = await stock(3);
  await using limit = await start(denoPeer("bare_reading.ts", LIMIT), here.question);
  await using ours = await start(programFromSource(here, twitch), here.question);
  const visits = await rounds([limit, ours], ROUNDS, 1);
  const cost = (name: string): number[] => (visits.get(name) ?? []).map(({ cpuPerRequest }) => cpuPerRequest);
  return [ratios(cost(OURS), cost(LIMIT)).median];
}

async function startCost(): Promise<number[]> {
  const [fromSource] = await measureStart(ROUNDS);
  return [fromSource?.goals[0]?.value ?? NaN];
}

async function wear(): Promise<number[]> {
  return (await measureWear()).goals.map(({ value }) => value);
}

if (import.meta.main) {
  needMachine();
  needTools("wrk", "taskset", "strace");
  takeLoadCore();
  let crossed = 0;
  for (const { bounds, measure } of WATCHED) {
    const isWell = (values: readonly number[]): boolean[] =>
      bounds.map(([, most], at) => (values[at] ?? NaN) <= most);
    let values = await measure();
    if (isWell(values).includes(false)) values = await measure();
    for (const [at, [what, most]] of bounds.entries()) {
      const word = isWell(values)[at] ? "ok     " : "CROSSED";
      if (word === "CROSSED") crossed++;
      const line = `${word} ${what}: ${values[at]?.toFixed(2)}, at most ${most}\n`;
      Deno.stdout.writeSync(new TextEncoder().encode(line));
    }
  }
  Deno.exit(crossed === 0 ? 0 : 1);
}
