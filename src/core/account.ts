import type { Secret } from "./secret.ts";

/** A moment: milliseconds since 1970, UTC, by the wall clock. */
export type Time = number;
/** A span in milliseconds. */
export type Duration = number;

export const SECOND: Duration = 1000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;

/** Internal, random, never shown. Ciphertext is bound to it. */
export type AccountKey = string;

/** What Twitch gave us for one user. Exists in memory only; at rest it is a `SealedGrant`. */
export interface Grant {
  readonly access: Secret;
  readonly refresh: Secret;
  readonly scopes: readonly string[];
  readonly issuedAt: Time;
  /** Undefined where Twitch did not say: then only `/validate` knows. */
  readonly expiresAt: Time | undefined;
}

declare const sealed: unique symbol;
/** Ciphertext that only a `Vault` can make. */
export type Sealed = Uint8Array & { readonly [sealed]: true };
declare const sealedGrant: unique symbol;
/** A `Grant` as ciphertext that only a `Vault` can make. */
export type SealedGrant = Sealed & { readonly [sealedGrant]: true };

/**
 * Why a login is not simply `connected`.
 *
 * `unreachable`: the request provably never left. `cut`: the connection ended after it left. `twitch_error`: a 5xx.
 * `not_twitch`: an answer that is not Twitch's (HTML, a redirect, a captive portal). `app_refused`: client id or secret
 * wrong. `other_app`: another app is configured than the one that made the grant. `refused`: Twitch refused the refresh
 * token in plain words. `answer_lost`: the refresh token was spent and its successor never reached the disk.
 */
export type Reason =
  | "unreachable"
  | "cut"
  | "timeout"
  | "rate_limited"
  | "twitch_error"
  | "not_twitch"
  | "app_refused"
  | "other_app"
  | "unsafe_runtime"
  | "disk"
  | "store_away"
  | "refused"
  | "answer_lost";

/** How a login is. `since` is when it became so. */
export type Health =
  | { readonly state: "connected" }
  | {
    readonly state: "retrying";
    readonly since: Time;
    readonly reason: Reason;
    /** Failures in a row. */
    readonly attempts: number;
    /** Nothing is sent before, whoever asks. */
    readonly nextTry: Time;
  }
  | { readonly state: "needs_login"; readonly since: Time; readonly reason: Reason };

/** Refusals of the refresh token in plain words since the last stored grant. */
export interface Refusals {
  readonly count: number;
  readonly first: Time;
  readonly last: Time;
}

/** One Twitch login, as the store keeps it. Everything here but `grant` is readable without a key. */
export interface Account {
  readonly key: AccountKey;
  /** Short and unique; what commands, logs and metrics say. */
  readonly alias: string;
  readonly twitchId: string;
  /** The Twitch login name; follows a rename. */
  readonly login: string;
  /** What the person calls it; may be empty. */
  readonly label: string;
  /** The Twitch app that made the grant: tokens work only with it. */
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly grant: SealedGrant;
  /** Counts the grants of this account; bound into the ciphertext, compared by restore. */
  readonly generation: number;
  readonly issuedAt: Time;
  readonly expiresAt: Time | undefined;
  /** When Twitch last gave a grant by refresh; undefined before the first. */
  readonly lastRefresh: Time | undefined;
  readonly health: Health;
  readonly refusals: Refusals | undefined;
  /** When refresh requests left that did not end in a stored grant; at most the last hour's. */
  readonly sends: readonly Time[];
  readonly createdAt: Time;
  /** The relay may use it; a person's choice. */
  readonly relay: boolean;
  /** SHA-256, hex, of the password that must come with the ids; undefined: the id is enough. */
  readonly passwordDigest: string | undefined;
  /** Counts the writes of the row. Every write names the one that it read. */
  readonly revision: number;
}

/** An id as the store keeps it: found by digest, shown to its owner by opening `sealed`. */
export interface StoredId {
  /** SHA-256 of the id in lower case, hex. */
  readonly digest: string;
  readonly account: AccountKey;
  readonly sealed: Sealed;
  readonly createdAt: Time;
  /** The id is unknown from the minute after that on; undefined: it does not end. */
  readonly endsAt: Time | undefined;
}

/** Written before a refresh token is sent, gone when its fate is known. */
export interface JournalEntry {
  readonly account: AccountKey;
  readonly generation: number;
  /** `digestOf` the refresh token that was sent. */
  readonly digest: string;
  readonly at: Time;
}
