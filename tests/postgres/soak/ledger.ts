/** What a simulated Twitch has given to whom, by whose hand, and until when it was good: to judge answers by. */
import type { SimulatedTwitch } from "../../support/simulated_twitch/simulated_twitch.ts";

/** One access token. */
interface Known {
  readonly login: string;
  /** When it runs out or ran out, in milliseconds since the epoch. */
  ends: number;
}

/** A refresh that Twitch has done. */
export interface Rotation {
  readonly login: string;
  /** The instance that asked for it. */
  readonly by: string;
  readonly at: number;
}

/** Stands before a simulated Twitch. */
export class Ledger {
  readonly sim: SimulatedTwitch;
  readonly rotations: Rotation[] = [];
  /** Refresh requests that arrived. */
  sends = 0;
  readonly #oldDies: boolean;
  readonly #tokens = new Map<string, Known>();
  readonly #newest = new Map<string, Known>();
  readonly #holders = new Map<string, string>();
  #waiting: { readonly by: string; readonly resolve: () => void }[] = [];

  /** `oldDies`: whether a refresh ends the access token before it. */
  constructor(sim: SimulatedTwitch, oldDies: boolean) {
    this.sim = sim;
    this.#oldDies = oldDies;
  }

  /** Takes over who has signed in so far. */
  begin(): void {
    for (const { login, accessTokens, refreshToken } of this.sim.grants()) {
      const ends = Date.now() + (this.sim.switches.accessTokenLife ?? 0) * 1000;
      for (const token of accessTokens) this.#enter(token, login, ends);
      if (refreshToken !== undefined) this.#holders.set(refreshToken, login);
    }
  }

  /** The same Twitch, as one instance sees it. */
  seenBy(name: string): Pick<SimulatedTwitch, "handle"> {
    return { handle: (request) => this.#handle(request, name) };
  }

  /** Resolves when that instance sends its next refresh. */
  next(by: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ by, resolve }));
  }

  /** Whose token this is; undefined if Twitch has never given it. */
  holder(token: string): string | undefined {
    return this.#tokens.get(token)?.login;
  }

  /** The last refresh of a login. */
  lastOf(login: string): Rotation | undefined {
    return this.rotations.findLast((one) => one.login === login);
  }

  /** For how long it had been dead at a moment, in milliseconds; less than 0 if it lived. */
  deadFor(token: string, at: number): number {
    return at - (this.#tokens.get(token)?.ends ?? 0);
  }

  async #handle(request: Request, by: string): Promise<Response> {
    const body = new URL(request.url).pathname.endsWith("/token") ? await request.clone().text() : "";
    const spent = new URLSearchParams(body).get("refresh_token");
    if (spent !== null) {
      this.sends++;
      const due = this.#waiting.filter((one) => one.by === by);
      this.#waiting = this.#waiting.filter((one) => one.by !== by);
      for (const { resolve } of due) resolve();
    }
    const answer = await this.sim.handle(request);
    // Also where nobody gets to see the answer.
    if (spent !== null && answer.status === 200) this.#rotated(this.#holders.get(spent) ?? "", by);
    return answer;
  }

  #rotated(login: string, by: string): void {
    const at = Date.now();
    const before = this.#newest.get(login);
    if (this.#oldDies && before !== undefined) before.ends = Math.min(before.ends, at);
    this.rotations.push({ login, by, at });
    const grant = this.sim.grants().find((one) => one.login === login);
    for (const token of grant?.accessTokens ?? []) {
      if (!this.#tokens.has(token)) {
        this.#enter(token, login, at + (this.sim.switches.accessTokenLife ?? 0) * 1000);
      }
    }
    if (grant?.refreshToken !== undefined) this.#holders.set(grant.refreshToken, login);
  }

  #enter(token: string, login: string, ends: number): void {
    const known = { login, ends };
    this.#tokens.set(token, known);
    this.#newest.set(login, known);
  }
}
