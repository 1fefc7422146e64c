/** A sign-in as those see it who began it. */
import { type Duration, MINUTE, type Time } from "./account.ts";
import { type DeviceAttempt, type LinkAttempt, type Wish, wishOf } from "./attempts.ts";
import { ATTEMPT_LIVES, type AttemptState, type Entry } from "./open_attempts.ts";
import type { Twitch } from "./ports.ts";
import type { Secret } from "./secret.ts";

/** A browser comes back by redirect within this. */
export const REDIRECT_LIVES: Duration = 10 * MINUTE;

/** A begun sign-in by redirect or paste. */
export interface Begun {
  /** Names the attempt on pages. */
  readonly ref: Secret;
  readonly authorizeUrl: string;
  readonly redirectUri: string;
  readonly state: Secret;
  /** The browser that may come back by redirect holds it. */
  readonly cookie: Secret;
}

/** A begun sign-in by device code. */
export interface DeviceBegun {
  /** Names the attempt to `device`; whoever knows it sees how it ends. */
  readonly attempt: Secret;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly endsAt: Time;
  readonly expiresIn: Duration;
}

interface Standing {
  readonly ref: Secret;
  readonly wish: Wish;
  readonly clientId: string;
  readonly beganAt: Time;
  /** Until then it can be finished, or a lapsed code be had anew. */
  readonly endsAt: Time;
  readonly state: AttemptState;
}

export type LinkSignIn = Standing & { readonly kind: "link"; readonly begun: Begun };
export type DeviceSignIn = Standing & { readonly kind: "device"; readonly begun: DeviceBegun };
export type SignIn = LinkSignIn | DeviceSignIn;

/** A redirect that belongs to an attempt. */
export interface Arrival {
  /** It came to the browser that began, and in time; otherwise its address must be pasted there. */
  readonly here: boolean;
  readonly signIn: LinkSignIn;
}

/** An attempt as people see it. */
export function signInOf(twitch: Twitch, entry: Entry): SignIn {
  const { attempt } = entry;
  return attempt.kind === "link"
    ? linkSignIn(twitch, attempt, entry.state)
    : { ...standing(attempt, entry.state), kind: "device", begun: deviceBegun(attempt) };
}

/** A link attempt as people see it. */
export function linkSignIn(twitch: Twitch, attempt: LinkAttempt, state: AttemptState): LinkSignIn {
  return { ...standing(attempt, state), kind: "link", begun: linkBegun(twitch, attempt) };
}

function standing(attempt: LinkAttempt | DeviceAttempt, state: AttemptState): Standing {
  const { ref, beganAt, app: { clientId } } = attempt;
  return { ref, beganAt, state, clientId, wish: wishOf(attempt), endsAt: beganAt + ATTEMPT_LIVES };
}

/** What somebody needs to go on at Twitch. */
export function linkBegun(twitch: Twitch, attempt: LinkAttempt): Begun {
  const { ref, app, redirectUri, scopes, state, cookie } = attempt;
  const authorizeUrl = twitch.authorizeUrl(app, { redirectUri, scopes, state });
  return { ref, authorizeUrl, redirectUri, state, cookie };
}

/** What somebody needs to enter the code. */
export function deviceBegun(attempt: DeviceAttempt): DeviceBegun {
  const { ref, userCode, verificationUri, endsAt, expiresIn } = attempt;
  return { attempt: ref, userCode, verificationUri, endsAt, expiresIn };
}
