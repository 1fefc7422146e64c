import type { Duration } from "../../core/account.ts";
import type { Migration } from "../sqlite/migrations/mod.ts";
import { postgresAddress } from "./address.ts";
import { Connections } from "./connections.ts";
import { told } from "./errors.ts";
import type { FollowTimes } from "./following.ts";
import type { LeaseTimes } from "./leases.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/mod.ts";
import { PostgresStore } from "./store.ts";

/** For tests: what takes long by default. */
export interface PostgresOptions {
  readonly migrations?: readonly Migration[];
  readonly lease?: LeaseTimes;
  readonly follow?: FollowTimes;
  /** When an answer that does not come is given up. */
  readonly deadline?: Duration;
}

/**
 * Opens the database that TOKEN_SERVER_STORE names, making or migrating what is ours in it. `program` is name and
 * version, kept for the message that an older program gives. Throws `AppError`: `settings`, `store_away`,
 * `database_damaged`, `database_newer`; a database that is refused is as it was.
 */
export async function openPostgresStore(
  url: string,
  program: string,
  { migrations = MIGRATIONS, deadline, ...times }: PostgresOptions = {},
): Promise<PostgresStore> {
  const connections = new Connections(postgresAddress(url), deadline);
  try {
    await told("open the database", "opening", () => migrate(connections, migrations, program));
    return new PostgresStore(connections, times);
  } catch (error) {
    await connections[Symbol.asyncDispose]();
    throw error;
  }
}
