/** What became of every login in the end, and why those are lost that are. */
import type { PostgresCluster } from "../../support/postgres_cluster.ts";
import { ANSWER_TAKES } from "./disturbances.ts";
import type { Ledger } from "./ledger.ts";
import type { Member } from "./member.ts";

/** The longest that a commit can take while its process lives and the database comes back, in milliseconds. */
const COMMIT = 60_000;
/** A request is given up after 10 s, also if the process that sent it has stood still for most of them. */
const GIVEN_UP = 9000;

/** What was found. */
export interface Fates {
  readonly lost: number;
  /** Milliseconds from the rotation at Twitch to the death of who had asked for it, for each that was lost so. */
  readonly exposed: readonly number[];
  /** Lost because who had asked stood still until the answer was given up. */
  readonly paused: number;
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
  let paused = 0;
  const problems: string[] = [];
  const lost = rows.filter(({ health }) => health.state === "needs_login");
  for (const { login, generation, health } of lost) {
    const rotations = ledger.rotations.filter((one) => one.login === login);
    const last = rotations.at(-1);
    const by = members.find(({ name }) => name === last?.by);
    const death = by?.kills.find((at) => last !== undefined && at >= last.at && at < last.at + COMMIT);
    const stood = by?.stops.some(({ from, to }) =>
      last !== undefined && Math.abs(from - last.at) < 2 * ANSWER_TAKES && to - from > GIVEN_UP
    );
    const uncommitted = rotations.length + 1 - generation;
    const explained = uncommitted === 1 && health.reason === "answer_lost";
    if (explained && last !== undefined && death !== undefined) exposed.push(death - last.at);
    else if (explained && stood) paused++;
    else {
      problems.push(
        `${login} is lost (${health.reason}): ${uncommitted} of ${rotations.length} refreshes not committed, the last by ${last?.by} at ${last?.at}, ${
          death === undefined ? "who lived" : "who was killed"
        }`,
      );
    }
  }
  return { lost: lost.length, exposed, paused, problems };
}
