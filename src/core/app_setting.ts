import type { TwitchApp } from "./app.ts";
import { AppError } from "./error.ts";
import type { Deps } from "./ports.ts";
import { Secret } from "./secret.ts";

const NAME = "twitch_app";
const BINDING = { owner: "server", purpose: "app", generation: 0 } as const;

/** The app that the setup page or command stored, or undefined. Throws `AppError` `locked` as the vault does. */
export async function loadApp(deps: Pick<Deps, "store" | "vault">): Promise<TwitchApp | undefined> {
  const sealed = await deps.store.setting(NAME);
  if (sealed === undefined) return undefined;
  const text = await deps.vault.open(sealed as Parameters<typeof deps.vault.open>[0], BINDING);
  const stored = JSON.parse(text.reveal()) as { clientId: string; clientSecret?: string };
  return {
    clientId: stored.clientId,
    clientSecret: stored.clientSecret === undefined ? undefined : new Secret(stored.clientSecret),
  };
}

/** Asks Twitch about an app that somebody has typed. Throws `AppError` `app_refused` only if Twitch says that it is wrong. */
export async function checkApp({ twitch }: Pick<Deps, "twitch">, app: TwitchApp): Promise<void> {
  if (await twitch.checkApp(app) === "refused") throw appRefused("Cannot store the Twitch app");
}

/** Stores the app, sealed, in place of the one before. */
export async function saveApp(deps: Pick<Deps, "store" | "vault">, app: TwitchApp): Promise<void> {
  const text = JSON.stringify({ clientId: app.clientId, clientSecret: app.clientSecret?.reveal() });
  await deps.store.saveSetting(NAME, await deps.vault.seal(new Secret(text), BINDING));
}

/** Twitch's word on a wrong client id or secret, with the settings to put right. */
export function appRefused(what: string): AppError {
  return new AppError("app_refused", `${what}: Twitch does not accept the app's client id or secret`, {
    hint: "Compare TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET with the app at dev.twitch.tv/console/apps; " +
      "a new secret there makes the old one void",
  });
}
