import type { Secret } from "./secret.ts";

/** The user's registration at Twitch. Without a secret it is a *public* app: device code only, refresh tokens single-use. */
export interface TwitchApp {
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
}

/** What was learned about an app from Twitch's answers. Kept in the store, never unset. */
export interface AppFacts {
  /** A refresh once returned a different refresh token: the old one must never be sent again. */
  readonly rotates: boolean;
  /** Whether the access token before a refresh still worked after it; undefined until seen. */
  readonly oldAccess: "dies" | "survives" | undefined;
}

/** Before anything was seen. */
export const NO_FACTS: AppFacts = { rotates: false, oldAccess: undefined };

/** Refresh tokens of this app are spent by use. */
export function rotates(app: TwitchApp, facts: AppFacts): boolean {
  return app.clientSecret === undefined || facts.rotates;
}

/** Access tokens of this app die when they are refreshed, so a refresh is aligned to Companion's questions. */
export function oldTokensDie(app: TwitchApp, facts: AppFacts): boolean {
  return app.clientSecret === undefined || facts.oldAccess === "dies";
}
