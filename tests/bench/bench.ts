/**
 * Measures what the program costs, as ratios against a limit in the same run.
 *
 *   deno task bench                     everything; takes half an hour
 *   deno task bench question memory     some parts
 *   --rounds 15                         more rounds are calmer
 *   --out dist/bench                    where the results go, as JSON and Markdown
 *
 * TOKEN_SERVER_EXECUTABLE names an executable, and TOKEN_SERVER_COMPILER the Deno that made it: then that one is measured
 * as well.
 */
import { parseArgs } from "node:util";
import { describeMachine, needMachine, needTools, takeLoadCore } from "./machine.ts";
import { markdown, type Result } from "./result.ts";

type Part = (rounds: number) => Promise<readonly Result[]>;

/** Each part is loaded when it is measured. */
const PARTS: Readonly<Record<string, Part>> = {
  question: async (rounds) => await (await import("./question.ts")).measureQuestion(rounds),
  start: async (rounds) => await (await import("./start.ts")).measureStart(rounds),
  memory: async () => await (await import("./memory.ts")).measureMemory(),
  latency: async (rounds) => [await (await import("./growth.ts")).measureLatency(rounds)],
  growth: async (rounds) => [await (await import("./growth.ts")).measureGrowth(rounds)],
  due: async () => [await (await import("./growth.ts")).measureDue()],
  day: async () => [await (await import("./day.ts")).measureDay()],
  wear: async () => [await (await import("./wear.ts")).measureWear()],
  idle: async () => [await (await import("./wear.ts")).measureIdle()],
  neighbour: async (rounds) => [await (await import("./neighbour.ts")).measureNeighbour(rounds)],
  profile: async () => await (await import("./profile.ts")).measureProfile(),
};

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { rounds: { type: "string", default: "15" }, out: { type: "string", default: "dist/bench" } },
  });
  const wanted = positionals.length > 0 ? positionals : Object.keys(PARTS);
  needMachine();
  needTools("wrk", "taskset");
  takeLoadCore();
  await Deno.mkdir(values.out, { recursive: true });
  const machine = describeMachine();
  say(machine);
  let missed = 0;
  for (const name of wanted) {
    const part = PARTS[name];
    if (part === undefined) {
      throw new Error(`Cannot measure ${name}: there are ${Object.keys(PARTS).join(", ")}`);
    }
    const results = await part(Number(values.rounds));
    const texts = results.map(markdown);
    for (const text of texts) say(`\n${text}`);
    missed += results.flatMap(({ goals }) => goals).filter(({ met }) => !met).length;
    const file = `${values.out}/${name}`;
    await Deno.writeTextFile(`${file}.json`, JSON.stringify({ machine, results }, undefined, 2));
    await Deno.writeTextFile(`${file}.md`, texts.join("\n"));
    for (const { chart } of results) if (chart !== undefined) await Deno.writeTextFile(`${file}.svg`, chart);
  }
  if (missed > 0) say(`\n${missed} goals were not met`);
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${error instanceof Error ? error.message : error}\n`));
    Deno.exit(1);
  }
}
