/** Rows into domain and back. */
import type { Account, JournalEntry, Sealed, SealedGrant, StoredId, Time } from "../core/account.ts";
import type { AppFacts } from "../core/app.ts";
import { healthIn, numbersIn, recordIn, refusalsIn, textsIn } from "./json_columns.ts";

/** What `SELECT` gives and parameters take. */
export interface AccountRow {
  readonly key: string;
  readonly alias: string;
  readonly twitch_id: string;
  readonly login: string;
  readonly label: string;
  readonly client_id: string;
  readonly scopes: string;
  readonly sealed_grant: Uint8Array;
  readonly generation: number;
  readonly issued_at: number;
  readonly expires_at: number | null;
  readonly last_refresh: number | null;
  readonly health: string;
  readonly refusals: string | null;
  readonly sends: string;
  readonly created_at: number;
  readonly relay: number;
  readonly password_digest: string | null;
  readonly revision: number;
}

/** Those of an account that a write changes, beside `key` and `revision`. */
export const ACCOUNT_COLUMNS = [
  "alias",
  "twitch_id",
  "login",
  "label",
  "client_id",
  "scopes",
  "sealed_grant",
  "generation",
  "issued_at",
  "expires_at",
  "last_refresh",
  "health",
  "refusals",
  "sends",
  "created_at",
  "relay",
  "password_digest",
] as const satisfies readonly (keyof AccountRow)[];

export interface IdRow {
  readonly digest: string;
  readonly account: string;
  readonly sealed: Uint8Array;
  readonly created_at: number;
  readonly ends_at: number | null;
}

export interface SlotRow {
  readonly id: string;
  readonly kind: string;
  readonly wrapped: Uint8Array;
  readonly parameters: string;
  readonly created_at: number;
}

export interface FactsRow {
  readonly rotates: number;
  readonly old_access: string | null;
}

/** A key slot as the vault knows it; the store only keeps it. */
export interface SlotRecord {
  readonly id: string;
  readonly kind: string;
  readonly wrapped: Uint8Array;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly createdAt: Time;
}

/** The farthest moment that a Date can hold: beyond it a database's integers could not be read back as numbers. */
const LAST_MOMENT = 8.64e15;

/** The account's columns. `revision` is the one that it was read with. */
export function accountRow(account: Account): AccountRow {
  return {
    key: account.key,
    alias: account.alias,
    twitch_id: account.twitchId,
    login: account.login,
    label: account.label,
    client_id: account.clientId,
    scopes: JSON.stringify(account.scopes),
    sealed_grant: account.grant,
    generation: account.generation,
    issued_at: whole(account.issuedAt),
    expires_at: wholeOrNull(account.expiresAt),
    last_refresh: wholeOrNull(account.lastRefresh),
    health: JSON.stringify(account.health),
    refusals: account.refusals === undefined ? null : JSON.stringify(account.refusals),
    sends: JSON.stringify(account.sends),
    created_at: whole(account.createdAt),
    relay: account.relay ? 1 : 0,
    password_digest: account.passwordDigest ?? null,
    revision: account.revision,
  };
}

/** The account in a row. */
export function accountOf(row: AccountRow): Account {
  return {
    key: row.key,
    alias: row.alias,
    twitchId: row.twitch_id,
    login: row.login,
    label: row.label,
    clientId: row.client_id,
    scopes: textsIn(row.scopes),
    grant: row.sealed_grant as SealedGrant,
    generation: row.generation,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at ?? undefined,
    lastRefresh: row.last_refresh ?? undefined,
    health: healthIn(row.health),
    refusals: refusalsIn(row.refusals),
    sends: numbersIn(row.sends),
    createdAt: row.created_at,
    relay: row.relay !== 0,
    passwordDigest: row.password_digest ?? undefined,
    revision: row.revision,
  };
}

/** The id's columns. */
export function idRow(id: StoredId): IdRow {
  return {
    digest: id.digest,
    account: id.account,
    sealed: id.sealed,
    created_at: whole(id.createdAt),
    ends_at: wholeOrNull(id.endsAt),
  };
}

/** The id in a row. */
export function idOf(row: IdRow): StoredId {
  return {
    digest: row.digest,
    account: row.account,
    sealed: row.sealed as Sealed,
    createdAt: row.created_at,
    endsAt: row.ends_at ?? undefined,
  };
}

/** The slot's columns. */
export function slotRow(slot: SlotRecord): SlotRow {
  const { id, kind, wrapped, parameters, createdAt } = slot;
  return { id, kind, wrapped, parameters: JSON.stringify(parameters), created_at: whole(createdAt) };
}

/** The slot in a row. */
export function slotOf(row: SlotRow): SlotRecord {
  const { id, kind, wrapped, created_at } = row;
  return { id, kind, wrapped, parameters: recordIn(row.parameters), createdAt: created_at };
}

/** The journal entry's columns; a row of the journal is one already. */
export function journalRow(entry: JournalEntry): JournalEntry {
  const { account, generation, digest, at } = entry;
  return { account, generation, digest, at: whole(at) };
}

/** What a row says of an app. */
export function factsOf(row: FactsRow): AppFacts {
  const old = row.old_access;
  return { rotates: row.rotates !== 0, oldAccess: old === "dies" || old === "survives" ? old : undefined };
}

/** A time as an integer column takes it; undefined as NULL. */
export function wholeOrNull(value: Time | undefined): number | null {
  return value === undefined ? null : whole(value);
}

/** Integer columns refuse fractions, and a grant must not be lost because Twitch counted in halves of a millisecond. */
function whole(value: Time): number {
  return Math.max(-LAST_MOMENT, Math.min(LAST_MOMENT, Math.round(value)));
}
