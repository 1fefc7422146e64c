/** Ten thousand guesses of ids from the address that Companion asks from, by the real program. */
import assert from "node:assert/strict";
import type { RealServer } from "../support/real_program.ts";
import { ask, playAll } from "../support/scene.ts";

const GUESSES = 10_000;
const LANES = 8;

/** Guesses, and how often each status was answered. */
async function guess(server: RealServer, count: number, statuses: Map<number, number>): Promise<void> {
  for (let at = 0; at < count; at++) {
    const answer = await fetch(`${server.origin}/token?id=${crypto.randomUUID()}`);
    await answer.body?.cancel();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  }
}

/** The median of `count` questions over one connection, in microseconds. */
async function medianOf(server: RealServer, path: () => string, count: number): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    const began = performance.now();
    await (await fetch(server.origin + path())).arrayBuffer();
    times.push(performance.now() - began);
  }
  return Math.round((times.toSorted((a, b) => a - b)[count >> 1] ?? 0) * 1000);
}

Deno.test(`${GUESSES} wrong ids from one address are throttled, and Companion's right one never is`, () =>
  playAll({ env: { TOKEN_SERVER_LOG_LEVEL: "info" } }, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    const { body: token } = await ask(server, id);
    const statuses = new Map<number, number>();
    let guessing = true;
    const questions: number[] = [];
    const companion = (async () => {
      while (guessing) {
        const began = performance.now();
        assert.deepEqual(await ask(server, id), { status: 200, body: token, retryAfter: null });
        questions.push(performance.now() - began);
      }
    })();
    const each = GUESSES / LANES;
    await Promise.all(Array.from({ length: LANES }, () => guess(server, each, statuses)));
    guessing = false;
    await companion;
    questions.sort((a, b) => a - b);
    const took = `median ${questions[questions.length >> 1]?.toFixed(1)} ms, longest ${
      questions.at(-1)?.toFixed(1)
    } ms`;
    say(
      `guesses: ${
        JSON.stringify(Object.fromEntries(statuses))
      }; ${questions.length} right questions: ${took}`,
    );
    assert.equal([...statuses.values()].reduce((sum, one) => sum + one, 0), GUESSES);
    assert.deepEqual([...statuses.keys()].toSorted(), [404, 429]);
    // Thirty at once, and one more each three seconds.
    assert.ok((statuses.get(404) ?? 0) < 100, "they are throttled");
    assert.equal(server.process.stderr.match(/unknown id asked for/g)?.length, 1, "the log is not flooded");
    const known = await medianOf(server, () => `/status?id=${id}`, 500);
    const unknown = await medianOf(server, () => `/status?id=${crypto.randomUUID()}`, 500);
    const throttled = await medianOf(server, () => `/token?id=${crypto.randomUUID()}`, 500);
    const right = await medianOf(server, () => `/token?id=${id}`, 500);
    say(
      `medians in µs: token of a known id ${right}, of an unknown one ${throttled}; status ${known} and ${unknown}`,
    );
  }));

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
