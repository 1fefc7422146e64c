/** What happens to instances: kill -9, standing still, a network that cuts, stalls and swallows; and to the database. */
import type { PostgresCluster } from "../../support/postgres_cluster.ts";
import { CAREFUL } from "../../support/hurried_times.ts";
import type { Random } from "../../support/simulated_twitch/random.ts";
import type { Member } from "./member.ts";

const KINDS = [
  "kill",
  "kill",
  "stand still",
  "stand still briefly",
  "cut",
  "cut",
  "stall",
  "swallow",
] as const;
/** Between two of them, in milliseconds. */
const BETWEEN = [1500, 5000] as const;
const DATABASE_EACH = 45_000;
/** What the answer to a refresh takes from Twitch, and how long one is waited for, in milliseconds. */
export const ANSWER_TAKES = 500;
const LONGEST_WAIT = 4000;

/** How often each was done. */
export type Done = Map<string, number>;

/** Disturbs instances of a fleet until `end` is aborted, never all of them by kill or stop. Ends what it began. */
export async function disturb(
  members: readonly Member[],
  random: Random,
  done: Done,
  end: AbortSignal,
): Promise<void> {
  const under = new Map<Member, Promise<void>>();
  while (!end.aborted) {
    await pause(random.integer(...BETWEEN), end);
    const member = members[random.integer(0, members.length - 1)];
    const kind = KINDS[random.integer(0, KINDS.length - 1)];
    const others = members.filter((one) => one !== member && one.origin !== undefined);
    if (member === undefined || kind === undefined || under.has(member) || others.length === 0) continue;
    done.set(kind, (done.get(kind) ?? 0) + 1);
    const work = undergo(member, kind, random, end).finally(() => under.delete(member));
    under.set(member, work);
  }
  await Promise.all(under.values());
}

async function undergo(
  member: Member,
  kind: (typeof KINDS)[number],
  random: Random,
  end: AbortSignal,
): Promise<void> {
  using _trouble = member.trouble();
  // Half of them come while a refresh is on its way.
  if (random.integer(0, 1) === 1) {
    await Promise.race([member.sends(), pause(LONGEST_WAIT, end)]);
    await pause(random.integer(0, ANSWER_TAKES), end);
  }
  switch (kind) {
    case "kill":
      await member.kill();
      await pause(random.integer(100, 6000), end);
      return await member.up();
    case "stand still":
      member.stop();
      await pause(CAREFUL.duration + random.integer(0, 6000), end);
      return member.goOn();
    case "stand still briefly":
      member.stop();
      await pause(random.integer(100, CAREFUL.duration - 1000), end);
      return member.goOn();
    case "cut":
      return member.proxy.cut();
    default:
      member.proxy.behave(kind);
      await pause(random.integer(500, 15_000), end);
      // What was swallowed never comes, so the connection is of no use.
      if (kind === "swallow") member.proxy.cut();
      member.proxy.behave("pass");
  }
}

/** Stops the database as a crash would and starts it again, now and then, until `end` is aborted. */
export async function crashNowAndThen(
  cluster: PostgresCluster,
  members: readonly Member[],
  random: Random,
  done: Done,
  end: AbortSignal,
): Promise<void> {
  while (true) {
    await pause(DATABASE_EACH + random.integer(-15_000, 15_000), end);
    if (end.aborted) return;
    done.set("database crash", (done.get("database crash") ?? 0) + 1);
    using troubles = new DisposableStack();
    for (const member of members) troubles.use(member.trouble());
    await cluster.stop("immediate");
    await pause(random.integer(100, 5000), end);
    await cluster.start();
  }
}

/** Shorter if `end` is aborted. */
export function pause(span: number, end: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, span);
  const over = (): void => {
    clearTimeout(timer);
    resolve();
  };
  if (end.aborted) over();
  end.addEventListener("abort", over, { once: true });
  return promise.finally(() => end.removeEventListener("abort", over));
}
