/** Malformed requests beside good ones, and what became of the program. */
import { sendRaw } from "../../support/raw_http.ts";
import type { RealServer } from "../../support/real_program.ts";
import { createRandom } from "../../support/simulated_twitch/random.ts";
import { malformed } from "./malformed.ts";

/** Connections at a time. */
const LANES = 16;
/** A request that was cut off leaves the server waiting for the rest: our side has ended then. In milliseconds. */
const LONGEST = 2000;

/** What was found. */
export interface Found {
  readonly sent: number;
  /** Of the malformed ones: how many were answered with each status; 0 is none. */
  readonly statuses: ReadonlyMap<number, number>;
  /** What the program called a fault of its own: the requests, as JSON texts. */
  readonly faults: readonly string[];
  /** Neither answered nor closed. */
  readonly hung: number;
  readonly good: number;
  /** Good questions that were not answered with the token. */
  readonly wrong: readonly string[];
  /** Times of good questions in milliseconds, sorted. */
  readonly times: readonly number[];
}

/** Sends `count` malformed requests of `seed` to the server, and asks for the token of `id` all the while. */
export async function attack(
  server: RealServer,
  { id, token, count, seed }: {
    readonly id: string;
    readonly token: string;
    readonly count: number;
    readonly seed: number;
  },
): Promise<Found> {
  const random = createRandom(seed);
  const statuses = new Map<number, number>();
  let [sent, hung, good] = [0, 0, 0];
  const wrong: string[] = [];
  const times: number[] = [];
  const faults: string[] = [];
  const lane = async (): Promise<void> => {
    while (sent < count) {
      sent++;
      const bytes = malformed(random);
      const answer = await sendRaw(server.port, bytes, { end: true, longest: LONGEST });
      if (answer.gaveUp) hung++;
      const status = answer.statuses[0] ?? 0;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 500) faults.push(JSON.stringify(String.fromCharCode(...bytes)).slice(0, 1000));
    }
  };
  const companion = async (): Promise<void> => {
    while (sent < count) {
      const began = performance.now();
      const answer = await fetch(`${server.origin}/token?id=${id}`).catch((error) =>
        new Response(String(error), { status: 599 })
      );
      const body = await answer.text();
      times.push(performance.now() - began);
      good++;
      if (answer.status !== 200 || body !== token) wrong.push(`${answer.status} ${body.slice(0, 200)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await Promise.all([companion(), ...Array.from({ length: LANES }, lane)]);
  return { sent, statuses, faults, hung, good, wrong, times: times.toSorted((a, b) => a - b) };
}

/** The memory of a process in KiB, as `ps` tells it; undefined where there is none. */
export async function memoryOf(pid: number): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] }).output();
    return Number(new TextDecoder().decode(stdout).trim()) || undefined;
  } catch {
    return undefined;
  }
}

/** In one line per fact. */
export function told(found: Found): string {
  const answers = [...found.statuses].toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${status === 0 ? "closed" : status}: ${count}`).join(", ");
  const at = (share: number): string =>
    (found.times[Math.floor(share * (found.times.length - 1))] ?? 0).toFixed(1);
  return [
    `${found.sent} malformed requests: ${answers}; hung: ${found.hung}`,
    `${found.good} good ones, wrong: ${found.wrong.length}; median ${at(0.5)} ms, 99 % ${
      at(0.99)
    } ms, longest ${at(1)} ms`,
  ].join("\n");
}
