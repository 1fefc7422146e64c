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
import type { Reason } from "../core/account.ts";
import type { TwitchApp } from "../core/app.ts";
import { checkApp, loadApp } from "../core/app_setting.ts";
import { addressWith, passwordForFiles, protect, unprotect } from "../core/id_password.ts";
import { lastTry } from "../core/last_try.ts";
import { testNotice } from "../core/notices.ts";
import { Secret } from "../core/secret.ts";
import type { Tested } from "../notice/notifier.ts";
import { type DoctorOperations, doctorOperations } from "./doctor_desk.ts";
import { type BackupOperations, backupOperations } from "./backup_operations.ts";
import { timeJson } from "./json_time.ts";
import { type KeyOperations, keyOperations } from "./key_operations.ts";
import { type OwnerOperations, ownerOperations } from "./owner_operations.ts";
import type { Program } from "./program.ts";
import { reachableUrls } from "./reachable.ts";
import { type Host, type SignInOperations, signInOperations } from "./sign_in_operations.ts";

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
  /** Its ids need a password. */
  readonly protected: boolean;
}

/** What `accounts protect` has done; the password and the addresses with it are said this once. */
export interface ProtectedJson {
  readonly alias: string;
  readonly protected: boolean;
  readonly password: string | null;
  readonly urls: readonly string[];
}

/** A Twitch app without its secret. */
export interface AppJson {
  readonly clientId: string | null;
  readonly isPublic: boolean;
}

/** Each takes one JSON value and answers one; what is expected to fail throws `AppError`. */
export interface Operations
  extends SignInOperations, BackupOperations, OwnerOperations, DoctorOperations, KeyOperations {
  listAccounts(input: Record<never, never>): Promise<readonly AccountJson[]>;
  showAccount(input: { readonly alias: string }): Promise<AccountJson>;
  refreshAccount(input: { readonly alias: string }): Promise<AccountJson>;
  /** Sends a spent refresh token once more, on a person's word only. */
  lastTry(input: { readonly alias: string }): Promise<AccountJson>;
  rotateId(input: { readonly alias: string }): Promise<AccountJson>;
  switchRelay(input: { readonly alias: string; readonly on: boolean }): Promise<AccountJson>;
  /** Makes a password that the account's ids need, or takes it away. */
  protectAccount(input: { readonly alias: string; readonly on: boolean }): Promise<ProtectedJson>;
  /** What goes into files for Companion: null where the account wants none. Throws if it is not the password. */
  passwordForFiles(
    input: { readonly alias: string; readonly typed: string },
  ): Promise<{ readonly password: string | null }>;
  removeAccount(input: { readonly alias: string }): Promise<{ readonly revoked: boolean }>;
  saveApp(
    input: { readonly clientId: string; readonly clientSecret: string | null },
  ): Promise<{ readonly used: boolean }>;
  appInUse(input: Record<never, never>): Promise<AppJson>;
  /** The app that the setup stored, whatever flags and environment say. */
  storedApp(input: Record<never, never>): Promise<AppJson>;
  /** Sends a test message to every address for notices. */
  testNotice(input: Record<never, never>): Promise<readonly Tested[]>;
}

/** The operations on a program in this process. */
export function localOperations(program: Program, host: Host): Operations {
  const { roster, refresher, deps } = program;
  const show = (alias: string): AccountJson =>
    accountJson(viewOf(roster, loginNamed(roster, alias), deps.clock.now()));
  return {
    listAccounts: () =>
      Promise.resolve(roster.all().map((login) => accountJson(viewOf(roster, login, deps.clock.now())))),
    showAccount: async ({ alias }) => await Promise.resolve(show(alias)),
    async refreshAccount({ alias }) {
      await refreshNow(roster, refresher, loginNamed(roster, alias));
      return show(alias);
    },
    async lastTry({ alias }) {
      await lastTry({ roster, refresher, held: program.connector.held }, loginNamed(roster, alias));
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
    protectAccount: ({ alias, on }) => protectNamed(program, host, alias, on),
    async passwordForFiles({ alias, typed }) {
      const password = await passwordForFiles(loginNamed(roster, alias).account, new Secret(typed));
      return { password: password?.reveal() ?? null };
    },
    removeAccount: async ({ alias }) => ({ revoked: await removeAccount(roster, loginNamed(roster, alias)) }),
    saveApp: (input) => saveTyped(program, input),
    appInUse: () => Promise.resolve(appJson(roster.app)),
    storedApp: async () => appJson(await loadApp(deps)),
    ...doctorOperations(program, host),
    ...signInOperations(program, host),
    ...ownerOperations(program, host),
    ...keyOperations(program, host),
    ...backupOperations(program, host.lasts),
    testNotice: () => program.notifier.test(testNotice(deps.clock.now())),
  };
}

async function protectNamed(
  { roster, config }: Program,
  host: Host,
  alias: string,
  on: boolean,
): Promise<ProtectedJson> {
  const login = loginNamed(roster, alias);
  if (!on) {
    await unprotect(roster, login);
    return { alias, protected: false, password: null, urls: [] };
  }
  const password = await protect(roster, login);
  const urls = reachableUrls(config, host.port()).map((url) =>
    `${addressWith(url, password).reveal()}/token`
  );
  return { alias, protected: true, password: password.reveal(), urls };
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
    protected: view.protected,
  };
}
