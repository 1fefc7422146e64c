/** Load on a server: as much as it takes by wrk, or so many requests a second by ourselves. */
import { cpuSeconds } from "./machine.ts";
import type { Running } from "./contender.ts";

/** What one visit to a server has shown. */
export interface Visit {
  readonly requests: number;
  readonly perSecond: number;
  /** Microseconds of the server's CPU time. */
  readonly cpuPerRequest: number;
}

const CONNECTIONS = 8;

/** Loads a server for so many seconds. Throws if anything but good answers came. */
export async function visit(running: Running, seconds: number): Promise<Visit> {
  const before = cpuSeconds(running.pid);
  const args = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, running.url];
  const { success, stdout, stderr } = await new Deno.Command("wrk", { args }).output();
  const cpu = cpuSeconds(running.pid) - before;
  const report = new TextDecoder().decode(stdout);
  const requests = Number(/(\d+) requests in/.exec(report)?.[1] ?? 0);
  if (!success || requests === 0 || /Non-2xx/.test(report)) {
    throw new Error(`Cannot load ${running.name}:\n${report}${new TextDecoder().decode(stderr)}`);
  }
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(report)?.[1]);
  return { requests, perSecond, cpuPerRequest: cpu * 1e6 / requests };
}

/** Milliseconds of each answer at a steady rate: a request leaves when it is due, whatever became of those before. */
export async function pace(running: Running, perSecond: number, seconds: number): Promise<readonly number[]> {
  const { port, url } = running;
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  const path = url.slice(url.indexOf("/", 8));
  const request = new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
  const free = [...connections];
  const times: number[] = [];
  const all: Promise<void>[] = [];
  const began = performance.now();
  for (let count = 0; count < perSecond * seconds; count++) {
    const due = began + count * 1000 / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 0));
    const connection = free.shift() ?? await Deno.connect({ hostname: "127.0.0.1", port });
    all.push(
      ask(connection, request).then(() => {
        times.push(performance.now() - due);
        free.push(connection);
      }),
    );
  }
  await Promise.all(all);
  for (const connection of free) connection.close();
  return times;
}

async function ask(connection: Deno.Conn, request: Uint8Array): Promise<void> {
  await connection.write(request);
  // An answer with a token is shorter than this and comes in one piece on loopback.
  const length = await connection.read(new Uint8Array(1024)) ?? 0;
  if (length === 0) throw new Error("Cannot measure: the server closed the connection");
}
