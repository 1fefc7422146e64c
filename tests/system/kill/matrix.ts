/**
 * The kill matrix: rounds at every step of `steps.ts` and rounds at random moments, then a table.
 *
 *   deno task test:kill --rounds 1000 --random 200 --seed 1
 *
 * Ends with 1 if a spent refresh token arrived anywhere, or a login did not become what it must.
 */
import { parseArgs } from "node:util";
import { makes } from "../../support/real_program.ts";
import { createRandom } from "../../support/simulated_twitch/random.ts";
import { inLanes } from "./lanes.ts";
import { playRandomMoment } from "./random_moment.ts";
import { type Entry, report } from "./report.ts";
import { playCase } from "./round.ts";
import { playRestore } from "./restore_round.ts";
import { type AppType, type Case, cases, type Fate, TYPES } from "./steps.ts";

/** How much is played. */
export interface Extent {
  /** The steps. */
  readonly cases: readonly Case[];
  /** Deaths at steps. */
  readonly rounds: number;
  /** Deaths at random moments. */
  readonly random: number;
  readonly seed: number;
  /** Told after each round how many there were. */
  readonly progress?: (done: number) => void;
}

/** What all rounds have shown. */
export interface Matrix {
  readonly entries: readonly Entry[];
  /** Whatever must not be, with what it takes to see it again. */
  readonly problems: readonly string[];
}

/** Plays the matrix: every step in turn as often as there are rounds. */
export async function playMatrix(extent: Extent): Promise<Matrix> {
  const { random, seed, progress = () => {} } = extent;
  let done = 0;
  const plans = [...planSteps(extent), ...planMoments(random, seed)];
  const played = await inLanes(plans, async (plan) => {
    const result = await tryOut(plan);
    progress(++done);
    return result;
  });
  return {
    entries: played.flatMap(({ entries }) => entries),
    problems: played.flatMap(({ problems }) => problems),
  };
}

interface Plan {
  readonly name: string;
  readonly type: AppType;
  readonly expected: readonly Fate[];
  play(): Promise<Entry>;
}

async function tryOut({ name, type, expected, play }: Plan): Promise<Matrix> {
  try {
    const entry = await play();
    const { fate, replays } = entry.outcome;
    const problems = [
      ...expected.includes(fate) ? [] : [`${name} (${type}): ${fate} instead of ${expected.join(" or ")}`],
      ...replays === 0 ? [] : [`${name} (${type}): a spent refresh token arrived ${replays} times`],
    ];
    return { entries: [entry], problems };
  } catch (error) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    return { entries: [], problems: [`${name} (${type}): ${text}`] };
  }
}

function planSteps({ cases: all, rounds, seed }: Extent): readonly Plan[] {
  const random = createRandom(seed);
  return Array.from({ length: Math.ceil(rounds / all.length) }, () => all).flat().slice(0, rounds).map(
    (one, at) => {
      const { act, step, call, type, expected } = one;
      // What an app does is learned at its first refresh alone.
      const varied = at >= all.length && act === "refresh" && !step.endsWith("learn");
      const circumstances = {
        seed: random.integer(1, 1e9),
        earlier: varied ? random.integer(0, 2) : 0,
        spent: at % 2 === 1,
      };
      const name = `${act}: ${step}${call === 1 ? "" : " (the second)"}`;
      const playOne = act.startsWith("restore") ? playRestore : playCase;
      const play = async (): Promise<Entry> => ({ name, type, outcome: await playOne(one, circumstances) });
      return { name, type, expected: [expected], play };
    },
  );
}

/** With the executable if there is one. A loss that is no rotation without a commit fails the round itself. */
function planMoments(kills: number, seed: number): readonly Plan[] {
  const make = makes().at(-1);
  if (make === undefined) throw new Error("there is no program to start");
  return Array.from({ length: kills }, (_, at) => {
    const type = TYPES[(at + 1) % TYPES.length] ?? "public";
    const harmless: readonly Fate[] = ["kept", "old", "part", "new"];
    const expected: readonly Fate[] = type === "confidential" ? harmless : [...harmless, "lost"];
    const name = `random moment ${at + 1} of seed ${seed}`;
    return {
      name,
      type,
      expected,
      play: () => playRandomMoment(make, type, createRandom(seed * 100_000 + at)),
    };
  });
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "1000" },
      random: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
    },
  });
  const [rounds, random, seed] = [Number(values.rounds), Number(values.random), Number(values.seed)];
  const progress = (done: number): void => {
    if (done % 50 === 0) say(`${done} of ${rounds + random} rounds`);
  };
  const { entries, problems } = await playMatrix({ cases: cases(), rounds, random, seed, progress });
  say(report(entries));
  for (const problem of problems) say(`PROBLEM ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
