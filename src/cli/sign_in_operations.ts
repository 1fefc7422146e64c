/** What `login` asks of the logins. */
import { loginNamed } from "../core/accounts.ts";
import type { Connected } from "../core/admit.ts";
import type { TwitchApp } from "../core/app.ts";
import { AppError } from "../core/error.ts";
import type { RecentEvent } from "../core/events.ts";
import { readId } from "../core/ids.ts";
import { OtherUser } from "../core/held_sign_ins.ts";
import { readPasted } from "../core/paste.ts";
import type { Awaitable } from "../core/ports.ts";
import { Secret } from "../core/secret.ts";
import { timeJson } from "./json_time.ts";
import type { Program } from "./program.ts";

/** The last line of `login --json`, and what the text form is made of. */
export interface ConnectedJson {
  readonly id: string;
  readonly alias: string;
  readonly login: string;
  readonly twitchId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly known: boolean;
  readonly missing: readonly string[];
  readonly dropped: readonly string[];
  readonly onDisk: boolean;
}

/** Which app a command was started with; null leaves the choice to the settings that the program runs with. */
export type AppWish = string | null;

export interface WishJson {
  readonly scopes: readonly string[];
  readonly label: string;
  readonly clientId: AppWish;
  /** The name here of the account to sign in again; null takes whoever comes. */
  readonly expected: string | null;
  /** An id from an old database, to lead to the account that signs in. */
  readonly reclaim: string | null;
}

/** A sign-in that came back as another user than expected: nothing is stored before `keepHeld`. */
export interface HeldJson {
  readonly held: string;
  readonly login: string;
  readonly expected: string | null;
  readonly known: string | null;
}

export interface DeviceJson {
  readonly attempt: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** The part of `Operations` that signs in. */
export interface SignInOperations {
  beginLogin(input: WishJson): Promise<{ authorizeUrl: string; redirectUri: string; state: string }>;
  finishLogin(input: { readonly pasted: string; readonly state: string }): Promise<ConnectedJson | HeldJson>;
  beginDevice(input: WishJson): Promise<DeviceJson>;
  /** Null while the person has not approved. */
  deviceResult(input: { readonly attempt: string }): Promise<ConnectedJson | HeldJson | null>;
  keepHeld(input: { readonly held: string }): Promise<ConnectedJson>;
  discardHeld(input: { readonly held: string }): Promise<{ readonly revoked: boolean }>;
}

/** What the operations need to know of the process that they run in. */
export interface Host {
  redirectUri(): string;
  /** Where the server listens; 0 if that is not known. */
  port(): number;
  /** Where people find the pages, without a slash at the end, best first. */
  pages(): readonly string[];
  /** It goes on after the operation, so a login that the disk has refused is kept in memory and written later. */
  readonly lasts: boolean;
  /** What happened lately, newest first; undefined where only the store knows. */
  readonly events?: () => Awaitable<readonly RecentEvent[]>;
}

/** Those operations on a program in this process. */
export function signInOperations({ roster, connector }: Program, host: Host): SignInOperations {
  const wish = (input: WishJson) => {
    if (input.clientId !== null && roster.app?.clientId !== input.clientId) throw otherApp(roster.app);
    const expected = input.expected === null
      ? undefined
      : loginNamed(roster, input.expected).account.twitchId;
    const reclaim = input.reclaim === null ? undefined : readId(input.reclaim);
    return { scopes: input.scopes, label: input.label, expected, reclaim };
  };
  return {
    async beginLogin(input) {
      const { authorizeUrl, redirectUri, state } = await connector.begin(wish(input), host.redirectUri());
      return { authorizeUrl, redirectUri, state: state.reveal() };
    },
    async finishLogin({ pasted, state }) {
      try {
        const returned = readPasted(pasted, host.redirectUri());
        return kept(host, await connector.finish(returned, new Secret(state)));
      } catch (error) {
        return heldJson(error);
      }
    },
    async beginDevice(input) {
      const { attempt, userCode, verificationUri, expiresIn } = await connector.beginDevice(wish(input));
      return {
        attempt: attempt.reveal(),
        userCode,
        verificationUri,
        expiresIn: Math.round(expiresIn / 1000),
      };
    },
    async deviceResult({ attempt }) {
      const state = await Promise.resolve(connector.device(new Secret(attempt)));
      if (state.kind === "failed") return heldJson(state.error);
      return state.kind === "waiting" ? null : kept(host, state.connected);
    },
    async keepHeld({ held }) {
      const { ref, attempt } = connector.held.get(new Secret(held));
      const connected = await connector.held.keep(ref);
      if (attempt !== undefined) await connector.cancel(attempt);
      return kept(host, connected);
    },
    async discardHeld({ held }) {
      const { ref, attempt } = connector.held.get(new Secret(held));
      const revoked = await connector.held.discard(ref);
      if (attempt !== undefined) await connector.cancel(attempt);
      return { revoked };
    },
  };
}

/** Throws on what is no held sign-in. */
function heldJson(error: unknown): HeldJson {
  if (!(error instanceof OtherUser)) throw error;
  const { ref, login, expected, known } = error.held;
  return { held: ref.reveal(), login, expected: expected ?? null, known: known ?? null };
}

function otherApp(app: TwitchApp | undefined): AppError {
  const there = app === undefined ? "has no Twitch app" : "uses another Twitch app";
  return new AppError("settings", `Cannot sign in: the running server ${there} than this command was given`, {
    hint: "Leave TWITCH_CLIENT_ID out here, or start the server with the same settings",
  });
}

/** Throws `AppError` `disk` for a login that would end with this process. */
function kept(host: Host, connected: Connected): ConnectedJson {
  if (connected.onDisk || host.lasts) return connectedJson(connected);
  throw new AppError("disk", "Cannot keep the login: the disk does not take it", {
    hint: "Make room on the disk, then sign in again; what was stored before is untouched",
  });
}

function connectedJson({ login, id, known, missing, dropped, onDisk }: Connected): ConnectedJson {
  const { account } = login;
  return {
    id: id.reveal(),
    alias: account.alias,
    login: account.login,
    twitchId: account.twitchId,
    scopes: account.scopes,
    expiresAt: timeJson(account.expiresAt),
    known,
    missing,
    dropped,
    onDisk,
  };
}
