/** The way to the simulated Twitch: where faults strike and where a process can die in the middle of a refresh. */
import { setImmediate } from "node:timers/promises";
import type { Random } from "../support/simulated_twitch/random.ts";
import { endpointOf } from "../support/simulated_twitch/requests.ts";
import type { SimulatedTwitch } from "../support/simulated_twitch/simulated_twitch.ts";
import type { Machine } from "./machine.ts";
import { classOf, type Kind, type Weather } from "./weather.ts";

/** Where in a refresh a process may die. */
export const DEATHS = ["before it is sent", "before its answer", "before its commit"] as const;
export type Death = typeof DEATHS[number];

/** What a request is sent by. */
export interface Sender {
  readonly dead: boolean;
  die(): void;
  /** The next grant is not sealed: the process dies then. */
  dieAtSeal(): void;
  /** Whether this access token is what it answers. */
  serves(access: string): boolean;
  /** Whether it goes by nothing but what `/validate` says of this token: a refresh is open, or was refused. */
  dependsOn(access: string): boolean;
}

/** What is drawn for one request to the token endpoint. */
interface Fate {
  readonly token: string;
  readonly death: Death | undefined;
}

/** One wire for all processes of a machine. One request at a time, so that a fault strikes the one it was drawn for. */
export class Wire {
  /** What became of the last request with a refresh token that Twitch acted on, where its answer was lost. */
  readonly lost = new Map<string, string>();
  /** Valid access tokens that Twitch has called invalid: nobody can be blamed for not answering them. */
  readonly denied = new Set<string>();
  /** Refresh tokens that were answered and whose successors may not be on the disk yet. */
  readonly #answered = new Set<string>();
  /** How many processes died where. */
  readonly deaths = new Map<Death, number>();
  /** Of a thousand refreshes, so many kill their process. */
  deathRate = 0;
  sends = 0;
  #deaths: Death[] = [];
  /** The access token that was served when Twitch erred, by grant. */
  readonly #refused = new Map<number, string>();
  #turn: Promise<unknown> = Promise.resolve();

  readonly sim: SimulatedTwitch;
  readonly weather: Weather;
  readonly machine: Machine;
  readonly random: Random;

  constructor(sim: SimulatedTwitch, weather: Weather, machine: Machine, random: Random) {
    this.sim = sim;
    this.weather = weather;
    this.machine = machine;
    this.random = random;
  }

  /** The fetch of one process. After its death no answer comes any more. */
  fetchFor(sender: Sender): typeof fetch {
    return async (input, init = {}) => {
      const turn = this.#turn.then(() => sender.dead ? undefined : this.#send(sender, `${input}`, init));
      this.#turn = turn.catch(() => {});
      const answer = await turn;
      return answer === undefined || sender.dead ? await never() : answer;
    };
  }

  /** Everything that was answered is on the disk now. */
  settle(): void {
    this.#answered.clear();
  }

  /** What was answered and is not on the disk will never be. */
  forsake(): void {
    for (const token of this.#answered) {
      if (!this.lost.has(token)) this.lost.set(token, "beside another death");
    }
    this.settle();
  }

  async #send(sender: Sender, url: string, init: RequestInit): Promise<Response | undefined> {
    const fate = this.#fateOf(url, init);
    if (fate?.death === "before it is sent") return this.#end(sender, fate.death);
    const endpoint = endpointOf(new URL(url).pathname);
    const kind: Kind | undefined = fate !== undefined
      ? "refresh"
      : endpoint === "validate"
      ? "validate"
      : undefined;
    const strike = kind && fate?.death === undefined
      ? this.weather.strike(kind, this.machine.truth, {
        refuse: () => this.#mayRefuse(sender, fate?.token ?? ""),
        deny: () => this.#mayDeny(sender, init),
      })
      : undefined;
    if (strike !== undefined) {
      this.sim.faults.add({ endpoint, when: strike.group.when, kind: strike.kind });
      if (fate !== undefined && strike.group.when === "after") {
        this.lost.set(fate.token, classOf(strike.group));
      }
    }
    // The runtime's own time-out is left out: no real time counts.
    const { signal: _, ...rest } = init;
    const patience = new AbortController();
    if (fate !== undefined) this.#answered.add(fate.token);
    const answer = this.sim.fetch(url, { ...rest, signal: patience.signal });
    answer.catch(() => {});
    if (strike?.group.slow) {
      while (this.sim.faults.pending > 0) await setImmediate();
      patience.abort(new DOMException("Signal timed out.", "TimeoutError"));
    }
    if (fate?.death === undefined) {
      try {
        return await answer;
      } finally {
        if (sender.dead) this.forsake();
      }
    }
    this.lost.set(fate.token, fate.death);
    const { ok } = await answer;
    if (fate.death === "before its answer" || !ok) return this.#end(sender, fate.death);
    this.deaths.set(fate.death, (this.deaths.get(fate.death) ?? 0) + 1);
    sender.dieAtSeal();
    return await answer;
  }

  #end(sender: Sender, death: Death): undefined {
    this.deaths.set(death, (this.deaths.get(death) ?? 0) + 1);
    sender.die();
  }

  /** Undefined for what is no refresh. */
  #fateOf(url: string, init: RequestInit): Fate | undefined {
    const token = init.body instanceof URLSearchParams ? init.body.get("refresh_token") : null;
    if (token === null || !url.endsWith("/token")) return undefined;
    this.sends++;
    const dies = !this.weather.calm && this.random.integer(1, 1000) <= this.deathRate;
    if (this.#deaths.length === 0) this.#deaths = [...DEATHS];
    return { token, death: dies ? this.#deaths.pop() : undefined };
  }

  /** Twitch errs once in a row, and only where `/validate` contradicts it: otherwise it is no fault but an end. */
  #mayRefuse(sender: Sender, token: string): boolean {
    const grant = this.sim.grants().find(({ refreshToken }) => refreshToken === token);
    const served = grant?.accessTokens.find((access) => sender.serves(access));
    if (grant === undefined || served === undefined || this.#refused.get(grant.id) === served) return false;
    this.#refused.set(grant.id, served);
    return true;
  }

  /** It denies no token that is the only witness of what became of a refresh: that would be an end as well. */
  #mayDeny(sender: Sender, init: RequestInit): boolean {
    const access = new Headers(init.headers).get("authorization")?.replace("OAuth ", "") ?? "";
    if (!sender.serves(access) || sender.dependsOn(access)) return false;
    this.denied.add(access);
    return true;
  }
}

/** What a dead process waits for. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
