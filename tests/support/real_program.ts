/** The real program in a process of its own: from source, or as the executable that TOKEN_SERVER_EXECUTABLE names. */

import { HURRIED, hurry } from "./hurried_times.ts";
import { databaseFor, testServer } from "./postgres_databases.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const READY = /is listening on port (\d+)/;

/** How a program is started. */
export interface Make {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What it needs of the environment to start at all. */
  readonly env: Readonly<Record<string, string>>;
}

/** Those of the task and of the executable. */
const V8_FLAGS = "--v8-flags=--max-semi-space-size=1,--heap-growing-percent=20";

/** From source with the Deno that runs the tests, and the executable where there is one. */
export function makes(): readonly Make[] {
  const executable = Deno.env.get("TOKEN_SERVER_EXECUTABLE") || undefined;
  return [
    fromSource(),
    ...executable === undefined ? [] : [{ name: "executable", command: executable, args: [], env: {} }],
  ];
}

/** From source with the Deno that runs the tests. */
export function fromSource(): Make {
  const kept = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME"];
  const env = Object.fromEntries(kept.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
  // As the task `start` has it: `deno run` asks dl.deno.land for its own updates otherwise.
  env["DENO_NO_UPDATE_CHECK"] = "1";
  // Where others may write to the store a test waits for the end of a lease.
  const hurries = testServer() !== undefined;
  if (hurries) Object.assign(env, hurry(HURRIED));
  const args = [
    "run",
    "--frozen",
    "--cached-only",
    // So does the task: else the pages, and all that they are made of, are read before the first line runs.
    "--unstable-lazy-dynamic-imports",
    V8_FLAGS,
    `--config=${ROOT}deno.json`,
    "--no-prompt",
    "-A",
    `${ROOT}${hurries ? "tests/support/hurried_main.ts" : "src/main.ts"}`,
  ];
  return { name: "source", command: Deno.execPath(), args, env };
}

/** What both ways of starting it take. */
export interface Start {
  readonly make: Make;
  /** The directory that it runs in; its data are in `data` there unless the settings say otherwise. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
}

function commandFor(
  { make, directory, env }: Start,
  args: readonly string[],
  stdin: "piped" | "null",
): Deno.Command {
  return new Deno.Command(make.command, {
    args: [...make.args, ...args],
    cwd: directory,
    env: { ...make.env, ...databaseFor(directory), ...env },
    clearEnv: true,
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

const CAN_PRETEND = "util-linux";

/** Whether this machine has what makes a program believe that it runs at a terminal. */
export function hasTerminal(): boolean {
  try {
    const { stdout } = new Deno.Command("script", { args: ["--version"], stderr: "null" }).outputSync();
    return new TextDecoder().decode(stdout).includes(CAN_PRETEND);
  } catch {
    return false;
  }
}

/** The same program at a terminal that does not show what is typed: its standard error comes with its standard output. */
export function atTerminal(make: Make, args: readonly string[]): Make {
  const words = [make.command, ...make.args, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const options = ["--quiet", "--return", "--echo", "never", "--command", words.join(" "), "/dev/null"];
  return { ...make, command: "script", args: options };
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running: what it printed so far can be read while it waits for input. */
export class RunningCommand implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Collected;
  readonly #stderr: Collected;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdout = new Collected(child.stdout);
    this.#stderr = new Collected(child.stderr);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  /** Resolves with the match once standard output has it; rejects if the command ends without. */
  async printed(pattern: RegExp): Promise<RegExpMatchArray> {
    const match = await this.#stdout.until(pattern);
    if (match !== undefined) return match;
    throw new Error(`the command ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
  }

  /** Resolves with the match once standard error has it; rejects if the command ends without. */
  async complained(pattern: RegExp): Promise<RegExpMatchArray> {
    const match = await this.#stderr.until(pattern);
    if (match !== undefined) return match;
    throw new Error(`the command ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
  }

  async type(line: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${line}\n`));
    writer.releaseLock();
  }

  /** The end of its standard input. */
  async endInput(): Promise<void> {
    await this.#child.stdin.close();
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end. */
  async ended(): Promise<Ended> {
    const { code } = await this.#child.status;
    await Promise.all([this.#stdout.done, this.#stderr.done]);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    try {
      await this.#child.stdin.close();
    } catch {
      // There was none, or it is closed.
    }
    await this.ended();
  }
}

/** A stream read to its end as it comes. */
class Collected {
  text = "";
  readonly done: Promise<void>;
  #changed = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.done = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      this.text += chunk;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  async until(pattern: RegExp): Promise<RegExpMatchArray | undefined> {
    let ended = false;
    const end = this.done.then(() => void (ended = true));
    while (true) {
      const match = this.text.match(pattern);
      if (match !== null || ended) return match ?? undefined;
      await Promise.race([this.#changed.promise, end]);
    }
  }
}

/** Starts a command and leaves it running, with standard input to type into. */
export function startCommand(start: Start, args: readonly string[]): RunningCommand {
  return new RunningCommand(commandFor(start, args, "piped").spawn());
}

/** Runs a command to its end. */
export async function runCommand(start: Start, args: readonly string[], input?: string): Promise<Ended> {
  await using command = startCommand(start, args);
  if (input !== undefined) await command.type(input);
  return await command.ended();
}

/** A server that listens. */
export interface RealServer extends AsyncDisposable {
  readonly process: RunningCommand;
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Ended>;
}

/** Starts `serve` on a free port and waits until it listens. */
export async function startServer(start: Start, args: readonly string[] = []): Promise<RealServer> {
  const process = startCommand(start, ["serve", "--port", "0", ...args]);
  try {
    const port = Number((await process.printed(READY))[1]);
    return {
      process,
      port,
      origin: `http://127.0.0.1:${port}`,
      stop() {
        process.kill("SIGTERM");
        return process.ended();
      },
      [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
    };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}
