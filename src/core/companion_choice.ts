/** What asks this server for tokens, as its owner has said it: it decides which permissions and which words come first. */
import type { Store } from "./ports.ts";

/**
 * `companion-3`: the Twitch module up to 3.0.5, which has a field for a token server. `companion-4`: Companion with a
 * later module, which has none. `other`: tools that ask by themselves.
 */
export type CompanionChoice = "companion-3" | "companion-4" | "other";

/** In the order in which they are offered. */
export const COMPANION_CHOICES: readonly CompanionChoice[] = ["companion-3", "companion-4", "other"];

const NAME = "companion";

/** The choice that a form has sent; undefined if it is none. */
export function companionChoice(value: unknown): CompanionChoice | undefined {
  return COMPANION_CHOICES.find((choice) => choice === value);
}

/** What was chosen; undefined before that, and if it cannot be understood. */
export async function loadCompanionChoice(
  store: Pick<Store, "setting">,
): Promise<CompanionChoice | undefined> {
  const bytes = await store.setting(NAME);
  return bytes === undefined ? undefined : companionChoice(new TextDecoder().decode(bytes));
}

/** Stores it, in clear. Throws `AppError` `disk`. */
export async function saveCompanionChoice(
  store: Pick<Store, "saveSetting">,
  choice: CompanionChoice,
): Promise<void> {
  await store.saveSetting(NAME, new TextEncoder().encode(choice));
}

/**
 * The name of the preset that fits: what the choice can use without a change. For Companion 4 and 5 that is the
 * ready-made buttons, for their own module takes no token from here.
 */
export function presetNameFor(choice: CompanionChoice | undefined): "companion-3" | "buttons" {
  return choice === "companion-4" ? "buttons" : "companion-3";
}
