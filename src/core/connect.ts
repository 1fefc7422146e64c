/**
 * Signing in to Twitch: by redirect or pasted address (`begin`, `finish`) and by device code (`beginDevice`,
 * `device`). An attempt is bound to what was asked for and connects one account at most; until then it may be tried
 * again, so that a cancelled page or an old code costs nobody a new link. Nothing that fails here touches the login
 * that was there before.
 */
import { rotates, type TwitchApp } from "./app.ts";
import { admit, type Asked, type Connected, identify, welcome } from "./admit.ts";
import { type DeviceAttempt, type LinkAttempt, type Wish, wishOf } from "./attempts.ts";
import { askForCode, pollForTokens } from "./device_code.ts";
import { AppError, storeRefuses } from "./error.ts";
import { HeldSignIns, OtherUser } from "./held_sign_ins.ts";
import { ATTEMPT_LIVES, type AttemptState, type Entry, OpenAttempts } from "./open_attempts.ts";
import type { Returned } from "./paste.ts";
import type { Login } from "./login.ts";
import type { Tokens } from "./ports.ts";
import type { Roster } from "./roster.ts";
import { digestOf, randomSecret, type Secret } from "./secret.ts";
import {
  type Arrival,
  type Begun,
  type DeviceBegun,
  deviceBegun,
  linkBegun,
  linkSignIn,
  REDIRECT_LIVES,
  type SignIn,
  signInOf,
} from "./sign_in.ts";
import { deniedBy, staleReturn, tokensOf, unknownAttempt } from "./sign_in_errors.ts";
import { turnToExchange, turnToPoll } from "./turn.ts";

export type { Wish } from "./attempts.ts";
export type { Begun, DeviceBegun, SignIn } from "./sign_in.ts";

/** How a sign-in by device code stands. */
export type DeviceState =
  | { readonly kind: "waiting"; readonly begun: DeviceBegun }
  | Exclude<AttemptState, { kind: "waiting" }>;

export class Connector {
  readonly #roster: Roster;
  readonly #attempts: OpenAttempts;
  /** Those who came and were not expected. */
  readonly held: HeldSignIns;

  constructor(roster: Roster) {
    this.#roster = roster;
    this.#attempts = new OpenAttempts(roster);
    this.held = new HeldSignIns(roster);
  }

  /** Goes on with the attempts of the process before, and keeps those that begin from now on for the next one. */
  async resume(): Promise<void> {
    this.#watchAll(await this.#attempts.resume());
    await this.held.follow();
  }

  /**
   * Takes over what other processes have begun or ended; with a store of one's own there is nothing to take over. While
   * the store is away each process goes by what it knows.
   */
  async follow(): Promise<void> {
    const { shared, vault } = this.#roster.deps;
    if (shared === undefined || vault.locked !== undefined) return;
    try {
      this.#watchAll(await this.#attempts.follow());
      await this.held.follow();
    } catch (error) {
      if (!storeRefuses(error)) throw error;
    }
  }

  #watchAll(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.attempt.kind === "device" && entry.state.kind === "waiting") {
        this.#watch(entry, entry.attempt);
      }
    }
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
    const { clock, twitch } = this.#roster.deps;
    const secrets = { ref: randomSecret(), state: randomSecret(), cookie: randomSecret() };
    const attempt: LinkAttempt = {
      ...{ ...wishOf(wish), ...secrets, app, redirectUri },
      kind: "link",
      beganAt: clock.now(),
    };
    await this.#attempts.enter(attempt);
    await this.#attempts.save();
    return linkBegun(twitch, attempt);
  }

  /**
   * Finishes a sign-in with what came back from Twitch. `attempt` is the state of the attempt that something was pasted
   * for; without it, it came by redirect. Throws `AppError`: `stale_attempt`, `refused`, `app_refused` or `unavailable`;
   * `OtherUser` for a sign-in that is held because it is not the expected user's.
   */
  async finish(returned: Returned, attempt?: Secret): Promise<Connected> {
    const state = returned.state ?? attempt;
    await using turn = await turnToExchange(this.#roster.deps.shared, state);
    if (turn === undefined) throw staleReturn();
    await this.follow();
    const [entry, link] = await this.#take(state, attempt);
    try {
      if (returned.kind === "error") throw deniedBy(returned.error, link.redirectUri);
      const asked = { ...link, app: this.#newest(link.app) };
      const outcome = await this.#roster.deps.twitch.exchangeCode(asked.app, returned.code, link.redirectUri);
      return await this.#connected(
        entry,
        await this.#admit(asked, tokensOf(outcome, "open the link or begin the sign-in again")),
      );
    } catch (error) {
      await this.#attempts.settle(entry, { kind: "failed", error });
      throw error;
    } finally {
      entry.taken = false;
    }
  }

  /** Whose redirect this is; undefined for a state that is not known, used or too old. */
  async arrival(state: Secret | undefined, cookie: Secret | undefined): Promise<Arrival | undefined> {
    if (state === undefined) return undefined;
    const digest = await digestOf(state);
    const held = cookie === undefined ? "" : await digestOf(cookie);
    const entry = this.#attempts.byDigest(digest);
    if (entry === undefined || entry.attempt.kind !== "link" || entry.state.kind === "connected") {
      return undefined;
    }
    const { attempt } = entry;
    const age = this.#roster.deps.clock.now() - attempt.beganAt;
    if (age >= ATTEMPT_LIVES) return undefined;
    const here = age < REDIRECT_LIVES && held === await digestOf(attempt.cookie);
    return { here, signIn: linkSignIn(this.#roster.deps.twitch, attempt, entry.state) };
  }

  /** Begins a sign-in by device code and polls Twitch in the background. Throws `AppError` as `begin` does. */
  async beginDevice(wish: Wish): Promise<DeviceBegun> {
    const app = this.#appFor(wish);
    const attempt = await askForCode(this.#roster.deps, app, wishOf(wish), randomSecret());
    this.#watch(await this.#attempts.enter(attempt), attempt);
    await this.#attempts.save();
    return deviceBegun(attempt);
  }

  /** Another code for the same wish under the same name; the one before is not waited for any more. Throws as both do. */
  async newCode(ref: Secret): Promise<void> {
    const before = this.#attempts.find(ref);
    if (before.attempt.kind !== "device" || before.state.kind === "connected") throw unknownAttempt();
    const wish = wishOf(before.attempt);
    const attempt = await askForCode(this.#roster.deps, this.#appFor(wish), wish, ref);
    const entry = this.#attempts.find(ref);
    // The code before was entered while Twitch was asked for another one.
    if (entry.state.kind === "connected") return;
    entry.stop.abort();
    Object.assign(entry, { attempt, stop: new AbortController() });
    this.#watch(entry, attempt);
    await this.#attempts.settle(entry, { kind: "waiting" });
  }

  /** How a device attempt stands; throws `AppError` `stale_attempt` for one that is not known. */
  device(ref: Secret): DeviceState {
    const { attempt, state } = this.#attempts.find(ref);
    if (attempt.kind !== "device") throw unknownAttempt();
    return state.kind === "waiting" ? { kind: "waiting", begun: deviceBegun(attempt) } : state;
  }

  /** How an attempt stands; throws `AppError` `stale_attempt` for one that is not known. */
  signIn(ref: Secret): SignIn {
    return signInOf(this.#roster.deps.twitch, this.#attempts.find(ref));
  }

  /** Those that have not connected anybody yet, newest first. */
  open(): readonly SignIn[] {
    return this.#attempts.open().map((entry) => signInOf(this.#roster.deps.twitch, entry)).reverse();
  }

  /** How the last sign-in of an account that is not forgotten ended. */
  connectedOf(login: Login): Connected | undefined {
    return this.#attempts.connected().findLast((connected) => connected.login === login);
  }

  /** Forgets an attempt: nothing that comes back for it is taken. */
  async cancel(ref: Secret): Promise<void> {
    if (this.#attempts.remove(ref)) await this.#attempts.save();
  }

  /** Stops polling, and makes void what nobody has decided on. */
  async close(): Promise<void> {
    await Promise.all([this.#attempts.close(), this.held.close()]);
  }

  async #admit(asked: Asked, tokens: Tokens): Promise<Connected> {
    if (asked.expected === undefined) return await admit(this.#roster, asked, tokens);
    const newcomer = await identify(this.#roster, asked, tokens);
    if (asked.expected !== newcomer.who.twitchId) throw new OtherUser(await this.held.hold(asked, newcomer));
    return await welcome(this.#roster, asked, newcomer);
  }

  async #take(state: Secret | undefined, attempt: Secret | undefined): Promise<[Entry, LinkAttempt]> {
    const digest = state === undefined ? "" : await digestOf(state);
    const another = attempt !== undefined && await digestOf(attempt) !== digest;
    // Nothing is awaited from here to the mark: a state is good for one use, also where two come at once.
    const entry = this.#attempts.byDigest(digest);
    if (entry === undefined || entry.attempt.kind !== "link" || another) throw staleReturn();
    const lives = attempt === undefined ? REDIRECT_LIVES : ATTEMPT_LIVES;
    const late = this.#roster.deps.clock.now() >= entry.attempt.beganAt + lives;
    if (late || entry.taken || entry.state.kind === "connected") throw staleReturn();
    entry.taken = true;
    return [entry, entry.attempt];
  }

  #watch(entry: Entry, attempt: DeviceAttempt): void {
    const { stop } = entry;
    this.#poll(entry, attempt, stop.signal).catch(
      async (error) => {
        const goesOnElsewhere = stop.signal.aborted && this.#roster.deps.shared !== undefined;
        const isOver = entry.state.kind === "connected" || goesOnElsewhere;
        if (entry.stop === stop && !isOver) await this.#attempts.settle(entry, { kind: "failed", error });
      },
    );
  }

  /** A code works once: how it ended is kept before the turn goes to another process, which looks there first. */
  async #poll(entry: Entry, attempt: DeviceAttempt, signal: AbortSignal): Promise<void> {
    const { shared, clock } = this.#roster.deps;
    await using _turn = shared && await turnToPoll({ shared, clock }, attempt.deviceCode, signal);
    if (shared !== undefined) {
      await this.follow();
      if (signal.aborted || entry.state.kind !== "waiting") return;
    }
    const asked = { ...attempt, app: this.#newest(attempt.app) };
    const tokens = await pollForTokens(this.#roster.deps, asked, signal);
    await this.#connected(entry, await this.#admit(asked, tokens));
  }

  async #connected(entry: Entry, connected: Connected): Promise<Connected> {
    entry.stop.abort();
    await this.#attempts.settle(entry, { kind: "connected", connected });
    return connected;
  }

  /** The same app as it is set up now: its secret may have been replaced since the attempt began. */
  #newest(app: TwitchApp): TwitchApp {
    const { app: now } = this.#roster;
    return now?.clientId === app.clientId ? now : app;
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
