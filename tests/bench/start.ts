/** From the start of the process to the first token answered. */
import { type Contender, start } from "./contender.ts";
import { compiledPeer, denoPeer, programCompiled, programFromSource } from "./contenders.ts";
import { cpuSeconds, needTools } from "./machine.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import { atMost, type Result } from "./result.ts";
import { ratios, shown, shuffled, spread } from "./statistics.ts";
import { stock } from "./stock.ts";

interface Started {
  readonly milliseconds: number;
  readonly cpu: number;
}

/** In rounds that start each once. */
export async function measureStart(count: number): Promise<Result[]> {
  needTools("taskset");
  await using twitch = serveQuickTwitch();
  using here = await stock(3);
  const hello = await compiledPeer("hello.ts", "bare server");
  const compiled = programCompiled(here, twitch);
  const pairs = [{
    title: "Start to first token, from source",
    both: [denoPeer("hello.ts", "bare server"), programFromSource(here, twitch)],
  }];
  if (hello && compiled) pairs.push({ title: "Start to first token, compiled", both: [hello, compiled] });
  const results: Result[] = [];
  for (const { title, both } of pairs) results.push(await compare(title, both, here.question, count));
  return results;
}

async function compare(
  title: string,
  contenders: readonly Contender[],
  question: string,
  count: number,
): Promise<Result> {
  const found = new Map<string, Started[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round++) {
    for (const contender of shuffled(contenders)) {
      await using running = await start(contender, question);
      found.get(contender.name)?.push({
        milliseconds: running.startedIn,
        cpu: cpuSeconds(running.pid) * 1000,
      });
    }
  }
  const of = (name: string, field: keyof Started): number[] =>
    (found.get(name) ?? []).map((one) => one[field]);
  const [bare = "", ours = ""] = contenders.map(({ name }) => name);
  const times = ratios(of(ours, "milliseconds"), of(bare, "milliseconds"));
  return {
    title,
    columns: ["server", "ms", "ms of CPU", "against bare"],
    rows: [bare, ours].map((name) => [
      ...[name, shown(spread(of(name, "milliseconds")), 0), shown(spread(of(name, "cpu")), 0)],
      shown(ratios(of(name, "milliseconds"), of(bare, "milliseconds"))),
    ]),
    goals: [atMost("time to the first token, against a bare server", times.median, 1.5)],
    data: Object.fromEntries(found),
  };
}
