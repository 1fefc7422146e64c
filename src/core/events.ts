/**
 * What has happened here lately, for people: the log's lines that concern them, picked by a table, with only the fields
 * that the table names. So neither a secret nor an id comes in, and Twitch's hourly silence does not fill the list.
 *
 * Kept in memory; the store has a copy that is written seldom, for a memory card wears out. Where several processes share
 * a store, it has those of all of them.
 */
import { type Duration, HOUR, MINUTE, type Time } from "./account.ts";
import { AppError } from "./error.ts";
import { type EventKind, type EventRule, EVENTS_OF_LOG, RULE_OF_KIND } from "./event_kinds.ts";
import type { Clock, Log, LogFields, Store } from "./ports.ts";

export type { EventKind };

/** One event. */
export interface RecentEvent {
  readonly at: Time;
  readonly kind: EventKind;
  /** What a sentence about it needs. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** How often in a row. */
  readonly times: number;
}

/** So many are kept. */
export const MOST_EVENTS = 200;
const WRITTEN_EACH: Duration = HOUR;
/** A database wears out no card, and other processes show them too. */
const SHARED_EACH: Duration = MINUTE;
const LONGEST_FACT = 100;
const NAME = "events";

type EventStore = Pick<Store, "setting" | "saveSetting" | "replaceSetting">;

export class RecentEvents {
  readonly #clock: Pick<Clock, "now">;
  /** Of other processes, earlier or at work on the same store; oldest first, as are those of this one. */
  #others: readonly RecentEvent[] = [];
  #own: RecentEvent[] = [];
  /** Those of this process that the store has, as JSON. */
  #written = new Set<string>();
  #changed = false;
  #writtenAt: Time;

  readonly #isShared: boolean;

  constructor(clock: Pick<Clock, "now">, isShared = false) {
    this.#clock = clock;
    this.#isShared = isShared;
    this.#writtenAt = clock.now();
  }

  /** Newest first. */
  all(): readonly RecentEvent[] {
    return this.#events.toReversed();
  }

  get #events(): readonly RecentEvent[] {
    const all = [...this.#others, ...this.#own];
    if (this.#isShared) all.sort((left, right) => left.at - right.at);
    return all.slice(-MOST_EVENTS);
  }

  /** Takes a line of the log in, if people should know of it. */
  note(line: string, fields: LogFields = {}): void {
    const rule = EVENTS_OF_LOG.get(line);
    if (rule === undefined) return;
    const facts = factsOf(rule, fields);
    if (!this.#isNews(rule, facts)) return;
    const at = this.#clock.now();
    const last = this.#events.at(-1);
    const again = last?.kind === rule.kind && JSON.stringify(last.facts) === JSON.stringify(facts);
    if (again) this.#forgetLast();
    this.#own.push({ at, kind: rule.kind, facts, times: again ? last.times + 1 : 1 });
    this.#own = this.#own.slice(-MOST_EVENTS);
    this.#changed = true;
  }

  #forgetLast(): void {
    if (this.#own.pop() === undefined) this.#others = this.#others.slice(0, -1);
  }

  /** Takes over what other processes have kept, earlier or since the last time. Throws `AppError` `store_away`. */
  async load(store: Pick<Store, "setting">): Promise<void> {
    this.#others = this.#othersIn(await store.setting(NAME));
  }

  #othersIn(bytes: Uint8Array | undefined): readonly RecentEvent[] {
    const kept = bytes === undefined ? [] : eventsIn(new TextDecoder().decode(bytes));
    return kept.filter((event) => !this.#written.has(JSON.stringify(event)));
  }

  /** To be called now and then: writes if there is something new and the last time is long ago. */
  async look(store: EventStore): Promise<void> {
    const each = this.#isShared ? SHARED_EACH : WRITTEN_EACH;
    // A clock that was set counts as long ago.
    if (Math.abs(this.#clock.now() - this.#writtenAt) >= each) await this.write(store);
  }

  /** Writes if there is something new. A disk that does not take it costs these lines and nothing else. */
  async write(store: EventStore): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    this.#writtenAt = this.#clock.now();
    try {
      if (this.#isShared) await this.#merge(store);
      else await store.saveSetting(NAME, bytesOf(this.#events));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#changed = true;
    }
  }

  async #merge(store: EventStore): Promise<void> {
    while (true) {
      const before = await store.setting(NAME);
      const others = this.#othersIn(before);
      const own = [...this.#own];
      const all = [...others, ...own].sort((left, right) => left.at - right.at).slice(-MOST_EVENTS);
      if (!await store.replaceSetting(NAME, before, bytesOf(all))) continue;
      this.#others = others;
      this.#written = new Set(own.map((event) => JSON.stringify(event)));
      return;
    }
  }

  /** What lasts is told when it begins and when it is over, not each minute between. */
  #isNews({ kind, spell }: EventRule, { account }: RecentEvent["facts"]): boolean {
    if (spell === undefined || spell.marks === "always") return true;
    const ofSpell = this.#events.filter((event) => {
      const rule = RULE_OF_KIND.get(event.kind);
      return rule?.spell?.name === spell.name && event.facts["account"] === account;
    });
    const endsAt = ofSpell.findLastIndex((event) => RULE_OF_KIND.get(event.kind)?.spell?.marks !== "begin");
    const since = ofSpell.slice(endsAt + 1);
    return spell.marks === "begin" ? since.every((event) => event.kind !== kind) : since.length > 0;
  }
}

/** Hears lines of the log. */
export interface Listener {
  note(line: string, fields?: LogFields): void;
}

/** The same log, of which the listeners hear every line above debug. */
export function heardLog(log: Log, ...listeners: readonly Listener[]): Log {
  function heard(level: keyof Log): Log["info"] {
    return (line, fields) => {
      for (const listener of listeners) listener.note(line, fields);
      log[level](line, fields);
    };
  }
  return { debug: log.debug.bind(log), info: heard("info"), warn: heard("warn"), error: heard("error") };
}

function factsOf({ keeps }: EventRule, fields: LogFields): RecentEvent["facts"] {
  const facts = (keeps ?? []).flatMap((name): [string, string | number][] => {
    const value = fields[name];
    if (value === undefined || typeof value === "object") return [];
    return [[name, typeof value === "number" ? value : String(value).slice(0, LONGEST_FACT)]];
  });
  return Object.fromEntries(facts);
}

function bytesOf(events: readonly RecentEvent[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: 1, events }));
}

function eventsIn(text: string): RecentEvent[] {
  try {
    const { events } = JSON.parse(text) ?? {};
    return Array.isArray(events) ? events.filter(isEvent) : [];
  } catch {
    return [];
  }
}

/** Kinds of a later version are passed over. */
function isEvent(value: unknown): value is RecentEvent {
  const { at, kind, facts, times } = (value ?? {}) as Record<keyof RecentEvent, unknown>;
  return Number.isFinite(at) && RULE_OF_KIND.has(kind as EventKind) && Number.isInteger(times) &&
    typeof facts === "object" && facts !== null &&
    Object.values(facts).every((one) => typeof one === "string" || typeof one === "number");
}
