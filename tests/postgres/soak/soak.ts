/**
 * A soak: two fleets of three instances, one with an app whose refresh tokens last and one with an app whose are spent
 * by use, share a PostgreSQL server while instances are killed and stopped, the network cuts, stalls and swallows, and
 * the database crashes. Then a table.
 *
 *   deno task soak --minutes 5 --seed 1 --accounts 300 --life 180
 *
 * Ends with 1 if a spent refresh token arrived at Twitch, a login was lost but between its rotation and our commit, or a
 * question was answered wrongly or late. With `--logs DIRECTORY` what the instances have printed is kept there.
 */
import { parseArgs } from "node:util";
import { noPostgres, PostgresCluster } from "../../support/postgres_cluster.ts";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT } from "../../support/simulated_twitch/options.ts";
import { createRandom } from "../../support/simulated_twitch/random.ts";
import { crashNowAndThen, type Done } from "./disturbances.ts";
import { Fleet } from "./fleet.ts";
import { problemsOf, table } from "./table.ts";

/** How much is played. */
export interface Extent {
  readonly minutes: number;
  readonly seed: number;
  /** Of both fleets together. */
  readonly accounts: number;
  /** Seconds. */
  readonly life: number;
  readonly logs?: string | undefined;
}

/** Answers the problems. */
export async function soak(extent: Extent, say: (text: string) => void): Promise<readonly string[]> {
  const { minutes, seed, life, logs } = extent;
  await using cluster = await PostgresCluster.start({ settings: ["max_connections=200"] });
  const accounts = Math.floor(extent.accounts / 2);
  await using confidential = await Fleet.start(cluster, {
    ...{ name: "confidential", client: CONFIDENTIAL_CLIENT, accounts, life, seed },
  });
  await using rotating = await Fleet.start(cluster, {
    ...{ name: "public", client: PUBLIC_CLIENT, accounts, life, seed: seed + 1000 },
  });
  const fleets = [confidential, rotating];
  const members = fleets.flatMap((fleet) => fleet.members);
  const done: Done = new Map();
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), minutes * 60_000);
  say(`${members.length} instances, ${2 * accounts} accounts, ${minutes} minutes, seed ${seed}`);
  const crashes = crashNowAndThen(cluster, members, createRandom(seed + 7), done, end.signal);
  try {
    const shown = await Promise.all(fleets.map((fleet) => fleet.live({ done, crashes }, end.signal)));
    say(table(shown, done));
    return shown.flatMap(problemsOf);
  } finally {
    end.abort();
    clearTimeout(timer);
    await crashes;
    if (logs !== undefined) await keep(logs, members);
  }
}

async function keep(directory: string, members: Fleet["members"]): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for (const { name, log } of members) {
    await Deno.writeTextFile(`${directory}/${name.replace(" ", "-")}.log`, log);
  }
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "5" },
      seed: { type: "string", default: "1" },
      accounts: { type: "string", default: "300" },
      life: { type: "string", default: "180" },
      logs: { type: "string" },
    },
  });
  const missing = noPostgres();
  if (missing !== undefined) {
    say(`There is no soak: ${missing}`);
    return 2;
  }
  const [minutes, seed, accounts, life] = [values.minutes, values.seed, values.accounts, values.life].map(
    Number,
  );
  const problems = await soak(
    {
      minutes: minutes ?? 5,
      seed: seed ?? 1,
      accounts: accounts ?? 300,
      life: life ?? 180,
      logs: values.logs,
    },
    say,
  );
  for (const problem of problems) say(`PROBLEM ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
