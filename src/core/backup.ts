/**
 * What a backup holds: logins as data, not as rows. Grants, ids and the client secret are opened here and sealed again
 * by whoever restores them, so a backup goes to another machine with another key.
 */
import type { Account, Grant, Refusals, Time } from "./account.ts";
import type { AppFacts, TwitchApp } from "./app.ts";
import { AppError } from "./error.ts";
import type { Login } from "./login.ts";
import type { Roster } from "./roster.ts";
import type { Secret } from "./secret.ts";

/** One login of a backup. `grant` is the newest that there was, on disk or only in memory. */
export interface BackupAccount {
  /** Tells whether a row here and one there are the same account at two times: only then are generations comparable. */
  readonly key: string;
  readonly alias: string;
  readonly twitchId: string;
  readonly login: string;
  readonly label: string;
  readonly clientId: string;
  readonly grant: Grant;
  readonly generation: number;
  readonly lastRefresh: Time | undefined;
  /** The login had ended; what else its health said was of that hour and is left out. */
  readonly ended: Extract<Account["health"], { state: "needs_login" }> | undefined;
  readonly refusals: Refusals | undefined;
  readonly createdAt: Time;
  readonly relay: boolean;
  /** As in the account: Companion's address holds the password itself. */
  readonly passwordDigest: string | undefined;
  /** Oldest first. */
  readonly ids: readonly BackupId[];
}

/** An id of a backup. */
export interface BackupId {
  readonly id: Secret;
  readonly createdAt: Time;
  readonly endsAt: Time | undefined;
}

/** Everything that a blank machine needs to go on. */
export interface BackupContent {
  readonly createdAt: Time;
  /** The app in use; undefined if none was set up. */
  readonly app: TwitchApp | undefined;
  /** What was learned about the apps of the accounts. */
  readonly facts: readonly ({ readonly clientId: string } & AppFacts)[];
  /** Further names under which the pages may be addressed, as a person has allowed them. */
  readonly allowedHosts: readonly string[];
  readonly accounts: readonly BackupAccount[];
}

/** A backup's content, and the aliases of accounts that cannot be in it because this key does not open them. */
export interface Exported {
  readonly content: BackupContent;
  readonly left: readonly string[];
}

/**
 * The logins as they are this moment. A refresh that is under way does not matter: the grant before it is written, and
 * restore takes no refresh token for unused. Throws `AppError` `locked` while the key is missing.
 */
export async function exportLogins(
  roster: Roster,
  app: TwitchApp | undefined,
  allowedHosts: readonly string[],
): Promise<Exported> {
  const { clock, vault } = roster.deps;
  if (vault.locked !== undefined) {
    throw new AppError("locked", "Cannot make a backup: the key is missing", { hint: vault.locked });
  }
  const createdAt = clock.now();
  const rows = roster.all().map((login) => ({ account: login.account, ids: idsOf(roster, login) }));
  const accounts: BackupAccount[] = [];
  const left: string[] = [];
  for (const { account, ids } of rows) {
    const grant = await grantOf(roster, account);
    if (grant === undefined) left.push(account.alias);
    else accounts.push(backupOf(account, grant, ids));
  }
  const clientIds = new Set(accounts.map(({ clientId }) => clientId));
  const facts = [...clientIds].map((clientId) => ({ clientId, ...roster.factsOf(clientId) }));
  return { content: { createdAt, app, facts, allowedHosts, accounts }, left };
}

function idsOf(roster: Roster, login: Login): readonly BackupId[] {
  return roster.ids.of(login).map(({ id, stored: { createdAt, endsAt } }) => ({ id, createdAt, endsAt }));
}

async function grantOf({ deps }: Roster, account: Account): Promise<Grant | undefined> {
  try {
    return await deps.vault.openGrant(account.grant, account.key, account.generation);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.error("account is not in the backup", { account: account.alias, error: error.message });
    return undefined;
  }
}

function backupOf(account: Account, grant: Grant, ids: readonly BackupId[]): BackupAccount {
  const { key, alias, twitchId, login, label, clientId, scopes, generation, issuedAt, expiresAt } = account;
  const { lastRefresh, health, refusals, createdAt, relay, passwordDigest } = account;
  return {
    ...{ key, alias, twitchId, login, label, clientId, relay, passwordDigest, generation },
    ...{ lastRefresh, refusals, createdAt, ids },
    // `/validate` may have put scopes and expiry right since the grant was sealed.
    grant: { ...grant, scopes, issuedAt, expiresAt: expiresAt ?? grant.expiresAt },
    ended: health.state === "needs_login" ? health : undefined,
  };
}
