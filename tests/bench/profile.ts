/** Where the time of a token question goes: a CPU profile of the program under load, summed up by function. */
import { cpuProfile } from "./cpu_profile.ts";
import { type Contender, start } from "./contender.ts";
import { denoPeer, programFromSource } from "./contenders.ts";
import { visit } from "./load.ts";
import { needTools } from "./machine.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import type { Result } from "./result.ts";
import { stock } from "./stock.ts";

const SECONDS = 8;
const SHOWN = 22;

/** The program and the limit, one after the other. */
export async function measureProfile(): Promise<Result[]> {
  needTools("wrk", "taskset");
  await using twitch = serveQuickTwitch();
  using here = await stock(3);
  const results: Result[] = [];
  for (const contender of [denoPeer("bare_reading.ts", "the limit"), programFromSource(here, twitch)]) {
    results.push(await profileOf(contender, here.question));
  }
  return results;
}

async function profileOf(contender: Contender, question: string): Promise<Result> {
  const folder = await Deno.makeTempDir({ prefix: "bench-" });
  const [run = "run", ...rest] = contender.args;
  const args = [run, "--cpu-prof", `--cpu-prof-dir=${folder}`, ...rest];
  let requests = 0;
  {
    await using running = await start({ ...contender, args }, question);
    requests = (await visit(running, SECONDS)).requests;
    await running.stop();
  }
  const costs = await cpuProfile(folder);
  await Deno.remove(folder, { recursive: true });
  return {
    title: `CPU profile: ${contender.name}`,
    columns: ["function", "where", "ns a question"],
    rows: costs.slice(0, SHOWN).map(({ name, where, microseconds }) => [
      ...[name, where, Math.round(microseconds * 1000 / requests).toString()],
    ]),
    goals: [],
    data: { requests, costs: costs.slice(0, 60) },
  };
}
