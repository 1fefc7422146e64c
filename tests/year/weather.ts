/** What goes wrong between the program and Twitch, drawn by a seed so that every class of fault comes equally often. */
import { type Duration, MINUTE, type Time } from "../../src/core/account.ts";
import { type Group, groups } from "../faults/kinds.ts";
import type { FaultKind } from "../support/simulated_twitch/faults.ts";
import type { SimulatedClient } from "../support/simulated_twitch/options.ts";
import type { Random } from "../support/simulated_twitch/random.ts";

/** The requests that a fault is drawn for. */
export type Kind = "refresh" | "validate";

/** How often in a thousand requests. */
export type Rates = Readonly<Record<Kind, number>>;

/** One fault for one request. */
export interface Strike {
  readonly group: Group;
  readonly kind: FaultKind;
}

/** Twitch is away by these for hours; by the others it says something. */
const AWAY: readonly string[] = ["unreachable", "5xx", "page", "3xx", "reset", "hang", "torn early"];

/** So long after a false refusal `/validate` tells the truth, which contradicts it. */
const CONTRADICTED: Duration = 2 * MINUTE;

/** The name of a class. */
export function classOf({ when, name }: Group): string {
  return `${when} ${name}`;
}

/**
 * The classes that may strike requests of an app. Where a spent refresh token is refused while the old access token
 * still answers, two words of Twitch's together say that nothing happened: that is beyond what anybody can tell.
 */
export function classesFor(client: SimulatedClient): readonly Group[] {
  const blind = client.rotateRefreshToken === true && client.oldAccessTokenAfterRefresh === "survives";
  return groups().filter((group) => !blind || classOf(group) !== "after refused");
}

/** Whether Twitch may say what is not so, asked only where it is about to. */
export interface Leave {
  /** That a refresh token is no good. */
  refuse(): boolean;
  /** That an access token is no good. */
  deny(): boolean;
}

/** Faults as they come. */
export class Weather {
  /** Nothing goes wrong as long as it is true. */
  calm = true;
  readonly hits: Readonly<Record<Kind, Map<string, number>>> = { refresh: new Map(), validate: new Map() };
  readonly #random: Random;
  readonly #rates: Rates;
  readonly #classes: readonly Group[];
  #honestUntil: Time = 0;
  readonly #decks: Record<Kind, Group[]> = { refresh: [], validate: [] };
  #storm: { readonly group: Group; readonly until: Time } | undefined;

  constructor(random: Random, rates: Rates, classes: readonly Group[]) {
    this.#classes = classes;
    this.#random = random;
    this.#rates = rates;
  }

  /** From now on nothing else than one fault, at most for so long. */
  begin(now: Time, longest: Duration): void {
    const possible = groups().filter(({ when, name }) => when === "before" && AWAY.includes(name));
    const group = this.#oneOf(possible);
    this.#storm = { group, until: now + this.#random.integer(10 * MINUTE, longest) };
  }

  /** The fault for a request, if one strikes it. */
  strike(kind: Kind, now: Time, leave: Leave): Strike | undefined {
    if (this.calm || now < this.#honestUntil) return undefined;
    const group = this.#stormAt(now) ?? this.#drawn(kind, leave);
    if (group === undefined) return undefined;
    if (kind === "refresh" && group.name === "refused") this.#honestUntil = now + CONTRADICTED;
    const hits = this.hits[kind];
    hits.set(classOf(group), (hits.get(classOf(group)) ?? 0) + 1);
    return { group, kind: this.#oneOf(group.kinds) };
  }

  #stormAt(now: Time): Group | undefined {
    return this.#storm !== undefined && now < this.#storm.until ? this.#storm.group : undefined;
  }

  #drawn(kind: Kind, leave: Leave): Group | undefined {
    if (this.#random.integer(1, 1000) > this.#rates[kind]) return undefined;
    const deck = this.#decks[kind];
    if (deck.length === 0) deck.push(...this.#classes);
    const place = this.#random.integer(0, deck.length - 1);
    const name = deck[place]?.name;
    if (kind === "refresh" && name === "refused" && !leave.refuse()) return undefined;
    if (kind === "validate" && name === "other 401" && !leave.deny()) return undefined;
    return deck.splice(place, 1)[0];
  }

  #oneOf<T>(list: readonly T[]): T {
    const one = list[this.#random.integer(0, list.length - 1)];
    if (one === undefined) throw new Error("Cannot draw from an empty list");
    return one;
  }
}
