/**
 * Asking Helix with an account's login, for tools that cannot do it themselves. Every answer comes within a time that
 * Companion waits for, and nothing is sent after it: a person who was told of a failure presses again, and two ads
 * would be worse than none.
 */
import { type Duration, MINUTE, SECOND, type Time } from "./account.ts";
import type { TwitchApp } from "./app.ts";
import { AppError } from "./error.ts";
import type { Login } from "./login.ts";
import type { Clock, Helix, HelixAnswer, HelixRequest, Unavailable, ValidateOutcome } from "./ports.ts";
import type { Refresher } from "./refresher.ts";
import { type Asked, readAsked } from "./relay_request.ts";
import type { Roster } from "./roster.ts";
import type { Secret } from "./secret.ts";
import { noToken, tokenFor } from "./token.ts";
import { validate } from "./validate.ts";

/** Companion gives a press up after 5 s; promised are 4.5. */
const ANSWER_WITHIN: Duration = 4.4 * SECOND;
/** So much of it may pass before a token is there: the request itself needs a moment too. */
const TOKEN_WITHIN: Duration = 3 * SECOND;
const SHOWN_FOR: Duration = MINUTE;

/** Sends one request with the login's token, and once more if that turned out to be dead. Throws `AppError`. */
export type Send = (request: HelixRequest) => Promise<HelixAnswer>;

export class Relay {
  readonly #roster: Roster;
  readonly #refresher: Refresher;
  readonly #helix: Helix;
  /** One `/validate` per login at a time, however many presses want to know. */
  readonly #validating = new Map<Login, Promise<ValidateOutcome>>();

  constructor(roster: Roster, refresher: Refresher, helix: Helix) {
    this.#roster = roster;
    this.#refresher = refresher;
    this.#helix = helix;
  }

  /** What Helix answers to this. Throws `AppError`: `usage`, `refused` while the relay is off, `needs_login`, `locked`, `no_app`, `app_refused`, `unavailable`. */
  async pass(login: Login, asked: Asked): Promise<HelixAnswer> {
    const request = readAsked(asked, login.account.twitchId);
    return await this.within(login, (send) => send(request));
  }

  /** Does work that sends requests, within the time for one answer. Throws what `pass` throws. */
  async within<T>(login: Login, work: (send: Send) => Promise<T>): Promise<T> {
    if (!login.account.relay) throw switchedOff(login);
    using limit = new Limit(this.#roster.deps.clock);
    return await Promise.race([work((request) => this.#send(login, request, limit)), limit.reached]);
  }

  async #send(login: Login, request: HelixRequest, limit: Limit): Promise<HelixAnswer> {
    const app = this.#appOf(login);
    const hold = Math.min(TOKEN_WITHIN, limit.left());
    const access = await tokenFor(this.#roster, this.#refresher, login, hold);
    const answer = await this.#call(app, access, request, limit);
    if (answer.status !== 401) return answer;
    const renewed = await this.#renewed(login, access);
    return renewed === undefined ? answer : await this.#call(app, renewed, request, limit);
  }

  async #call(app: TwitchApp, access: Secret, request: HelixRequest, limit: Limit): Promise<HelixAnswer> {
    limit.check();
    const answer = await this.#helix.call(app, access, request, limit.left());
    if (answer.kind === "unavailable") throw noAnswer(answer);
    return answer;
  }

  #appOf(login: Login): TwitchApp {
    const { app, deps: { vault } } = this.#roster;
    if (vault.locked !== undefined) throw noToken(login, vault.locked);
    if (app === undefined) {
      throw new AppError("no_app", "Cannot ask Twitch: no Twitch app is set up on the token server");
    }
    if (app.clientId === login.account.clientId) return app;
    throw new AppError("app_refused", "Cannot ask Twitch: this login was made with another Twitch app");
  }

  /**
   * The token in place of one that Helix did not take; undefined if it was not the token's fault, because a missing
   * scope is a 401 too. `/validate` tells the two apart, and what it calls dead is refreshed as for a question.
   */
  async #renewed(login: Login, used: Secret): Promise<Secret | undefined> {
    if (login.access === used && (await this.#validated(login)).kind !== "invalid") return undefined;
    if (login.access === undefined) await this.#refresher.one(login, "question");
    if (login.access === undefined) throw noToken(login, this.#roster.deps.vault.locked);
    return login.access;
  }

  #validated(login: Login): Promise<ValidateOutcome> {
    const running = this.#validating.get(login);
    if (running !== undefined) return running;
    const asked = validate(this.#roster, login, this.#roster.deps.clock.now())
      .finally(() => this.#validating.delete(login));
    this.#validating.set(login, asked);
    return asked;
  }
}

/** The time that one answer may take. */
class Limit implements Disposable {
  /** Rejects when the time is over. */
  readonly reached: Promise<never>;
  readonly #clock: Clock;
  readonly #start: Time;
  readonly #end = new AbortController();
  #over = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
    this.reached = clock.sleep(ANSWER_WITHIN, this.#end.signal).then(() => {
      this.#over = true;
      throw tooLate();
    });
  }

  /** What is left of it; a wall clock that jumps makes it shorter or leaves it whole. */
  left(): Duration {
    const passed = Math.max(0, this.#clock.now() - this.#start);
    return Math.max(1, ANSWER_WITHIN - passed);
  }

  /** Throws if the answer has been given already. */
  check(): void {
    if (this.#over) throw tooLate();
  }

  [Symbol.dispose](): void {
    this.#end.abort();
  }
}

function switchedOff({ account: { alias } }: Login): AppError {
  return new AppError(
    "refused",
    `Cannot ask Twitch: the relay is off, switch it on with accounts relay ${alias} on`,
    { hint: "It can be switched on on the page of the account too" },
  );
}

function tooLate(): AppError {
  return new AppError("unavailable", "Cannot ask Twitch: it did not answer in time", {
    hint: "Try again in a moment",
  });
}

function noAnswer({ reason, neverLeft }: Unavailable): AppError {
  if (reason === "timeout") return tooLate();
  const why = neverLeft ? "it cannot be reached" : "its answer was lost on the way";
  return new AppError("unavailable", `Cannot ask Twitch: ${why}`, { hint: "Try again in a moment" });
}

/** Keeps how a press ended: a failure is shown for a minute, unless the same press succeeds meanwhile. */
export function notePress(login: Login, press: string, status: number, now: Time): void {
  if (status >= 400) login.lastPress = { at: now, word: `${press} ${status}` };
  else if (login.lastPress?.word.startsWith(`${press} `)) login.lastPress = undefined;
}

/** The word for a press that failed within the last minute, such as `AD 429`. */
export function failedPress(login: Login, now: Time): string | undefined {
  const { lastPress } = login;
  if (lastPress === undefined) return undefined;
  const age = now - lastPress.at;
  return age >= 0 && age < SHOWN_FOR ? lastPress.word : undefined;
}
