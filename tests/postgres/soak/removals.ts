/** Accounts that are removed while all this goes on, and for how long they were still served. */
import type { PostgresCluster } from "../../support/postgres_cluster.ts";
import { pause } from "./disturbances.ts";
import { type Member, RECOVERY } from "./member.ts";
import type { Questions } from "./questions.ts";

const EACH = 6000;
/** Without an end of the disturbances nothing is known of an instance after so long. */
const LONGEST_WATCH = 120_000;

/** When a removed account was served for the last time, in milliseconds. */
export interface Staleness {
  removed: number;
  /** From its removal, at instances that nothing was done to meanwhile. */
  calm: number;
  /** From its removal, at the others. */
  disturbed: number;
  /** From its removal, or the end of the last that was done to the instance. */
  recovered: number;
  readonly problems: string[];
}

/** Removes one after the other until `end` is aborted, and asks for each until every instance has forgotten it. */
export async function removals(
  { cluster, database, members, questions }: {
    readonly cluster: PostgresCluster;
    readonly database: string;
    readonly members: readonly Member[];
    readonly questions: Questions;
  },
  staleness: Staleness,
  end: AbortSignal,
): Promise<void> {
  const watched: Promise<void>[] = [];
  while (!end.aborted) {
    await pause(EACH, end);
    const one = questions.take();
    if (one === undefined) break;
    // A question that was asked before may be held for a while.
    const text = `DELETE FROM companion_token_server.accounts WHERE key = '${one.key}' RETURNING 1`;
    const gone = await cluster.sql(database, text).then((rows) => rows === "1", () => false);
    if (!gone) continue;
    staleness.removed++;
    const at = performance.now();
    watched.push(...members.map((member) => watch(member, one.id, at, staleness)));
  }
  await Promise.all(watched);
}

async function watch(member: Member, id: string, at: number, staleness: Staleness): Promise<void> {
  const removedAt = Date.now();
  let { calm } = member;
  let served = 0;
  while (performance.now() - at < LONGEST_WATCH) {
    const { origin, life } = member;
    calm &&= member.calm;
    // While it stands still or is down it serves nobody.
    const status = origin === undefined
      ? 0
      : await fetch(`${origin}/token?id=${id}`, { signal: life }).then(async (answer) => {
        await answer.body?.cancel();
        return answer.status;
      }, () => 0);
    if (status === 200) {
      served = performance.now() - at;
      const since = Date.now() - Math.max(removedAt, member.quietSince);
      staleness.recovered = Math.max(staleness.recovered, since);
      if (since > RECOVERY) {
        staleness.problems.push(
          `${member.name} serves a removed account ${since} ms after all was well again`,
        );
        return;
      }
    }
    if (status === 404 || status === 429) {
      const kind = calm && member.calm ? "calm" : "disturbed";
      staleness[kind] = Math.max(staleness[kind], served);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
