/** What `login` asks of the logins. */
import type { Connected } from "../core/admit.ts";
import type { TwitchApp } from "../core/app.ts";
import { AppError } from "../core/error.ts";
import { readPasted } from "../core/paste.ts";
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
  readonly onDisk: boolean;
}

/** Which app a command was started with; null leaves the choice to the settings that the program runs with. */
export type AppWish = string | null;

export interface WishJson {
  readonly scopes: readonly string[];
  readonly label: string;
  readonly clientId: AppWish;
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
  finishLogin(input: { readonly pasted: string; readonly state: string }): Promise<ConnectedJson>;
  beginDevice(input: WishJson): Promise<DeviceJson>;
  /** Null while the person has not approved. */
  deviceResult(input: { readonly attempt: string }): Promise<ConnectedJson | null>;
}

/** What the operations need to know of the process that they run in. */
export interface Host {
  redirectUri(): string;
  /** Where the server listens; 0 if that is not known. */
  port(): number;
  /** It goes on after the operation, so a login that the disk has refused is kept in memory and written later. */
  readonly lasts: boolean;
}

/** Those operations on a program in this process. */
export function signInOperations({ roster, connector }: Program, host: Host): SignInOperations {
  const wish = (input: WishJson) => {
    if (input.clientId !== null && roster.app?.clientId !== input.clientId) throw otherApp(roster.app);
    return { scopes: input.scopes, label: input.label };
  };
  return {
    async beginLogin(input) {
      const begun = await connector.begin(wish(input), host.redirectUri());
      return { ...begun, state: begun.state.reveal() };
    },
    async finishLogin({ pasted, state }) {
      return kept(
        host,
        await connector.finish(readPasted(pasted, host.redirectUri()), new Secret(state)),
      );
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
      if (state.kind === "failed") throw state.error;
      return state.kind === "waiting" ? null : kept(host, state.connected);
    },
  };
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

function connectedJson({ login, id, known, missing, onDisk }: Connected): ConnectedJson {
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
    onDisk,
  };
}
