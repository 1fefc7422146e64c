/** One cluster for the tests of a file, started by the first that asks and stopped when the file is through. */
import { noPostgres, PostgresCluster } from "./postgres_cluster.ts";

export const PROGRAM = "companion-token-server 1.2.3";

/** Registers what `tests` registers, or one test that is skipped and says why. */
export function withPostgres(tests: (cluster: () => Promise<PostgresCluster>) => void): void {
  const missing = noPostgres();
  if (missing !== undefined) {
    Deno.test({ name: `the store on PostgreSQL (skipped: ${missing})`, ignore: true, fn() {} });
    return;
  }
  let started: Promise<PostgresCluster> | undefined;
  tests(() => started ??= PostgresCluster.start());
  Deno.test.afterAll(async () => {
    const cluster = await started;
    await cluster?.[Symbol.asyncDispose]();
  });
}
