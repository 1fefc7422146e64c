/**
 * The kill matrix of keys: SIGKILL before and after everything that touches the disk while keys are added, removed,
 * renewed and rotated. Every step of every act once, then steps that the dice choose.
 *
 *   deno task test:kill:keys --rounds 200 --seed 1
 *
 * Ends with 1 if the logins were opened by neither the old keys nor the new ones, or anything was lost.
 */
import { parseArgs } from "node:util";
import { createRandom } from "../../support/simulated_twitch/random.ts";
import { inLanes } from "../kill/lanes.ts";
import { type Act, ACTS } from "./acts.ts";
import { type Fate, playRound } from "./round.ts";

/** How much is played. */
export interface Extent {
  readonly rounds: number;
  readonly seed: number;
  /** Told after each round how many there were. */
  readonly progress?: (done: number) => void;
}

/** A death, and which keys counted afterwards. */
export interface Entry {
  readonly act: string;
  readonly step: string;
  readonly fate: Fate;
}

/** What all rounds have shown. */
export interface Matrix {
  /** How many steps there are in all acts. */
  readonly steps: number;
  readonly entries: readonly Entry[];
  readonly problems: readonly string[];
}

interface Plan {
  readonly act: Act;
  readonly death: number;
  readonly step: string;
}

/** Plays the matrix. Fewer rounds than steps are spread over all of them. */
export async function playMatrix({ rounds, seed, progress }: Extent): Promise<Matrix> {
  // Each act once to its end tells its steps.
  const all = (await inLanes(ACTS, async (act): Promise<readonly Plan[]> => {
    const { steps } = await playRound(act);
    return steps.map((step, at) => ({ act, step, death: at + 1 }));
  })).flat();
  const entries: Entry[] = [];
  const problems: string[] = [];
  let done = 0;
  await inLanes(planned(all, rounds, seed), async ({ act, death, step }) => {
    try {
      const { fate } = await playRound(act, death);
      entries.push({ act: act.name, step, fate });
    } catch (error) {
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      problems.push(`${act.name}, killed ${step} (step ${death}): ${text}`);
    }
    progress?.(++done);
  });
  return { steps: all.length, entries, problems };
}

function planned(all: readonly Plan[], rounds: number, seed: number): readonly Plan[] {
  const random = createRandom(seed);
  const shuffled = all.map((plan) => ({ plan, at: random.integer(0, 1e9) }))
    .toSorted((left, right) => left.at - right.at).map(({ plan }) => plan);
  return Array.from({ length: rounds }, (_, at) => {
    const plan = shuffled[at] ?? shuffled[random.integer(0, shuffled.length - 1)];
    if (plan === undefined) throw new Error("there are no steps");
    return plan;
  });
}

/** Deaths by act, and which keys counted after them. */
export function report({ entries, steps, problems }: Matrix): string {
  const names = [...new Set(entries.map(({ act }) => act))];
  const lines = names.map((name) => {
    const fates = entries.filter(({ act }) => act === name).map(({ fate }) => fate);
    const count = (fate: Fate): string => `${fates.filter((one) => one === fate).length} ${fate}`;
    return `${name.padEnd(32)} ${String(fates.length).padStart(3)} kills: ${count("old")}, ${count("new")}`;
  });
  const kills = entries.length + problems.length;
  return [...lines, "", `${kills} kills at ${steps} steps, ${problems.length} problems`].join("\n");
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
  });
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  const progress = (done: number): void => {
    if (done % 50 === 0) say(`${done} of ${rounds} rounds`);
  };
  const matrix = await playMatrix({ rounds, seed, progress });
  say(report(matrix));
  for (const problem of matrix.problems) say(`PROBLEM ${problem}`);
  return matrix.problems.length === 0 ? 0 : 1;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
