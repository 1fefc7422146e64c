/**
 * The long kill matrix on PostgreSQL, then a table.
 *
 *   deno task test:kill:postgres --rounds 400 --seed 1
 *
 * Ends with 1 if a spent refresh token arrived anywhere, or a login did not become what it must.
 */
import { parseArgs } from "node:util";
import { noPostgres, PostgresCluster } from "../../support/postgres_cluster.ts";
import { report } from "../../system/kill/report.ts";
import { casesBeside, playBesides } from "./beside.ts";

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string", default: "400" }, seed: { type: "string", default: "1" } },
  });
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  const missing = noPostgres();
  if (missing !== undefined) {
    say(`There is no matrix: ${missing}`);
    return 2;
  }
  await using cluster = await PostgresCluster.start();
  const progress = (done: number): void => {
    if (done % 20 === 0) say(`${done} of ${rounds} rounds`);
  };
  const { entries, problems } = await playBesides(cluster, { cases: casesBeside(), rounds, seed, progress });
  say(report(entries));
  for (const problem of problems) say(`PROBLEM ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
