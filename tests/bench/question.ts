/** What a token question costs: as many as each server takes, in rounds that visit every server once. */
import { cpuSeconds } from "./machine.ts";
import { type Contender, type Running, start } from "./contender.ts";
import {
  compiledPeer,
  denoPeer,
  installNodePeers,
  nodePeer,
  programCompiled,
  programFromSource,
} from "./contenders.ts";
import { needTools } from "./machine.ts";
import { type Visit, visit } from "./load.ts";
import { serveQuickTwitch } from "./quick_twitch.ts";
import { atLeast, type Goal, type Result } from "./result.ts";
import { ratios, shown, shuffled, type Spread, spread } from "./statistics.ts";
import { type Stock, stock } from "./stock.ts";

/** What each round has shown, by the server's name. */
export type Rounds = ReadonlyMap<string, readonly Visit[]>;

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

async function contenders(
  stock: Stock,
  twin: Stock,
  twitch: Parameters<typeof programFromSource>[1],
): Promise<Contender[]> {
  const id = stock.ids[0] ?? "";
  const compiled = programCompiled(twin, twitch);
  const limits = compiled && [
    await compiledPeer("bare_url.ts", NAMES.url + COMPILED),
    await compiledPeer("bare_reading.ts", NAMES.reading + COMPILED),
    compiled,
  ];
  await installNodePeers();
  return [
    denoPeer("bare_url.ts", NAMES.url),
    denoPeer("bare_reading.ts", NAMES.reading),
    programFromSource(stock, twitch),
    ...(limits ?? []).filter((one) => one !== undefined),
    denoPeer("hono_alone.ts", "Hono alone", id),
    nodePeer("express_memory.cjs", "Node + Express, tokens in memory", id),
    nodePeer("express_sqlite.cjs", "Node + Express + SQLite", id),
    nodePeer("express_encrypted_file.cjs", NAMES.express, id),
  ];
}

const COMPILED = ", compiled";
/** The rows that goals look at. */
export const NAMES = {
  url: "bare Deno.serve, reads the URL",
  reading: "bare Deno.serve, reads what we read",
  ours: "this program",
  express: "Node + Express + encrypted file",
} as const;

/** The whole comparison. */
export async function measureQuestion(count: number): Promise<Result> {
  needTools("wrk", "taskset", "node", "npm");
  await using twitch = serveQuickTwitch();
  using here = await stock(ACCOUNTS);
  using twin = await stock(ACCOUNTS);
  await using running = new AsyncDisposableStack();
  const servers: Running[] = [];
  for (const contender of await contenders(here, twin, twitch)) {
    const question = contender.name.endsWith(COMPILED) ? twin.question : here.question;
    servers.push(running.use(await start(contender, question)));
  }
  const asked = { ...twitch.asked };
  const visits = await rounds(servers, count, 1);
  const rows = servers.map(({ name }) => rowOf(name, visits));
  return {
    title: "The token question",
    columns: ["server", "against the limit", "against the URL alone", "CPU µs", "questions/s"],
    rows: rows.map(({ name, limit, url, cpu, perSecond }) => [
      ...[name, shown(limit), shown(url), shown(cpu, 1), Math.round(perSecond.median).toLocaleString("en")],
    ]),
    goals: goalsOf(visits),
    data: { rounds: count, rows, asked, cpuOfOurs: cpuSeconds(servers[2]?.pid ?? 0) },
  };
}

interface Row {
  readonly name: string;
  readonly limit: Spread;
  readonly url: Spread;
  readonly cpu: Spread;
  readonly perSecond: Spread;
}

/** A compiled server is held against compiled limits. */
function rowOf(name: string, visits: Rounds): Row {
  const like = name.endsWith(COMPILED) ? COMPILED : "";
  const of = (which: string, field: keyof Visit): number[] =>
    (visits.get(which) ?? []).map((one) => one[field]);
  const mine = of(name, "perSecond");
  return {
    name,
    limit: ratios(mine, of(NAMES.reading + like, "perSecond")),
    url: ratios(mine, of(NAMES.url + like, "perSecond")),
    cpu: spread(of(name, "cpuPerRequest")),
    perSecond: spread(mine),
  };
}

function goalsOf(visits: Rounds): Goal[] {
  return [NAMES.ours, NAMES.ours + COMPILED].filter((name) => visits.has(name)).flatMap((name) => {
    const { limit, url } = rowOf(name, visits);
    const express = (visits.get(NAMES.express) ?? []).map(({ perSecond }) => perSecond);
    const times = ratios((visits.get(name) ?? []).map(({ perSecond }) => perSecond), express);
    return [
      atLeast(`${name}: against the server that reads the same`, limit.median, 0.95),
      atLeast(`${name}: against the one that reads the URL alone`, url.median, 0.88),
      atLeast(`${name}: against Express with an encrypted file`, times.median, 10, "", 1),
    ];
  });
}
