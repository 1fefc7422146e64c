/**
 * What core asks of the outside world. Each contract says what its methods promise; fakes and real parts pass the
 * same tests. Nothing here knows a file, a socket or a cipher.
 */
import type {
  Account,
  AccountKey,
  Duration,
  Grant,
  JournalEntry,
  Reason,
  Sealed,
  SealedGrant,
  StoredId,
  Time,
} from "./account.ts";
import type { AppFacts, TwitchApp } from "./app.ts";
import type { Notice } from "./notices.ts";
import type { Secret } from "./secret.ts";
import type { Shared } from "./shared.ts";

export type Awaitable<T> = T | Promise<T>;

export interface Clock {
  /** The wall clock. Read once per operation and handed on. */
  now(): Time;
  /** Resolves after `span`, or at once when `signal` is aborted; never rejects. Measured by a clock that does not jump. */
  sleep(span: Duration, signal?: AbortSignal): Promise<void>;
}

export type LogValue = string | number | boolean | Secret | undefined;
export type LogFields = Readonly<Record<string, LogValue>>;

/** One line per event. Events are short lower-case phrases; fields that are undefined are left out. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** What ciphertext is tied to: opened under any other binding it refuses. */
export interface Binding {
  /** An account's key, or `server` for what belongs to none. */
  readonly owner: string;
  readonly purpose:
    | "grant"
    | "id"
    | "app"
    | "backup key"
    | "notice addresses"
    | "attempts"
    | "setup code"
    | "form secret"
    | "held sign-ins";
  /** The grant's generation; 0 for what has none. */
  readonly generation: number;
}

/**
 * The only maker and reader of ciphertext. A locked vault (key missing or wrong) has a `locked` reason, and every
 * method throws `AppError` `locked`. Opening what was altered, swapped or sealed by another key throws `AppError` `locked` too.
 */
export interface Vault {
  /** Why nothing can be sealed or opened, in one sentence for people; undefined when it can. */
  readonly locked: string | undefined;
  sealGrant(grant: Grant, account: AccountKey, generation: number): Promise<SealedGrant>;
  openGrant(sealed: SealedGrant, account: AccountKey, generation: number): Promise<Grant>;
  seal(text: Secret, binding: Binding): Promise<Sealed>;
  open(sealed: Sealed, binding: Binding): Promise<Secret>;
}

/**
 * Durable when it returns (synchronous=FULL). Every write names the revision that it read; `false` says that the row
 * has another one or is gone, and nothing was written. A disk that does not take a write throws `AppError` `disk`.
 */
export interface Store {
  /** In the order in which they were added. */
  accounts(): Awaitable<readonly Account[]>;
  account(key: AccountKey): Awaitable<Account | undefined>;
  ids(): Awaitable<readonly StoredId[]>;
  journal(): Awaitable<readonly JournalEntry[]>;

  /** A new account (its `revision` is 1) with its first id. False if its key, alias, Twitch user or the id is there already. */
  add(account: Account, id: StoredId): Awaitable<boolean>;
  /** Writes the row whose revision is `account.revision`; the stored row then has the next one. */
  replace(account: Account): Awaitable<boolean>;
  /**
   * Like `replace`, and in the same commit enters `entry` in the journal (in place of an older entry of the account) and
   * adds `learned` to what is known of the account's app.
   */
  beginRefresh(account: Account, entry: JournalEntry, learned?: AppFacts): Awaitable<boolean>;
  /**
   * Like `replace`, and in the same commit takes the account's entry out of the journal and adds `learned` to what is
   * known of the account's app.
   */
  endRefresh(account: Account, learned?: AppFacts): Awaitable<boolean>;
  /** The account, its ids and its journal entry. False if it has another revision or is gone. */
  remove(account: Account): Awaitable<boolean>;

  /** False if the digest is there already or the account is not. */
  addId(id: StoredId): Awaitable<boolean>;
  /** Sets when an id ends (`undefined`: never). False if there is no such id. */
  endId(digest: string, endsAt: Time | undefined): Awaitable<boolean>;
  /** False if there was no such id. */
  removeId(digest: string): Awaitable<boolean>;

  facts(clientId: string): Awaitable<AppFacts>;
  /** Adds to what is known of an app; `rotates` once true stays true. */
  learn(clientId: string, facts: AppFacts): Awaitable<void>;

  setting(name: string): Awaitable<Uint8Array | undefined>;
  /** `undefined` removes it. */
  saveSetting(name: string, value: Uint8Array | undefined): Awaitable<void>;
  /** Like `saveSetting`, if what is kept is still `before`; false, and nothing is written, if it is something else. */
  replaceSetting(
    name: string,
    before: Uint8Array | undefined,
    value: Uint8Array | undefined,
  ): Awaitable<boolean>;
}

/** What a token answer of Twitch held; whatever is missing or odd is undefined. At least one token is there. */
export interface Tokens {
  readonly access: Secret | undefined;
  readonly refresh: Secret | undefined;
  /** Undefined where the answer had none; empty where it had none in it. */
  readonly scopes: readonly string[] | undefined;
  /** Undefined where missing, not a number, 0 or less. */
  readonly expiresIn: Duration | undefined;
  /** False if the body broke off: what is missing may have been in the part that was lost. */
  readonly whole: boolean;
}

/** No usable answer. */
export interface Unavailable {
  readonly kind: "unavailable";
  readonly reason: Reason;
  /** Whether Twitch may have acted on the request. `no` only where that is certain. */
  readonly spent: "no" | "unknown";
  /** The request provably never left this machine. */
  readonly neverLeft: boolean;
  readonly retryAfter: Duration | undefined;
}

export type RefreshOutcome =
  | { readonly kind: "refreshed"; readonly tokens: Tokens }
  /** `Invalid refresh token`, in these words and no others. */
  | { readonly kind: "refused" }
  | Unavailable;

export type ExchangeOutcome =
  | { readonly kind: "granted"; readonly tokens: Tokens }
  /** Twitch says that the code or the device code is no good. */
  | { readonly kind: "refused" }
  | Unavailable;

export type DeviceOutcome = ExchangeOutcome | { readonly kind: "pending"; readonly slowDown: boolean };

export type DeviceStart =
  | {
    readonly kind: "started";
    readonly deviceCode: Secret;
    readonly userCode: string;
    /** As Twitch gave it; never built by us. */
    readonly verificationUri: string;
    readonly expiresIn: Duration;
    readonly interval: Duration;
  }
  | Unavailable;

export type ValidateOutcome =
  | {
    readonly kind: "valid";
    readonly clientId: string;
    readonly twitchId: string;
    readonly login: string;
    readonly scopes: readonly string[];
    /** What is left; undefined for tokens that do not expire. */
    readonly expiresIn: Duration | undefined;
  }
  /** A JSON 401: expired, revoked and unknown look alike. */
  | { readonly kind: "invalid" }
  | Unavailable;

export interface AuthorizeRequest {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: Secret;
}

/** Twitch as core sees it. No method throws for anything that a network or Twitch can do. */
export interface Twitch {
  /** False on a Deno version that may send a POST again by itself after a cut connection (denoland/deno#35610). */
  readonly sendsOnce: boolean;
  /** Loads what requests need, which the first of them does else: a refresh token that is journalled leaves at once. */
  ready(): Promise<void>;
  /** Where to send the browser. */
  authorizeUrl(app: TwitchApp, request: AuthorizeRequest): string;
  /** Whether Twitch accepts the app's id and secret; `unknown` where it cannot be asked, as for a public app. */
  checkApp(app: TwitchApp): Promise<"accepted" | "refused" | "unknown">;
  exchangeCode(app: TwitchApp, code: Secret, redirectUri: string): Promise<ExchangeOutcome>;
  beginDevice(app: TwitchApp, scopes: readonly string[]): Promise<DeviceStart>;
  pollDevice(app: TwitchApp, deviceCode: Secret, scopes: readonly string[]): Promise<DeviceOutcome>;
  /** One POST, never repeated by itself. */
  refresh(app: TwitchApp, refreshToken: Secret): Promise<RefreshOutcome>;
  validate(accessToken: Secret): Promise<ValidateOutcome>;
  /** True if Twitch has confirmed that the token is void now. */
  revoke(app: TwitchApp, accessToken: Secret): Promise<boolean>;
  /** The display name, or undefined where it could not be had. */
  displayName(app: TwitchApp, accessToken: Secret): Promise<string | undefined>;
}

/** A request to Twitch's Helix API. Nothing in it is trusted to stay inside Helix: `Helix` sees to that. */
export interface HelixRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base of the API, without a leading slash: `channels/commercial`. */
  readonly path: string;
  /** Encoded, without the question mark; may be empty. */
  readonly query: string;
  readonly body: { readonly type: string; readonly text: string } | undefined;
}

/** What Helix answered, whatever its status. */
export interface HelixAnswer {
  readonly kind: "answered";
  readonly status: number;
  /** Only what a client may see: the content type and the rate-limit headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Helix as core sees it. Throws for nothing that a network or Twitch can do. */
export interface Helix {
  /** Sends once, with the token and the app's client id; gives up after `timeout`. A path outside Helix is `unavailable`. */
  call(
    app: TwitchApp,
    access: Secret,
    request: HelixRequest,
    timeout: Duration,
  ): Promise<HelixAnswer | Unavailable>;
}

/** `taken` by at least one address · `undeliverable`: all have given up · `stopped` before it came to either. */
export type Delivery = "taken" | "undeliverable" | "stopped";

/** Turns passwords into texts from which nobody gets them back, slowly, so that nobody tries many. */
export interface Passwords {
  /** Another text each time. Takes seconds on a small machine and does not block. */
  hash(password: Secret): Promise<string>;
  /**
   * Whether `hash` was made of this password, by this version or an earlier one. Throws `AppError` `database_damaged`
   * if no version has made it.
   */
  matches(password: Secret, hash: string): Promise<boolean>;
}

/** Messages to people, at addresses of their choice. */
export interface Notifier {
  /** Delivers in the background, trying again for a bounded time; never rejects. Per address one after the other. */
  send(notice: Notice): Promise<Delivery>;
}

/** What every use case is given. */
export interface Deps {
  readonly store: Store;
  readonly vault: Vault;
  readonly twitch: Twitch;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to, not including, 1: for jitter only. */
  readonly random: () => number;
  /** Where other processes write to the same store; undefined where this one is alone. */
  readonly shared?: Shared | undefined;
}
