/** One cluster for the tests of a file, started by the first that asks and stopped when the file is through. */
import { openPostgresStore, type PostgresOptions } from "../../src/store/postgres/open.ts";
import type { PostgresStore } from "../../src/store/postgres/store.ts";
import { noPostgres, PostgresCluster, type TestDatabase } from "./postgres_cluster.ts";

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

/** A database and as many stores on it as `options` says, as if each were a process of its own. */
export interface SharedDatabase extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly stores: readonly PostgresStore[];
}

export async function sharedDatabase(
  cluster: PostgresCluster,
  ...options: readonly PostgresOptions[]
): Promise<SharedDatabase> {
  const database = await cluster.database();
  const stores: PostgresStore[] = [];
  for (const option of options) stores.push(await openPostgresStore(database.url, PROGRAM, option));
  return {
    database,
    stores,
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Asks until the answer is yes: what another process does has no moment of its own. */
export async function until(
  what: string,
  asked: () => boolean | Promise<boolean>,
  within = 10_000,
): Promise<void> {
  const begun = performance.now();
  while (!await asked()) {
    if (performance.now() - begun > within) throw new Error(`Waited in vain: ${what}`);
    await pause(20);
  }
}

export function pause(span: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span));
}
