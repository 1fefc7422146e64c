import type { TwitchApp } from "./app.ts";
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

/** Stores the app, sealed, in place of the one before. */
export async function saveApp(deps: Pick<Deps, "store" | "vault">, app: TwitchApp): Promise<void> {
  const text = JSON.stringify({ clientId: app.clientId, clientSecret: app.clientSecret?.reveal() });
  await deps.store.saveSetting(NAME, await deps.vault.seal(new Secret(text), BINDING));
}
