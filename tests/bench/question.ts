/** What a token question costs: as many as each server takes, in rounds that visit every server once. */
import { barChart } from "./chart.ts";
import { type Contender, type Running, start } from "./contender.ts";
import {
  compiledPeer,
  denoPeer,
  installNodePeers,
  nodePeer,
  programCompiled,
  programFromSource,
} from "./contenders.ts";
import { type Visit, visit } from "./load.ts";
import { needTools } from "./machine.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import { atLeast, type Goal, type Result } from "./result.ts";
import { ratios, shown, shuffled, type Spread, spread } from "./statistics.ts";
import { type Stock, stock } from "./stock.ts";

/** What each round has shown, by the server's name. */
export type Rounds = ReadonlyMap<string, readonly Visit[]>;

export const URL_ALONE = "bare Deno.serve, reads the URL";
export const LIMIT = "bare Deno.serve, reads what we read";
export const OURS = "this program";
export const EXPRESS = "Node + Express + encrypted file";
const ACCOUNTS = 3;
const WARM_UP = 2;

/** Visits every server once a round, each round in another order. */
export async function rounds(servers: readonly Running[], count: number, seconds: number): Promise<Rounds> {
  const visits = new Map<string, Visit[]>(servers.map(({ name }) => [name, []]));
  for (const server of servers) await visit(server, WARM_UP);
  for (let round = 0; round < count; round++) {
    for (const server of shuffled(servers)) visits.get(server.name)?.push(await visit(server, seconds));
  }
  return visits;
}

/** From source, compiled where there is an executable, and what people would otherwise build: each in rounds of its own. */
export async function measureQuestion(count: number): Promise<Result[]> {
  needTools("wrk", "taskset", "node", "npm");
  await using twitch = serveQuickTwitch();
  using here = await stock(ACCOUNTS);
  const id = here.ids[0] ?? "";
  const compiled = programCompiled(here, twitch);
  const limit = denoPeer("bare_reading.ts", LIMIT);
  const results: Result[] = [
    await compare("The token question, from source", here, count, [
      ...[denoPeer("bare_url.ts", URL_ALONE), limit, programFromSource(here, twitch)],
    ]),
  ];
  if (compiled !== undefined) {
    const limits = [
      await compiledPeer("bare_url.ts", URL_ALONE),
      await compiledPeer("bare_reading.ts", LIMIT),
    ];
    const all = [...limits, compiled].filter((one) => one !== undefined);
    results.push(await compare("The token question, compiled", here, count, all));
  }
  await installNodePeers();
  const others = [
    denoPeer("hono_alone.ts", "Hono alone", id),
    nodePeer("express_memory.cjs", "Node + Express, tokens in memory", id),
    nodePeer("express_sqlite.cjs", "Node + Express + SQLite", id),
    nodePeer("express_encrypted_file.cjs", EXPRESS, id),
  ];
  const all = [limit, compiled ?? programFromSource(here, twitch), ...others];
  results.push(await compare("The token question, and what else there is", here, Math.ceil(count / 2), all));
  return results;
}

async function compare(
  title: string,
  { question }: Stock,
  count: number,
  contenders: readonly Contender[],
): Promise<Result> {
  await using running = new AsyncDisposableStack();
  const servers: Running[] = [];
  for (const contender of contenders) servers.push(running.use(await start(contender, question)));
  const visits = await rounds(servers, count, 1);
  const rows = servers.map(({ name }) => rowOf(name, visits));
  return {
    title,
    columns: ["server", "against the limit", "by CPU time", "CPU µs", "questions/s"],
    rows: rows.map(({ name, perSecond, cpu, cpuTime, rate }) => [
      ...[
        name,
        shown(perSecond),
        shown(cpu),
        shown(cpuTime, 1),
        Math.round(rate.median).toLocaleString("en"),
      ],
    ]),
    goals: goalsOf(visits),
    chart: barChart(
      "CPU time of one token question",
      "µs",
      rows.map(({ name, cpuTime }) => ({ name, value: cpuTime.median, isOurs: name.startsWith(OURS) })),
    ),
    data: { rounds: count, rows },
  };
}

interface Row {
  readonly name: string;
  /** Against the limit, by what was answered in a second, and by what was answered in a second of CPU time. */
  readonly perSecond: Spread;
  readonly cpu: Spread;
  readonly cpuTime: Spread;
  readonly rate: Spread;
}

function rowOf(name: string, visits: Rounds): Row {
  const of = (which: string, field: keyof Visit): number[] =>
    (visits.get(which) ?? []).map((one) => one[field]);
  return {
    name,
    perSecond: ratios(of(name, "perSecond"), of(LIMIT, "perSecond")),
    cpu: ratios(of(LIMIT, "cpuPerRequest"), of(name, "cpuPerRequest")),
    cpuTime: spread(of(name, "cpuPerRequest")),
    rate: spread(of(name, "perSecond")),
  };
}

/**
 * Goals are judged by CPU time: the server has its core to itself, so this is what it can answer in a second, and a
 * machine that does other things as well does not change it much.
 */
function goalsOf(visits: Rounds): Goal[] {
  const ours = [...visits.keys()].find((name) => name.startsWith(OURS)) ?? OURS;
  const cost = (name: string): number[] => (visits.get(name) ?? []).map(({ cpuPerRequest }) => cpuPerRequest);
  const goal = (other: string, least: number, digits = 2): Goal[] => {
    if (!visits.has(other)) return [];
    return [atLeast(`against ${other}`, ratios(cost(other), cost(ours)).median, least, "", digits)];
  };
  const isLast = visits.has(EXPRESS);
  return isLast ? goal(EXPRESS, 10, 1) : [...goal(LIMIT, 0.95), ...goal(URL_ALONE, 0.88)];
}
