/** What a neighbour on the same core loses by the program: Node at work, while the program idles and while it is stopped. */
import { start } from "./contender.ts";
import { programCompiled, programFromSource } from "./contenders.ts";
import { CORES, cpuSeconds, needTools } from "./machine.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import { atLeast, type Result } from "./result.ts";
import { ratios, shown, spread } from "./statistics.ts";
import { stock } from "./stock.ts";
import { until } from "./wear.ts";

const ACCOUNTS = 5;
/** Each half of a round; the whole of the rounds has whole minutes, with the job of each. */
const SECONDS = 5;

/** Prints how many digests it has made in each span that it is told to work. */
const NEIGHBOUR = `
const { createHash } = require("node:crypto");
require("node:readline").createInterface({ input: process.stdin }).on("line", (seconds) => {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  while (performance.now() < end) { createHash("sha256").update("a companion at work").digest(); count++; }
  console.log(count);
});`;

/** Ratios of work done beside the idle program to work done beside the stopped one. */
export async function measureNeighbour(count: number): Promise<Result> {
  needTools("taskset", "node");
  await using twitch = serveQuickTwitch();
  using here = await stock(ACCOUNTS);
  const contender = programCompiled(here, twitch) ?? programFromSource(here, twitch);
  await using running = await start(contender, here.question);
  await until(() => twitch.asked.validate >= ACCOUNTS);
  const node = new Deno.Command("taskset", {
    args: ["-c", String(CORES.server), "node", "-e", NEIGHBOUR],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = node.stdin.getWriter();
  const output = node.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const work = async (): Promise<number> => {
    await input.write(new TextEncoder().encode(`${SECONDS}\n`));
    return Number((await output.read()).value);
  };
  await work();
  const [beside, alone]: [number[], number[]] = [[], []];
  const before = cpuSeconds(running.pid);
  for (let round = 0; round < count; round++) {
    const halves = [async () => void beside.push(await work()), async () => {
      running.signal("SIGSTOP");
      alone.push(await work());
      running.signal("SIGCONT");
    }];
    for (const half of round % 2 === 0 ? halves : halves.toReversed()) await half();
  }
  // Stopped it takes nothing, so all of this was while Node worked beside it.
  const taken = (cpuSeconds(running.pid) - before) / (count * SECONDS) * 100;
  await input.close();
  await node.status;
  await output.cancel();
  const kept = ratios(beside, alone);
  return {
    title: "A neighbour on the same core",
    columns: ["Node beside", "digests in a span"],
    rows: [
      ["the program at rest", shown(spread(beside), 0)],
      ["the program stopped", shown(spread(alone), 0)],
      ["ratio", shown(kept, 4)],
      ["what the program took of the core meanwhile", `${taken.toFixed(3)} %`],
    ],
    goals: [atLeast("what Node keeps", kept.median * 100, 99, " %", 1)],
    data: { beside, alone, taken },
  };
}
