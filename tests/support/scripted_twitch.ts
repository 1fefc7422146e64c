import { type Duration, HOUR, MINUTE, SECOND, type Time } from "../../src/core/account.ts";
import type { TwitchApp } from "../../src/core/app.ts";
import type {
  AuthorizeRequest,
  Clock,
  DeviceOutcome,
  DeviceStart,
  ExchangeOutcome,
  RefreshOutcome,
  Tokens,
  Twitch,
  Unavailable,
  ValidateOutcome,
} from "../../src/core/ports.ts";
import { Secret } from "../../src/core/secret.ts";

/** Who sits in front of Twitch's page. */
export interface Person {
  readonly twitchId: string;
  readonly login: string;
}

/** Somebody's consent to an app, and the tokens that came of it. */
interface Family {
  person: Person;
  readonly clientId: string;
  readonly scopes: readonly string[];
  dead: boolean;
}

/** What each method may be told to answer. */
interface Answers {
  refresh: RefreshOutcome;
  validate: ValidateOutcome;
  exchangeCode: ExchangeOutcome;
  beginDevice: DeviceStart;
  pollDevice: DeviceOutcome;
  revoke: boolean;
}
export type Method = keyof Answers;
/** An answer, or what makes one; `act` does what Twitch would have done and answers as it would. */
export type Script<T> = T | ((act: () => T) => T);

/** One request that arrived. */
export interface Call {
  readonly method: Method;
  /** The token or code in it. */
  readonly token: string | undefined;
  readonly clientId: string | undefined;
  readonly at: Time;
}

/** Outcomes without an answer, by how it came to that. */
export const AWAY: Unavailable = unavailable({ reason: "unreachable", spent: "no", neverLeft: true });
export const CUT: Unavailable = unavailable({ reason: "cut" });
export const TIMEOUT: Unavailable = unavailable({ reason: "timeout" });
export const DOWN: Unavailable = unavailable({ reason: "twitch_error" });
export const PORTAL: Unavailable = unavailable({ reason: "not_twitch" });
export const TOO_MANY: Unavailable = unavailable({ reason: "rate_limited", spent: "no" });
export const BAD_APP: Unavailable = unavailable({ reason: "app_refused", spent: "no" });
export const REFUSED = { kind: "refused" } as const;
export const INVALID = { kind: "invalid" } as const;

/** An outcome without a usable answer; as it stands the request left and may have been acted on. */
export function unavailable(over: Partial<Unavailable>): Unavailable {
  const { kind } = { kind: "unavailable" } as const;
  return { kind, reason: "cut", spent: "unknown", neverLeft: false, retryAfter: undefined, ...over };
}

/** What a token answer held. */
export function tokens(over: Partial<Tokens>): Tokens {
  return {
    access: undefined,
    refresh: undefined,
    scopes: undefined,
    expiresIn: undefined,
    whole: true,
    ...over,
  };
}

/** A well-behaved Twitch, until it is told otherwise by a switch, by `next` or by `hold`. */
export class ScriptedTwitch implements Twitch {
  sendsOnce = true;
  /** How long new access tokens live. */
  life: () => Duration = () => 4 * HOUR;
  /** A refresh gives a new refresh token, and the old one is spent. */
  rotates = false;
  /** A refresh ends the access tokens before it. */
  oldTokensDie = false;
  /** A spent refresh token ends everything (twitchdev/issues#903). */
  punishesReplay = false;
  /** While set, every request that no script answers ends so. */
  away: Unavailable | undefined = undefined;
  readonly calls: Call[] = [];

  readonly #clock: Clock;
  readonly #events: string[];
  readonly #scripts = new Map<Method, Script<unknown>[]>();
  readonly #holds = new Map<Method, Promise<void>[]>();
  readonly #answerHolds = new Map<Method, Promise<void>[]>();
  readonly #access = new Map<string, { family: Family; endsAt: Time; revoked: boolean }>();
  readonly #refresh = new Map<string, { family: Family; spent: boolean }>();
  readonly #codes = new Map<string, Family | "pending">();
  #count = 0;

  constructor(clock: Clock, events: string[] = []) {
    this.#clock = clock;
    this.#events = events;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  /** The next requests of this kind are answered so, in this order. */
  next<M extends Method>(method: M, ...scripts: readonly Script<Answers[M]>[]): void {
    this.#scripts.set(method, [...(this.#scripts.get(method) ?? []), ...scripts]);
  }

  /**
   * The next request of this kind stays open until the function that comes back is called: it arrives then, or has
   * arrived and its `answer` comes then.
   */
  hold(method: Method, what: "request" | "answer" = "request"): () => void {
    const holds = what === "request" ? this.#holds : this.#answerHolds;
    const { promise, resolve } = Promise.withResolvers<void>();
    holds.set(method, [...(holds.get(method) ?? []), promise]);
    return resolve;
  }

  /** The requests of one kind, oldest first. */
  sent(method: Method): readonly Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Tokens as a finished sign-in gives them. */
  grant(person: Person, clientId: string, scopes: readonly string[]): Required<Tokens> {
    return this.#issue({ person, clientId, scopes, dead: false });
  }

  /** A code that the browser comes back with. */
  approve(person: Person, clientId: string, scopes: readonly string[]): Secret {
    const code = `code-${++this.#count}`;
    this.#codes.set(code, { person, clientId, scopes, dead: false });
    return new Secret(code);
  }

  /** Somebody has entered the newest device code. */
  approveDevice(person: Person, clientId: string, scopes: readonly string[]): void {
    const pending = [...this.#codes].findLast(([, state]) => state === "pending")?.[0];
    if (pending !== undefined) this.#codes.set(pending, { person, clientId, scopes, dead: false });
  }

  /** The person disconnects the app: every token of it dies. */
  disconnect(person: Person): void {
    for (const { family } of this.#refresh.values()) {
      if (family.person.twitchId === person.twitchId) family.dead = true;
    }
  }

  /** The person gets another login name. */
  rename(person: Person, login: string): void {
    for (const { family } of this.#refresh.values()) {
      if (family.person.twitchId === person.twitchId) family.person = { ...family.person, login };
    }
  }

  /** Whether an access token works now. */
  accepts(access: string): boolean {
    const token = this.#access.get(access);
    return token !== undefined && !token.revoked && !token.family.dead && this.#clock.now() < token.endsAt;
  }

  /** How many access tokens work now. */
  get liveTokens(): number {
    return [...this.#access.keys()].filter((access) => this.accepts(access)).length;
  }

  authorizeUrl(app: TwitchApp, request: AuthorizeRequest): string {
    const query = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: request.redirectUri,
      scope: request.scopes.join(" "),
      state: request.state.reveal(),
    });
    return `https://id.twitch.test/oauth2/authorize?${query}`;
  }

  /** What `checkApp` answers. */
  appCheck: "accepted" | "refused" | "unknown" = "accepted";

  checkApp(): Promise<"accepted" | "refused" | "unknown"> {
    return Promise.resolve(this.appCheck);
  }

  exchangeCode(app: TwitchApp, code: Secret): Promise<ExchangeOutcome> {
    return this.#answer("exchangeCode", code, app, () => this.#redeem(code.reveal()));
  }

  beginDevice(app: TwitchApp): Promise<DeviceStart> {
    return this.#answer("beginDevice", undefined, app, () => {
      const deviceCode = `device-${++this.#count}`;
      this.#codes.set(deviceCode, "pending");
      return {
        kind: "started",
        deviceCode: new Secret(deviceCode),
        userCode: "JLLKTXWJ",
        verificationUri: "https://www.twitch.test/activate?device-code=JLLKTXWJ",
        expiresIn: 30 * MINUTE,
        interval: 5 * SECOND,
      };
    });
  }

  pollDevice(app: TwitchApp, deviceCode: Secret): Promise<DeviceOutcome> {
    return this.#answer("pollDevice", deviceCode, app, () => {
      if (this.#codes.get(deviceCode.reveal()) === "pending") return { kind: "pending", slowDown: false };
      return this.#redeem(deviceCode.reveal());
    });
  }

  refresh(app: TwitchApp, refreshToken: Secret): Promise<RefreshOutcome> {
    return this.#answer("refresh", refreshToken, app, () => this.#renew(refreshToken.reveal()));
  }

  validate(accessToken: Secret): Promise<ValidateOutcome> {
    return this.#answer("validate", accessToken, undefined, () => {
      const token = this.#access.get(accessToken.reveal());
      if (token === undefined || !this.accepts(accessToken.reveal())) return INVALID;
      const { person, clientId, scopes } = token.family;
      const expiresIn = Number.isFinite(token.endsAt) ? token.endsAt - this.#clock.now() : undefined;
      return { kind: "valid", clientId, ...person, scopes, expiresIn };
    });
  }

  revoke(app: TwitchApp, accessToken: Secret): Promise<boolean> {
    return this.#answer("revoke", accessToken, app, () => {
      const token = this.#access.get(accessToken.reveal());
      if (token !== undefined) token.revoked = true;
      return token !== undefined;
    });
  }

  displayName(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  #redeem(code: string): ExchangeOutcome {
    const family = this.#codes.get(code);
    if (family === undefined || family === "pending") return REFUSED;
    this.#codes.delete(code);
    return { kind: "granted", tokens: this.#issue(family) };
  }

  #renew(refreshToken: string): RefreshOutcome {
    const known = this.#refresh.get(refreshToken);
    if (known?.spent && this.punishesReplay) known.family.dead = true;
    if (known === undefined || known.spent || known.family.dead) return REFUSED;
    if (this.oldTokensDie) {
      for (const token of this.#access.values()) if (token.family === known.family) token.revoked = true;
    }
    known.spent = this.rotates;
    return { kind: "refreshed", tokens: this.#issue(known.family, this.rotates ? undefined : refreshToken) };
  }

  #issue(family: Family, kept?: string): Required<Tokens> {
    const number = ++this.#count;
    const access = `access-${number}`;
    const refresh = kept ?? `refresh-${number}`;
    const life = this.life();
    this.#access.set(access, { family, endsAt: this.#clock.now() + life, revoked: false });
    this.#refresh.set(refresh, { family, spent: false });
    return {
      access: new Secret(access),
      refresh: new Secret(refresh),
      scopes: family.scopes,
      expiresIn: Number.isFinite(life) ? life : undefined,
      whole: true,
    };
  }

  async #answer<M extends Method>(
    method: M,
    token: Secret | undefined,
    app: TwitchApp | undefined,
    act: () => Answers[M],
  ): Promise<Answers[M]> {
    const text = token?.reveal();
    this.calls.push({ method, token: text, clientId: app?.clientId, at: this.#clock.now() });
    this.#events.push(text === undefined ? method : `${method} ${text}`);
    const script = this.#scripts.get(method)?.shift() as Script<Answers[M]> | undefined;
    await this.#holds.get(method)?.shift();
    const answer = this.#answered(method, script, act);
    await this.#answerHolds.get(method)?.shift();
    return answer;
  }

  #answered<M extends Method>(
    method: M,
    script: Script<Answers[M]> | undefined,
    act: () => Answers[M],
  ): Answers[M] {
    if (typeof script === "function") return script(act);
    if (script !== undefined) return script;
    if (this.away === undefined) return act();
    return (method === "revoke" ? false : this.away) as Answers[M];
  }
}
