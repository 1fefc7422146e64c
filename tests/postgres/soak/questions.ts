/** Token questions all the time at all instances, and what the answers were worth. */
import type { Random } from "../../support/simulated_twitch/random.ts";
import type { Ledger } from "./ledger.ts";
import type { Member } from "./member.ts";
import type { Seeded } from "./seeding.ts";

/** Askers at once, and the pause of each between two questions, in milliseconds. */
const ASKERS = 8;
const PAUSE = 100;
/** The hold of a question and what a busy machine may add, in milliseconds. */
export const BOUND = 6000 + 1500;
/** What a notification may take where nothing was done to anybody, in milliseconds. */
const FRESH = 1000;
/** An id that nobody has, among so many questions. */
const STRANGE_EACH = 50;

/** What was counted. */
export interface Asked {
  asked: number;
  /** A token that lives at Twitch. */
  right: number;
  /** Dead at Twitch when it was asked for: at an instance that had been disturbed or for the want of one, or briefly. */
  stale: number;
  longestStale: number;
  /** 503. */
  none: number;
  /** 409: the login has ended. */
  ended: number;
  /** Killed or stopped meanwhile. */
  unanswered: number;
  late: number;
  longest: number;
  /** Whatever must not be. */
  readonly wrong: string[];
}

/** Asks until `end` is aborted. */
export class Questions {
  readonly counts: Asked = {
    ...{ asked: 0, right: 0, stale: 0, longestStale: 0, none: 0, ended: 0, unanswered: 0, late: 0 },
    longest: 0,
    wrong: [],
  };
  readonly #members: readonly Member[];
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #living: Seeded[];
  /** Whether old tokens survive a refresh, so that there always is one to answer. */
  readonly #survives: boolean;

  constructor(
    members: readonly Member[],
    ledger: Ledger,
    random: Random,
    { seeded, survives }: { seeded: readonly Seeded[]; survives: boolean },
  ) {
    this.#members = members;
    this.#ledger = ledger;
    this.#random = random;
    this.#living = [...seeded];
    this.#survives = survives;
  }

  /** One that is asked for no longer, because it is removed next. */
  take(): Seeded | undefined {
    return this.#living.splice(this.#random.integer(0, this.#living.length - 1), 1)[0];
  }

  async run(end: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: ASKERS }, async () => {
      while (!end.aborted) {
        await this.#one();
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }));
  }

  async #one(): Promise<void> {
    const up = this.#members.filter(({ origin }) => origin !== undefined);
    const member = up[this.#random.integer(0, up.length - 1)];
    const strange = this.#random.integer(1, STRANGE_EACH) === 1;
    const one = strange ? undefined : this.#living[this.#random.integer(0, this.#living.length - 1)];
    if (member === undefined) return;
    const { life } = member;
    const [at, begun] = [Date.now(), performance.now()];
    const { counts } = this;
    counts.asked++;
    try {
      const response = await fetch(`${member.origin}/token?id=${one?.id ?? crypto.randomUUID()}`, {
        signal: life,
      });
      const body = await response.text();
      const took = performance.now() - begun;
      counts.longest = Math.max(counts.longest, took);
      if (took > BOUND) {
        counts.late++;
        counts.wrong.push(
          `${member.name} answered ${one?.login} ${response.status} after ${Math.round(took)} ms`,
        );
      }
      if (one !== undefined) this.#judge(member, one, response.status, body, at);
      else if (response.status === 404 || response.status === 429) counts.right++;
      else counts.wrong.push(`${member.name} answered an unknown id with ${response.status} ${body}`);
    } catch (error) {
      if (!life.aborted) throw error;
      counts.unanswered++;
    }
  }

  #judge(member: Member, { login }: Seeded, status: number, body: string, at: number): void {
    const { counts } = this;
    const what = `${member.name}${member.calm ? "" : " (disturbed)"} answered ${login}`;
    if (status === 409) {
      counts.ended++;
      if (this.#survives) counts.wrong.push(`${what} 409`);
    } else if (status === 503) {
      counts.none++;
      if (this.#survives) counts.wrong.push(`${what} 503 ${body}`);
    } else if (status !== 200) counts.wrong.push(`${what} ${status} ${body}`);
    else if (this.#ledger.holder(body) !== login) counts.wrong.push(`${what} with another's token`);
    else this.#judgeAge(member, login, what, this.#ledger.deadFor(body, at));
  }

  /** Nobody can know of a new token whose holder was killed, stopped or cut off before it was stored. */
  #judgeAge(member: Member, login: string, what: string, dead: number): void {
    const { counts } = this;
    if (dead <= 0) return void counts.right++;
    counts.stale++;
    counts.longestStale = Math.max(counts.longestStale, dead);
    const last = this.#ledger.lastOf(login);
    const holder = this.#members.find(({ name }) => name === last?.by);
    const stored = last !== undefined && holder !== undefined && holder.quietSince < last.at;
    if (member.calm && stored && dead > FRESH) {
      counts.wrong.push(`${what} a token that had been dead for ${dead} ms`);
    }
  }
}
