/** What the program keeps in memory: after its start, after a million answers, and with ten thousand accounts. */
import { type Contender, type Running, start } from "./contender.ts";
import { compiledPeer, denoPeer, programCompiled, programFromSource } from "./contenders.ts";
import { visit } from "./load.ts";
import { memoryOf, needTools } from "./machine.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import { atMost, type Goal, type Result } from "./result.ts";
import { type Stock, stock } from "./stock.ts";

const ANSWERS = 1_000_000;
const STEPS = 5;
const MANY = 10_000;
const SECONDS = 3;

interface Kept {
  readonly name: string;
  /** After the start, and after each fifth of the answers. In MB. */
  readonly resident: readonly number[];
}

/** From source, and compiled where there is an executable. */
export async function measureMemory(): Promise<Result[]> {
  needTools("wrk", "taskset");
  await using twitch = serveQuickTwitch();
  using few = await stock(3);
  using many = await stock(MANY);
  const results: Result[] = [];
  const fromSource = (place: Stock): Contender => programFromSource(place, twitch);
  results.push(
    await compare("Memory, from source", denoPeer("bare_reading.ts", "bare server"), [few, many], fromSource),
  );
  const bare = await compiledPeer("bare_reading.ts", "bare server");
  if (bare !== undefined && programCompiled(few, twitch) !== undefined) {
    const compiled = (place: Stock): Contender => programCompiled(place, twitch) ?? fromSource(place);
    results.push(await compare("Memory, compiled", bare, [few, many], compiled));
  }
  return results;
}

async function compare(
  title: string,
  bare: Contender,
  [few, many]: readonly [Stock, Stock],
  program: (place: Stock) => Contender,
): Promise<Result> {
  const limit = await keptBy(bare, few);
  const ours = await keptBy(program(few), few);
  const loaded = await afterStart(program(many), many);
  const [before = 0] = ours.resident;
  const goals: Goal[] = [
    atMost("after the start, against bare", before / (limit.resident[0] ?? 0), 1.25),
    atMost(
      "after 1,000,000 answers, against bare",
      (ours.resident.at(-1) ?? 0) / (limit.resident.at(-1) ?? 0),
      1.25,
    ),
    atMost(
      "growth from 400,000 to 1,000,000 answers",
      (ours.resident.at(-1) ?? 0) - (ours.resident[2] ?? 0),
      1,
      " MB",
      1,
    ),
    atMost("10,000 accounts more", loaded - before, 40, " MB", 0),
  ];
  return {
    title,
    columns: [
      "server",
      "after the start, MB",
      ...Array.from({ length: STEPS }, (_, step) => `${(step + 1) / STEPS} M`),
    ],
    rows: [limit, ours, { name: "with 10,000 accounts", resident: [loaded] }].map(({ name, resident }) => [
      ...[name, ...resident.map((size) => size.toFixed(1))],
    ]),
    goals,
    data: { limit, ours, loaded },
  };
}

async function keptBy(contender: Contender, { question }: Stock): Promise<Kept> {
  await using running = await start(contender, question);
  await settle();
  const resident = [memoryOf(running.pid).resident];
  for (let step = 0; step < STEPS; step++) {
    await answer(running, ANSWERS / STEPS);
    resident.push(memoryOf(running.pid).resident);
  }
  return { name: contender.name, resident };
}

async function answer(running: Running, count: number): Promise<void> {
  for (let left = count; left > 0;) left -= (await visit(running, left > 100_000 ? SECONDS : 1)).requests;
}

async function afterStart(contender: Contender, { question }: Stock): Promise<number> {
  await using running = await start(contender, question);
  await settle();
  return memoryOf(running.pid).resident;
}

/** What a start leaves to do, such as the first look at Twitch, is done by then. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 4000));
}
