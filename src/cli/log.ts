/**
 * One event, one line: logfmt, JSON, or a friendlier form on a terminal. Whatever is put in, a line is one line, holds no
 * control character, no query of an address, and no secret that `Masks` knows of.
 */
import { AppError } from "../core/error.ts";
import type { Clock, Log, LogFields } from "../core/ports.ts";
import type { Masks } from "./masks.ts";
import type { LogFormat, LogLevel } from "./setting_values.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
/** What journald reads off the front of a line (sd-daemon(3)). */
const PRIORITIES: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };
/** ANSI: grey, green, yellow, red. */
const COLORS: Readonly<Record<LogLevel, number>> = { debug: 90, info: 32, warn: 33, error: 31 };
const DIM = 2;
/** Longer values are cut, so that nobody outside can fill the disk with one of them. */
const LONGEST = 4000;
/** Characters that end a line, steer a terminal, turn the direction of writing, or cannot be seen. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;
const RESERVED: readonly string[] = ["time", "level", "event"];

export interface LogOptions {
  /** Events below it are dropped. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes one line with its line feed. What it throws is swallowed: a closed pipe must not stop a refresh. */
  write(line: string): void;
  readonly clock: Pick<Clock, "now">;
  /** A person is watching: logfmt becomes the friendly form. */
  readonly terminal?: boolean;
  /** Only in the friendly form: see `wantsColor`. */
  readonly color?: boolean;
  /** journald takes the lines (JOURNAL_STREAM is set): it has its own clock, and reads the level off the front. */
  readonly journald?: boolean;
  readonly masks?: Masks;
}

type Entry = readonly [name: string, value: string | number | boolean];

/** A log that holds nothing but its options. */
export function createLog(options: LogOptions): Log {
  const lowest = LEVELS.indexOf(options.level);
  function at(level: LogLevel): Log["info"] {
    if (LEVELS.indexOf(level) < lowest) return () => {};
    return (event, fields = {}) => {
      const line = lineOf(options, level, clean(event, options.masks), entriesOf(fields, options.masks));
      try {
        options.write(`${line}\n`);
      } catch {
        // Nowhere is left to say it.
      }
    };
  }
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function lineOf(options: LogOptions, level: LogLevel, event: string, fields: readonly Entry[]): string {
  const { journald, format } = options;
  const friendly = format === "logfmt" && !journald && (options.terminal || options.color);
  const moment = options.clock.now();
  if (friendly) return friendlyLine(moment, level, event, fields, options.color === true);
  const time: readonly Entry[] = journald
    ? []
    : [["time", `${new Date(moment).toISOString().slice(0, 19)}Z`]];
  const entries: readonly Entry[] = [...time, ["level", level], ["event", event], ...fields];
  const line = format === "json" ? jsonLine(entries) : logfmtLine(entries);
  return journald ? `<${PRIORITIES[level]}>${line}` : line;
}

function entriesOf(fields: LogFields, masks: Masks | undefined): readonly Entry[] {
  return Object.entries(fields).flatMap(([name, value]): readonly Entry[] => {
    if (value === undefined) return [];
    const safeName = name.replace(/[^\w.-]/g, "_") + (RESERVED.includes(name) ? "_" : "");
    const text = clean(String(value), masks);
    const bare = typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
    return [[safeName, bare && text === String(value) ? value : text]];
  });
}

/** Masked first: what cutting and escaping leave of a secret would no longer be recognised. */
function clean(text: string, masks: Masks | undefined): string {
  const masked = withoutQueries(masks?.apply(text) ?? text);
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST)}…` : masked;
}

/** Addresses and paths without credentials, query and fragment, where codes, tokens and ids travel. */
function withoutQueries(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]*@/gi, "$1")
    .replace(/((?:\b[a-z][a-z0-9+.-]*:\/|(?<!\w))\/[^\s?#"'<>]*)[?#][^\s"'<>)]+/gi, "$1?…");
}

function jsonLine(entries: readonly Entry[]): string {
  return escaped(JSON.stringify(Object.fromEntries(entries)));
}

function logfmtLine(entries: readonly Entry[]): string {
  return entries.map(([name, value]) => `${name}=${logfmtValue(value)}`).join(" ");
}

function logfmtValue(value: Entry[1]): string {
  const text = String(value);
  const plain = text !== "" && !/[\s"=\\]/.test(text) && text.search(UNSAFE) < 0;
  return plain ? text : escaped(JSON.stringify(text));
}

/** Finishes what JSON.stringify begins: it leaves DEL, C1 and format characters as they are. */
function escaped(json: string): string {
  return json.replace(
    UNSAFE,
    (character) =>
      Array.from(
        { length: character.length },
        (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
      ).join(""),
  );
}

function friendlyLine(
  moment: number,
  level: LogLevel,
  event: string,
  fields: readonly Entry[],
  color: boolean,
): string {
  const paint = (code: number, text: string) => color ? `\x1b[${code}m${text}\x1b[0m` : text;
  // The watch on the wall beside the terminal shows local time.
  const time = new Date(moment).toTimeString().slice(0, 8);
  const text = escaped(JSON.stringify(event)).slice(1, -1).replaceAll('\\"', '"');
  const head = `${paint(DIM, time)} ${paint(COLORS[level], level.padEnd(5))} ${text}`;
  return fields.length === 0 ? head : `${head}  ${paint(DIM, logfmtLine(fields))}`;
}

/** How lines look to whoever reads standard error. */
export function logStyle(
  env: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): Pick<LogOptions, "terminal" | "color" | "journald"> {
  // A shell under systemd inherits JOURNAL_STREAM (systemd.exec(5)), but its terminal is no journal.
  return {
    terminal,
    color: wantsColor(env, terminal),
    journald: !terminal && Boolean(env["JOURNAL_STREAM"]),
  };
}

/** Whether to colour: NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then CLICOLOR, then whether it is a terminal. */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, terminal: boolean): boolean {
  const isOn = (name: string) => !["", "0", "false", undefined].includes(env[name]);
  if (env["NO_COLOR"]) return false;
  if (isOn("FORCE_COLOR") || isOn("CLICOLOR_FORCE")) return true;
  if (env["FORCE_COLOR"] === "0" || env["FORCE_COLOR"] === "false" || env["CLICOLOR"] === "0") return false;
  return terminal;
}

/** What a log says of something thrown: names and messages, never a stack. Causes follow, for fetch hides its reason there. */
export function errorFields(error: unknown): LogFields {
  const chain: unknown[] = [];
  for (
    let one = error;
    one !== undefined && chain.length < 4;
    one = one instanceof Error ? one.cause : undefined
  ) {
    chain.push(one);
  }
  const code = error instanceof AppError ? error.code : undefined;
  return {
    error: error instanceof Error ? error.name : typeof error,
    code,
    message: chain.map((one) => one instanceof Error ? one.message : String(one)).join(": "),
  };
}

/** Like `errorFields`, with the stack: for bugs and for level debug. */
export function bugFields(error: unknown): LogFields {
  return { ...errorFields(error), stack: error instanceof Error ? error.stack : undefined };
}
