/**
 * The kill matrix on PostgreSQL: whoever works on a login is killed at a step while an instance of the real program runs
 * beside it on the same database. Nobody is started anew: that instance takes over, and what became of the login is
 * looked at there.
 */
import { hurriedProgram } from "../../support/hurried_program.ts";
import { HURRIED } from "../../support/hurried_times.ts";
import type { PostgresCluster } from "../../support/postgres_cluster.ts";
import { createRandom } from "../../support/simulated_twitch/random.ts";
import { House } from "../../system/kill/house.ts";
import { inLanes } from "../../system/kill/lanes.ts";
import type { Matrix } from "../../system/kill/matrix.ts";
import {
  arrivedAt,
  type Circumstances,
  CLIENTS,
  killChild,
  lookAfter,
  lookAfterCut,
  type Outcome,
} from "../../system/kill/round.ts";
import { type Case, cases, TYPES } from "../../system/kill/steps.ts";

/** More than elsewhere: much of a round is waiting for the end of a lease. */
const LANES = 5;
/** Between these a lease is held; the rows of `steps.ts` know of none. */
const LEASE_STEPS = ["before lease", "after lease"];

/** Every step of a refresh and of a sign-in. A restore has no other process beside it. */
export function casesBeside(): readonly Case[] {
  const leases = LEASE_STEPS.flatMap((step) =>
    TYPES.map((type): Case => ({ act: "refresh", step, call: 1, type, expected: "kept" }))
  );
  return [...cases().filter(({ act }) => !act.startsWith("restore")), ...leases];
}

/** Those of a refresh, each for one type of app only, the types taking turns. */
export function fewBeside(): readonly Case[] {
  const all = casesBeside().filter(({ act }) => act.endsWith("refresh"));
  const steps = [...new Set(all.map(({ act, step, call }) => `${act} ${step} ${call}`))];
  return steps.flatMap((name, at) => {
    const these = all.filter(({ act, step, call }) => `${act} ${step} ${call}` === name);
    return these[at % these.length] ?? [];
  });
}

/** Kills at the step, and lets the other instance go on. */
export async function playBeside(
  cluster: PostgresCluster,
  one: Case,
  circumstances: Circumstances,
): Promise<Outcome> {
  await using database = await cluster.database();
  const books = { url: database.url, sql: (text: string) => cluster.sql(database.name, text) };
  const { seed } = circumstances;
  await using house = new House(hurriedProgram(HURRIED), CLIENTS[one.type], { seed }, books);
  await using other = await house.serve();
  const { told, diedAt } = await killChild(house, one, circumstances);
  const steps = told.filter((line) => line.kind === "step");
  const committedAt = steps.find(({ step }) => step === "after endRefresh")?.at;
  const rotatedAt = one.act === "refresh" ? arrivedAt(house) : undefined;
  const id = told.find((line) => line.kind === "signed in")?.id;
  const { fate, replays } = one.act === "first refresh"
    ? await lookAfterCut(house, other)
    : await lookAfter(house, one.act, id, other);
  const death = diedAt ?? steps.at(-1)?.at;
  const span = (to: number | undefined) =>
    rotatedAt === undefined || to === undefined ? undefined : to - rotatedAt;
  return { fate, replays, exposed: span(committedAt), lostAfter: fate === "lost" ? span(death) : undefined };
}

/** Plays every step in turn as often as there are rounds. */
export async function playBesides(
  cluster: PostgresCluster,
  { cases: all, rounds, seed, progress = () => {} }: {
    readonly cases: readonly Case[];
    readonly rounds: number;
    readonly seed: number;
    readonly progress?: (done: number) => void;
  },
): Promise<Matrix> {
  const random = createRandom(seed);
  const plans = Array.from({ length: Math.ceil(rounds / all.length) }, () => all).flat().slice(0, rounds)
    .map((one, at) => {
      const varied = at >= all.length && one.act === "refresh" && !one.step.endsWith("learn");
      return { one, seed: random.integer(1, 1e9), earlier: varied ? random.integer(0, 2) : 0 };
    });
  let done = 0;
  const played = await inLanes(plans, async ({ one, ...circumstances }): Promise<Matrix> => {
    const result = await tryOut(cluster, one, circumstances);
    progress(++done);
    return result;
  }, LANES);
  return {
    entries: played.flatMap(({ entries }) => entries),
    problems: played.flatMap(({ problems }) => problems),
  };
}

async function tryOut(cluster: PostgresCluster, one: Case, circumstances: Circumstances): Promise<Matrix> {
  const name = `${one.act}: ${one.step}${one.call === 1 ? "" : " (the second)"}`;
  const what = `${name} (${one.type}, seed ${circumstances.seed})`;
  try {
    const outcome = await playBeside(cluster, one, circumstances);
    const { fate, replays } = outcome;
    const problems = [
      ...fate === one.expected ? [] : [`${what}: ${fate} instead of ${one.expected}`],
      ...replays === 0 ? [] : [`${what}: a spent refresh token arrived ${replays} times`],
    ];
    return { entries: [{ name, type: one.type, outcome }], problems };
  } catch (error) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    return { entries: [], problems: [`${what}: ${text}`] };
  }
}
