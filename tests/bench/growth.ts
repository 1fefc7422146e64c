/** What more accounts cost: questions, the minute's round, the start; and a thousand refreshes due in one minute. */
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { type Contender, type Running, start } from "./contender.ts";
import { denoPeer, programFromSource } from "./contenders.ts";
import { pace } from "./load.ts";
import { memoryOf, needTools } from "./machine.ts";
import { LIMIT, OURS, type Rounds, rounds } from "./question.ts";
import { type QuickTwitch, serveQuickTwitch } from "./quick_twitch.ts";
import { atLeast, atMost, type Result } from "./result.ts";
import { timeRounds } from "./round_time.ts";
import { quantile, ratios, shown, spread } from "./statistics.ts";
import { type Stock, stock } from "./stock.ts";
import { until } from "./wear.ts";

const SIZES = [10, 1000, 10_000] as const;
const STARTS = 3;
const DUE = 1000;
const LATENCY = 100;
/** `LANES` of src/core/refresher.ts. */
const CONCURRENCY = 8;
const RATE = 200;

interface Size {
  readonly count: number;
  readonly started: readonly number[];
  readonly round: number;
  readonly memory: number;
}

/** Three sizes side by side. */
export async function measureGrowth(count: number): Promise<Result> {
  needTools("wrk", "taskset");
  await using twitch = serveQuickTwitch();
  await using running = new AsyncDisposableStack();
  const servers: Running[] = [];
  const sizes: Size[] = [];
  for (const size of SIZES) {
    const place = running.use(await disposedLate(size));
    const started = await startTimes(programFromSource(place, twitch), place);
    const round = await timeRounds(place, twitch);
    const validated = twitch.asked.validate;
    const contender = { ...programFromSource(place, twitch), name: `${size} accounts` };
    const server = running.use(await start(contender, place.question));
    servers.push(server);
    await until(() => twitch.asked.validate >= validated + size);
    sizes.push({ count: size, started, round, memory: memoryOf(server.pid).resident });
  }
  const visits = await rounds(servers, count, 1);
  return growthResult(sizes, visits);
}

function growthResult(sizes: readonly Size[], visits: Rounds): Result {
  const cost = (size: number): number[] =>
    (visits.get(`${size} accounts`) ?? []).map((one) => one.cpuPerRequest);
  const most = ratios(cost(SIZES[0]), cost(SIZES[2]));
  const rows = sizes.map(({ count, started, round, memory }) => [
    ...[count.toLocaleString("en"), shown(ratios(cost(SIZES[0]), cost(count))), round.toFixed(2)],
    ...[shown(spread(started), 0), memory.toFixed(0)],
  ]);
  return {
    title: "Growth, from source",
    columns: ["accounts", "questions, by CPU time", "round with nothing due, ms", "start, ms", "memory, MB"],
    rows,
    goals: [
      atLeast("a question with 10,000 accounts, against 10", most.median, 0.95),
      ...sizes.map(({ count, round }) =>
        atMost(`round with nothing due, ${count} accounts`, round, 1, " ms")
      ),
    ],
    data: sizes,
  };
}

/** A stock that a stack can take. */
async function disposedLate(count: number): Promise<Stock & AsyncDisposable> {
  const place = await stock(count);
  return { ...place, [Symbol.asyncDispose]: () => Promise.resolve(place[Symbol.dispose]()) };
}

async function startTimes(contender: Contender, { question }: Stock): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < STARTS; count++) {
    await using running = await start(contender, question);
    times.push(running.startedIn);
  }
  return times;
}

/** A thousand tokens that fall due with the same minute, against a Twitch that takes its time. */
export async function measureDue(): Promise<Result> {
  needTools("taskset");
  await using twitch: QuickTwitch = serveQuickTwitch();
  // The job runs at each whole minute; all is due at the next but one, when the looks of the start are over.
  const tick = Math.ceil(Date.now() / MINUTE) * MINUTE + MINUTE;
  using place = await stock(DUE, tick - SECOND + 2 * HOUR + 2 * MINUTE);
  twitch.latency = LATENCY;
  await using running = await start(programFromSource(place, twitch), place.question);
  await until(() => twitch.asked.validate >= DUE);
  const quiet = await pace(running, RATE, 10);
  await until(() => twitch.asked.refresh > 0);
  const busy = await pace(running, RATE, 10);
  await until(() => twitch.asked.refresh >= DUE);
  const wall = (twitch.refreshing.last - twitch.refreshing.first + LATENCY) / 1000;
  const least = DUE * LATENCY / CONCURRENCY / 1000;
  const [before, meanwhile] = [quantile(quiet, 0.99), quantile(busy, 0.99)];
  return {
    title: `${DUE.toLocaleString("en")} refreshes due in one minute, ${LATENCY} ms each`,
    columns: ["what", "measured"],
    rows: [
      ["all renewed after", `${wall.toFixed(1)} s; ${least} s is the least with ${CONCURRENCY} at a time`],
      ["questions meanwhile, p99", `${meanwhile.toFixed(2)} ms`],
      ["questions before, p99", `${before.toFixed(2)} ms`],
    ],
    goals: [
      atMost("wall time against the least", wall / least, 1.3),
      atMost("p99 of questions against quiet", meanwhile / before, 1.5),
    ],
    data: { wall, before, meanwhile },
  };
}

/** 1,000 questions a second, the program and the limit in turn. */
export async function measureLatency(count: number): Promise<Result> {
  needTools("taskset");
  await using twitch = serveQuickTwitch();
  using place = await stock(3);
  await using bare = await start(denoPeer("bare_reading.ts", LIMIT), place.question);
  await using ours = await start(programFromSource(place, twitch), place.question);
  const found = new Map<string, number[]>([[bare.name, []], [ours.name, []]]);
  for (const server of [bare, ours]) await pace(server, 1000, 2);
  for (let round = 0; round < count; round++) {
    for (const server of round % 2 === 0 ? [bare, ours] : [ours, bare]) {
      found.get(server.name)?.push(quantile(await pace(server, 1000, 2), 0.99));
    }
  }
  const against = ratios(found.get(OURS) ?? [], found.get(LIMIT) ?? []);
  return {
    title: "1,000 questions a second, from source",
    columns: ["server", "p99, ms"],
    rows: [...found].map(([name, times]) => [name, shown(spread(times))]),
    goals: [atMost("p99 against the limit", against.median, 1.2)],
    data: Object.fromEntries(found),
  };
}
