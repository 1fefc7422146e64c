/**
 * Signing in to Twitch: by redirect or pasted address (`begin`, `finish`) and by device code (`beginDevice`,
 * `device`). Attempts live in memory, are bound to what was asked for, and are used once. Nothing that fails here
 * touches the login that was there before.
 */
import { type Duration, MINUTE, SECOND, type Time } from "./account.ts";
import { rotates, type TwitchApp } from "./app.ts";
import { admit, type Asked, type Connected, identify, welcome } from "./admit.ts";
import { appRefused } from "./app_setting.ts";
import { AppError } from "./error.ts";
import { HeldSignIns, OtherUser } from "./held_sign_ins.ts";
import type { Returned } from "./paste.ts";
import type { DeviceOutcome, ExchangeOutcome, Tokens, Unavailable } from "./ports.ts";
import type { Roster } from "./roster.ts";
import { digestOf, randomSecret, type Secret } from "./secret.ts";

const ATTEMPT_LIVES: Duration = 10 * MINUTE;
/** Attempts that nobody came back to are dropped, oldest first. */
const MOST_ATTEMPTS = 50;

/** What somebody wants to sign in for. */
export interface Wish {
  readonly scopes: readonly string[];
  /** What the person calls the account; may be empty. */
  readonly label: string;
  /** The Twitch user (its id) whose account is to be signed in again; undefined takes whoever comes. */
  readonly expected?: string | undefined;
  /** An id from an old database, to lead to the account that signs in. */
  readonly reclaim?: Secret | undefined;
}

interface Attempt extends Wish {
  readonly app: TwitchApp;
  readonly redirectUri: string;
  readonly endsAt: Time;
}

/** A begun sign-in by redirect or paste. */
export interface Begun {
  readonly authorizeUrl: string;
  readonly redirectUri: string;
  readonly state: Secret;
}

/** A begun sign-in by device code. */
export interface DeviceBegun {
  /** Names the attempt to `device`; whoever knows it sees how it ends. */
  readonly attempt: Secret;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly endsAt: Time;
  readonly expiresIn: Duration;
}

/** How a sign-in by device code stands. */
export type DeviceState =
  | { readonly kind: "waiting"; readonly begun: DeviceBegun }
  | { readonly kind: "connected"; readonly connected: Connected }
  | { readonly kind: "failed"; readonly error: unknown };

export class Connector {
  readonly #roster: Roster;
  readonly #attempts = new Map<string, Attempt>();
  readonly #devices = new Map<string, { state: DeviceState }>();
  readonly #closing = new AbortController();
  /** Those who came and were not expected. */
  readonly held: HeldSignIns;

  constructor(roster: Roster) {
    this.#roster = roster;
    this.held = new HeldSignIns(roster);
  }

  /**
   * Begins a sign-in by redirect or paste. Throws `AppError` `no_app`, `usage` (no scope) or `unsafe_runtime`, and
   * `app_refused` for a public app, which Twitch lets use device codes only.
   */
  async begin(wish: Wish, redirectUri: string): Promise<Begun> {
    const app = this.#appFor(wish);
    if (app.clientSecret === undefined) {
      throw new AppError("app_refused", "Cannot sign in by redirect: the Twitch app has no client secret", {
        hint: "Sign in by device code, or set the client secret of a confidential app",
      });
    }
    const state = randomSecret();
    const endsAt = this.#roster.deps.clock.now() + ATTEMPT_LIVES;
    keep(this.#attempts, await digestOf(state), { ...wish, app, redirectUri, endsAt });
    const authorizeUrl = this.#roster.deps.twitch.authorizeUrl(app, {
      redirectUri,
      scopes: wish.scopes,
      state,
    });
    return { authorizeUrl, redirectUri, state };
  }

  /**
   * Finishes a sign-in with what came back from Twitch. `attempt` is the state of the attempt that a pasted bare code
   * belongs to. Throws `AppError`: `stale_attempt`, `refused`, `app_refused` or `unavailable`; `OtherUser` for a sign-in
   * that is held because it is not the expected user's.
   */
  async finish(returned: Returned, attempt?: Secret): Promise<Connected> {
    const found = await this.#take(returned.state ?? attempt, attempt);
    if (returned.kind === "error") throw deniedBy(returned.error, found.redirectUri);
    const { twitch } = this.#roster.deps;
    const outcome = await twitch.exchangeCode(found.app, returned.code, found.redirectUri);
    return await this.#admit(found, tokensOf(outcome));
  }

  async #admit(asked: Asked, tokens: Tokens): Promise<Connected> {
    if (asked.expected === undefined) return await admit(this.#roster, asked, tokens);
    const newcomer = await identify(this.#roster, asked, tokens);
    if (asked.expected !== newcomer.who.twitchId) throw new OtherUser(this.held.hold(asked, newcomer));
    return await welcome(this.#roster, asked, newcomer);
  }

  async #take(state: Secret | undefined, attempt: Secret | undefined): Promise<Attempt> {
    const digest = state === undefined ? "" : await digestOf(state);
    const another = attempt !== undefined && await digestOf(attempt) !== digest;
    // Nothing is awaited from here to the deletion: a state is good for one use, also where two come at once.
    const found = this.#attempts.get(digest);
    if (found === undefined || another || this.#roster.deps.clock.now() >= found.endsAt) {
      throw new AppError(
        "stale_attempt",
        "Cannot finish the sign-in: it belongs to no attempt that is open here",
        {
          hint:
            "An attempt is good for 10 minutes and for one use: begin the sign-in again and use the newest address",
        },
      );
    }
    this.#attempts.delete(digest);
    return found;
  }

  /** Begins a sign-in by device code and polls Twitch in the background. Throws `AppError` as `begin` does. */
  async beginDevice(wish: Wish): Promise<DeviceBegun> {
    const { twitch, clock } = this.#roster.deps;
    const app = this.#appFor(wish);
    // A device code is given and redeemed without the secret: a wrong one would show hours later, at the first refresh.
    if (await twitch.checkApp(app) === "refused") throw appRefused("Cannot sign in");
    const start = await twitch.beginDevice(app, wish.scopes);
    if (start.kind === "unavailable") throw unavailable(start);
    const { userCode, verificationUri, expiresIn } = start;
    const endsAt = clock.now() + expiresIn;
    const begun = { attempt: randomSecret(), userCode, verificationUri, endsAt, expiresIn };
    const entry: { state: DeviceState } = { state: { kind: "waiting", begun } };
    keep(this.#devices, begun.attempt.reveal(), entry);
    this.#poll({ ...wish, app }, start, endsAt).then(
      (connected) => entry.state = { kind: "connected", connected },
      (error) => entry.state = { kind: "failed", error },
    );
    return begun;
  }

  /** How a device attempt stands; throws `AppError` `stale_attempt` for one that is not known. */
  device(attempt: Secret): DeviceState {
    const entry = this.#devices.get(attempt.reveal());
    if (entry !== undefined) return entry.state;
    throw new AppError("stale_attempt", "Cannot find this sign-in: it is not open here any more", {
      hint: "Begin the sign-in again",
    });
  }

  /** Stops polling, and makes void what nobody has decided on. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.held.close();
  }

  async #poll(
    wish: Wish & { readonly app: TwitchApp },
    start: { readonly deviceCode: Secret; readonly interval: Duration },
    endsAt: Time,
  ): Promise<Connected> {
    const { twitch, clock } = this.#roster.deps;
    let interval = start.interval;
    for (let polls = 1; clock.now() < endsAt; polls++) {
      await clock.sleep(interval, this.#closing.signal);
      if (this.#closing.signal.aborted) {
        throw new AppError("unavailable", "Cannot finish the sign-in: the server stops");
      }
      const outcome = await twitch.pollDevice(wish.app, start.deviceCode, wish.scopes);
      if (outcome.kind === "pending" && outcome.slowDown) interval += 5 * SECOND;
      if (stillOpen(outcome, polls)) continue;
      return await this.#admit(wish, tokensOf(outcome));
    }
    throw new AppError("refused", "Cannot finish the sign-in: the code was not entered in time", {
      hint: "Begin again to get a new code",
    });
  }

  #appFor(wish: Wish): TwitchApp {
    const { app, deps } = this.#roster;
    if (deps.vault.locked !== undefined) {
      throw new AppError("locked", "Cannot sign in: the login could not be sealed", {
        hint: deps.vault.locked,
      });
    }
    if (app === undefined) {
      throw new AppError("no_app", "Cannot sign in: no Twitch app is set up yet", {
        hint:
          "Register an app at dev.twitch.tv/console/apps, then run setup or set TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET",
      });
    }
    // Companion's module 3 throws on a token without scopes.
    if (wish.scopes.length === 0) throw new AppError("usage", "Cannot sign in: no permission was chosen");
    if (!deps.twitch.sendsOnce && rotates(app, this.#roster.factsOf(app.clientId))) {
      throw new AppError(
        "unsafe_runtime",
        "Cannot sign in: this version of Deno may send a single-use token twice",
        {
          hint: "Run the program with Deno 2.9.6 or newer, or use an app with a client secret",
        },
      );
    }
    return app;
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > MOST_ATTEMPTS && oldest !== undefined) map.delete(oldest);
}

/** Twitch has been seen to call a pending device code invalid once (twitchdev/issues#971). */
function stillOpen(
  outcome: DeviceOutcome,
  polls: number,
): outcome is Extract<DeviceOutcome, { kind: "pending" }> {
  if (outcome.kind === "refused") return polls === 1;
  return outcome.kind === "pending" || (outcome.kind === "unavailable" && outcome.reason !== "app_refused");
}

function tokensOf(outcome: ExchangeOutcome): Tokens {
  if (outcome.kind === "granted") return outcome.tokens;
  if (outcome.kind === "unavailable") throw unavailable(outcome);
  throw new AppError("refused", "Cannot sign in: Twitch does not accept this code", {
    hint: "A code works once and only for a short time: begin the sign-in again",
  });
}

function unavailable(outcome: Unavailable): AppError {
  if (outcome.reason === "app_refused") return appRefused("Cannot sign in");
  return new AppError("unavailable", `Cannot sign in: no usable answer from Twitch (${outcome.reason})`, {
    hint: "Check the network and try again in a minute; nothing was lost",
  });
}

function deniedBy(error: string, redirectUri: string): AppError {
  if (error === "access_denied") {
    return new AppError("refused", "Cannot sign in: it was cancelled on Twitch's page", {
      hint: "Begin again and choose Authorize; the login that was there before is untouched",
    });
  }
  if (error === "redirect_mismatch") {
    return new AppError(
      "app_refused",
      "Cannot sign in: Twitch does not know this redirect address for the app",
      {
        hint:
          `Enter exactly ${redirectUri} as OAuth Redirect URL at dev.twitch.tv/console/apps, then begin again`,
      },
    );
  }
  return new AppError("refused", "Cannot sign in: Twitch's page ended with an error", {
    hint: "Begin the sign-in again",
  });
}
