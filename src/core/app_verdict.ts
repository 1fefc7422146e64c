import type { TwitchApp } from "./app.ts";
import type { Deps } from "./ports.ts";

/** Scopes do not matter to it, but Twitch wants one: the most harmless there is. */
const ANY_SCOPE = ["user:read:chat"];

/** `right` as far as Twitch says anything; `refused`: wrong, but nobody knows which of the two. */
export type AppVerdict = "right" | "unknown_id" | "wrong_secret" | "refused";

/**
 * Asks Twitch about an app that somebody has typed, so precisely that it can be said at the field. Twitch's refusal of
 * an id with a secret names neither; whether it knows the id alone shows when it is asked for a device code, which
 * needs no secret and lapses unused.
 */
export async function judgeApp({ twitch }: Pick<Deps, "twitch">, app: TwitchApp): Promise<AppVerdict> {
  if (app.clientSecret !== undefined && await twitch.checkApp(app) !== "refused") return "right";
  const start = await twitch.beginDevice({ clientId: app.clientId, clientSecret: undefined }, ANY_SCOPE);
  const hasSecret = app.clientSecret !== undefined;
  if (start.kind === "started") return hasSecret ? "wrong_secret" : "right";
  if (start.reason === "app_refused") return "unknown_id";
  return hasSecret ? "refused" : "right";
}
