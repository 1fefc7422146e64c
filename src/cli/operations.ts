/**
 * What commands ask of the logins, as plain JSON: done by `localOperations` where this process holds the lock of the
 * data directory, and by the server that holds it otherwise (`control.ts`). Both are the same to a command.
 */
import {
  type AccountView,
  loginNamed,
  refreshNow,
  removeAccount,
  rotateId,
  switchRelay,
  viewOf,
} from "../core/accounts.ts";
import type { Reason, Time } from "../core/account.ts";
import type { Connected } from "../core/admit.ts";
import type { TwitchApp } from "../core/app.ts";
import { checkApp, loadApp } from "../core/app_setting.ts";
import { AppError } from "../core/error.ts";
import { readPasted } from "../core/paste.ts";
import { testNotice } from "../core/notices.ts";
import { Secret } from "../core/secret.ts";
import type { Tested } from "../notice/notifier.ts";
import { type Check, examine } from "./doctor_checks.ts";
import { type BackupOperations, backupOperations } from "./backup_operations.ts";
import type { Program } from "./program.ts";

/** An account in the JSON of `accounts list|show`. */
export interface AccountJson {
  readonly id: string | null;
  readonly alias: string;
  readonly login: string;
  readonly twitchId: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly health: string;
  readonly since: string | null;
  readonly reason: Reason | null;
  readonly lastRefresh: string | null;
  /** The relay may use it. */
  readonly relay: boolean;
}

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
}

export interface DeviceJson {
  readonly attempt: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** A Twitch app without its secret. */
export interface AppJson {
  readonly clientId: string | null;
  readonly isPublic: boolean;
}

/** Each takes one JSON value and answers one; what is expected to fail throws `AppError`. */
export interface Operations extends BackupOperations {
  listAccounts(input: Record<never, never>): Promise<readonly AccountJson[]>;
  showAccount(input: { readonly alias: string }): Promise<AccountJson>;
  refreshAccount(input: { readonly alias: string }): Promise<AccountJson>;
  rotateId(input: { readonly alias: string }): Promise<AccountJson>;
  switchRelay(input: { readonly alias: string; readonly on: boolean }): Promise<AccountJson>;
  removeAccount(input: { readonly alias: string }): Promise<{ readonly revoked: boolean }>;
  beginLogin(input: WishJson): Promise<{ authorizeUrl: string; redirectUri: string; state: string }>;
  finishLogin(input: { readonly pasted: string; readonly state: string }): Promise<ConnectedJson>;
  beginDevice(input: WishJson): Promise<DeviceJson>;
  /** Null while the person has not approved. */
  deviceResult(input: { readonly attempt: string }): Promise<ConnectedJson | null>;
  saveApp(
    input: { readonly clientId: string; readonly clientSecret: string | null },
  ): Promise<{ readonly used: boolean }>;
  appInUse(input: Record<never, never>): Promise<AppJson>;
  /** The app that the setup stored, whatever flags and environment say. */
  storedApp(input: Record<never, never>): Promise<AppJson>;
  /** What `doctor` can only learn where the data are open. */
  examine(input: Record<never, never>): Promise<readonly Check[]>;
  /** Sends a test message to every address for notices. */
  testNotice(input: Record<never, never>): Promise<readonly Tested[]>;
}

/** A moment in JSON: RFC 3339, UTC. */
export function timeJson(time: Time | undefined): string | null {
  return time === undefined || !Number.isFinite(time) ? null : new Date(time).toISOString();
}

/** What the operations need to know of the process that they run in. */
export interface Host {
  redirectUri(): string;
  /** Where the server listens; 0 if that is not known. */
  port(): number;
  /** It goes on after the operation, so a login that the disk has refused is kept in memory and written later. */
  readonly lasts: boolean;
}

/** The operations on a program in this process. */
export function localOperations(program: Program, host: Host): Operations {
  const { roster, refresher, connector, deps } = program;
  const show = (alias: string): AccountJson =>
    accountJson(viewOf(roster, loginNamed(roster, alias), deps.clock.now()));
  const wish = (input: WishJson) => {
    if (input.clientId !== null && roster.app?.clientId !== input.clientId) throw otherApp(roster.app);
    return { scopes: input.scopes, label: input.label };
  };
  return {
    listAccounts: () =>
      Promise.resolve(roster.all().map((login) => accountJson(viewOf(roster, login, deps.clock.now())))),
    showAccount: async ({ alias }) => await Promise.resolve(show(alias)),
    async refreshAccount({ alias }) {
      await refreshNow(roster, refresher, loginNamed(roster, alias));
      return show(alias);
    },
    async rotateId({ alias }) {
      await rotateId(roster, loginNamed(roster, alias));
      return show(alias);
    },
    async switchRelay({ alias, on }) {
      await switchRelay(roster, loginNamed(roster, alias), on);
      return show(alias);
    },
    removeAccount: async ({ alias }) => ({ revoked: await removeAccount(roster, loginNamed(roster, alias)) }),
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
    saveApp: (input) => saveTyped(program, input),
    appInUse: () => Promise.resolve(appJson(roster.app)),
    storedApp: async () => appJson(await loadApp(deps)),
    examine: () => examine(program, host),
    ...backupOperations(program, host.lasts),
    testNotice: () => program.notifier.test(testNotice(deps.clock.now())),
  };
}

async function saveTyped(
  program: Program,
  input: Parameters<Operations["saveApp"]>[0],
): Promise<{ used: boolean }> {
  const clientSecret = input.clientSecret === null ? undefined : new Secret(input.clientSecret);
  const app: TwitchApp = { clientId: input.clientId, clientSecret };
  await checkApp(program.deps, app);
  return { used: await program.storeApp(app) };
}

function appJson(app: TwitchApp | undefined): AppJson {
  return { clientId: app?.clientId ?? null, isPublic: app !== undefined && app.clientSecret === undefined };
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

function accountJson(view: AccountView): AccountJson {
  return {
    id: view.ids.at(-1)?.reveal() ?? null,
    alias: view.alias,
    login: view.login,
    twitchId: view.twitchId,
    label: view.label,
    scopes: view.scopes,
    expiresAt: timeJson(view.expiresAt),
    health: view.health,
    since: timeJson(view.since),
    reason: view.reason ?? null,
    lastRefresh: timeJson(view.lastRefresh),
    relay: view.relay,
  };
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
