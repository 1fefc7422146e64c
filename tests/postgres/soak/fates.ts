/** What became of every login in the end, and why those are lost that are. */
import type { PostgresCluster } from "../../support/postgres_cluster.ts";
import type { Ledger } from "./ledger.ts";
import type { Member } from "./member.ts";

/** The longest that a commit can take while its process lives and the database comes back, in milliseconds. */
const COMMIT = 60_000;

/** What was found. */
export interface Fates {
  readonly lost: number;
  /** Milliseconds from the rotation at Twitch to the death of who had asked for it, for each that was lost so. */
  readonly exposed: readonly number[];
  readonly problems: readonly string[];
}

interface Row {
  readonly login: string;
  readonly generation: number;
  readonly health: { readonly state: string; readonly reason?: string };
}

/** Reads the rows, and looks for the death that explains each loss: between Twitch's rotation and our commit. */
export async function fatesOf(
  { cluster, database, ledger, members }: {
    readonly cluster: PostgresCluster;
    readonly database: string;
    readonly ledger: Ledger;
    readonly members: readonly Member[];
  },
): Promise<Fates> {
  const text = "SELECT json_build_object('login', login, 'generation', generation, 'health', health::json) " +
    "FROM companion_token_server.accounts ORDER BY position";
  const rows: Row[] = (await cluster.sql(database, text)).split("\n").map((line) => JSON.parse(line));
  const exposed: number[] = [];
  const problems: string[] = [];
  const lost = rows.filter(({ health }) => health.state === "needs_login");
  for (const { login, generation, health } of lost) {
    const rotations = ledger.rotations.filter((one) => one.login === login);
    const last = rotations.at(-1);
    const death = members.find(({ name }) => name === last?.by)?.kills
      .find((at) => last !== undefined && at >= last.at && at < last.at + COMMIT);
    const uncommitted = rotations.length + 1 - generation;
    if (last !== undefined && death !== undefined && uncommitted === 1 && health.reason === "answer_lost") {
      exposed.push(death - last.at);
    } else {
      problems.push(
        `${login} is lost (${health.reason}): ${uncommitted} of ${rotations.length} refreshes not committed, the last by ${last?.by} at ${last?.at}, ${
          death === undefined ? "who lived" : "who was killed"
        }`,
      );
    }
  }
  return { lost: lost.length, exposed, problems };
}
