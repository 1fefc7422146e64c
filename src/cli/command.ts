import { AppError } from "../core/error.ts";
import type { Clock, Log } from "../core/ports.ts";
import { systemClock } from "./clock.ts";
import { type Config, type Environment, type Flags, parseConfig } from "./config.ts";
import { createLog, logStyle } from "./log.ts";
import { Masks } from "./masks.ts";
import type { Settings } from "./program.ts";
import { environmentNames } from "./settings.ts";
import { systemTerminal, type Terminal } from "./terminal.ts";

/** The outside of a command: everything that a test replaces. */
export interface Surroundings {
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** The window that a person sees was opened for this process alone and may close with it, as on Windows. */
  readonly windowGoes?: boolean;
  /** Aborted when the command is to end: SIGINT, SIGTERM. */
  onStop(stop: () => void): Disposable;
}

/** What a command works with. */
export interface CommandParts {
  readonly settings: Settings;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  /** What the log must not show. */
  readonly masks: Masks;
  readonly terminal: Terminal;
  readonly surroundings: Surroundings;
}

/** Settings, log and terminal for a command with these flags. Throws `AppError` `settings`. */
export function partsFor(flags: Flags, surroundings: Surroundings): CommandParts {
  const { env, terminal, clock } = surroundings;
  const settings: Settings = (stored) =>
    parseConfig({ flags, env, stored, exists, readFile: Deno.readTextFileSync });
  const config = settings();
  const masks = new Masks();
  const log = createLog({
    ...config.log,
    ...logStyle(env, Deno.stderr.isTerminal()),
    write: (line) => terminal.complain(line.trimEnd()),
    clock,
    masks,
  });
  return { settings, config, clock, log, masks, terminal, surroundings };
}

/** The process's own surroundings. */
export function systemSurroundings(): Surroundings {
  const terminal = systemTerminal();
  // A window of macOS or Linux stays, or was there before.
  const windowGoes = Deno.build.os === "windows" && terminal.isTerminal && terminal.hasKeyboard === true;
  return { env: readEnvironment(), terminal, clock: systemClock(), windowGoes, onStop };
}

/** All of it where that is allowed, for the sake of warnings about misspelt names; else what the program knows. */
function readEnvironment(): Environment {
  try {
    return Deno.env.toObject();
  } catch {
    return Object.fromEntries(environmentNames().map((name) => [name, Deno.env.get(name)]));
  }
}

function onStop(stop: () => void): Disposable {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) Deno.removeSignalListener(signal, stop);
    },
  };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** One line of JSON for programs. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.print(JSON.stringify(value));
}

/** A line that somebody must type. Throws `AppError` `usage` at the end of the input. */
export async function ask(terminal: Terminal, question: string): Promise<string> {
  terminal.complain(question);
  const line = await terminal.readLine();
  if (line === undefined) {
    throw new AppError("usage", "Cannot go on: standard input ended before an answer came");
  }
  return line.trim();
}
