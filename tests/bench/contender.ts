/** A server that is measured: a process of its own on a core of its own. */
import { CORES } from "./machine.ts";

/** How a server is started; it is given its port in `PORT`. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What is asked of it; the question for a token unless it is said. */
  readonly path?: string;
}

/** A server that runs. */
export interface Running extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** What it is asked for. */
  readonly url: string;
  /** Milliseconds from the start of the process to the first token. */
  readonly startedIn: number;
  /** SIGTERM, and its end. */
  stop(): Promise<void>;
  signal(signal: Deno.Signal): void;
}

const KEPT = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME"] as const;
const encoder = new TextEncoder();
// Below those that the system hands out, and apart from those of another run of the measurements.
let nextPort = 12_000 + Deno.pid * 64 % 20_000;

/** Starts it and waits for its first good answer. */
export async function start(contender: Contender, question: string): Promise<Running> {
  const { name, command, args, env, path = question } = contender;
  const port = nextPort++;
  const kept = KEPT.flatMap((key) => {
    const value = Deno.env.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const began = performance.now();
  const child = new Deno.Command("taskset", {
    args: ["-c", String(CORES.server), command, ...args],
    env: {
      ...Object.fromEntries(kept),
      DENO_NO_UPDATE_CHECK: "1",
      ...env,
      PORT: String(port),
      TOKEN_SERVER_PORT: String(port),
    },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: Deno.env.has("BENCH_SHOW") ? "inherit" : "null",
  }).spawn();
  let over = false;
  child.status.then(() => over = true);
  while (!await answersWell(port, path)) {
    if (over) throw new Error(`Cannot measure ${name}: it ended before it answered (BENCH_SHOW=1 shows why)`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const startedIn = performance.now() - began;
  const end = async (signal: Deno.Signal): Promise<void> => {
    if (!over) child.kill(signal);
    await child.status;
  };
  return {
    ...{ name, pid: child.pid, port, startedIn, url: `http://127.0.0.1:${port}${path}` },
    stop: () => end("SIGTERM"),
    signal: (signal) => child.kill(signal),
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}

/** One request on a connection of its own, without the machinery of fetch. */
async function answersWell(port: number, path: string): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(
      encoder.encode(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`),
    );
    const first = new Uint8Array(64);
    const length = await connection.read(first) ?? 0;
    return new TextDecoder().decode(first.subarray(0, length)).startsWith("HTTP/1.1 200");
  } catch {
    return false;
  }
}
