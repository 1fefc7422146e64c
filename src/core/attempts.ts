/** What is known of a sign-in that has begun, and the record of it that outlives the process. */
import type { Duration, Time } from "./account.ts";
import type { TwitchApp } from "./app.ts";
import type { SealedRecord } from "./sealed_records.ts";
import { Secret } from "./secret.ts";

/** What somebody wants to sign in for. */
export interface Wish {
  readonly scopes: readonly string[];
  /** What the person calls the account; may be empty. */
  readonly label: string;
  /** The Twitch user (its id) whose account is to be signed in again; undefined takes whoever comes. */
  readonly expected?: string | undefined;
  /** An id from an old database, to lead to the account that signs in. */
  readonly reclaim?: Secret | undefined;
  /** Whom the owner has asked to sign in, in the owner's words. */
  readonly sentTo?: string | undefined;
}

interface Common extends Wish {
  /** Names the attempt on pages; whoever knows it and has a session sees how it ends. */
  readonly ref: Secret;
  readonly app: TwitchApp;
  readonly beganAt: Time;
}

/** By a link to Twitch: it comes back by redirect or pasted. */
export interface LinkAttempt extends Common {
  readonly kind: "link";
  readonly state: Secret;
  /** Only the browser that holds it may come back by redirect. */
  readonly cookie: Secret;
  readonly redirectUri: string;
}

/** By a code that somebody enters at Twitch. */
export interface DeviceAttempt extends Common {
  readonly kind: "device";
  readonly deviceCode: Secret;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly interval: Duration;
  readonly expiresIn: Duration;
  readonly endsAt: Time;
}

export type Attempt = LinkAttempt | DeviceAttempt;

/** The members that are secrets. */
const SECRETS = ["ref", "reclaim", "state", "cookie", "deviceCode"] as const;

/** An attempt as a record: its app is named by the client id alone. */
export function attemptRecord({ app, ...members }: Attempt): SealedRecord {
  const plain = Object.entries(members).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  return { ...Object.fromEntries(plain), clientId: app.clientId };
}

/**
 * The attempt in a record; undefined for one of another app, with which it cannot be finished, and for one that another
 * version has begun in a way that is not known here.
 */
export function attemptIn(record: SealedRecord, app: TwitchApp | undefined): Attempt | undefined {
  const { clientId, ...members } = record;
  if (clientId !== app?.clientId || (members["kind"] !== "link" && members["kind"] !== "device")) {
    return undefined;
  }
  const secrets = SECRETS.flatMap((name) => {
    const text = members[name];
    return typeof text === "string" ? [[name, new Secret(text)]] : [];
  });
  return { ...members, ...Object.fromEntries(secrets), app } as unknown as Attempt;
}

/** What an attempt was begun for. */
export function wishOf({ scopes, label, expected, reclaim, sentTo }: Wish): Wish {
  return { scopes, label, expected, reclaim, sentTo };
}
