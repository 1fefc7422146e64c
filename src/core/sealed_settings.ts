import type { Binding } from "./ports.ts";

type Purpose = Exclude<Binding["purpose"], "grant" | "id">;

/** The name of the setting that holds what is sealed for a purpose. */
export const SEALED_SETTINGS: Readonly<Record<Purpose, string>> = {
  app: "twitch_app",
  "backup key": "backup_keys",
  "notice addresses": "notice_addresses",
  attempts: "attempts",
  "setup code": "setup_code",
  "form secret": "form_secret",
  "held sign-ins": "held_sign_ins",
};

/** What the ciphertext in a setting is tied to; undefined for a setting that this version does not know. */
export function settingBinding(name: string): Binding | undefined {
  const found = (Object.keys(SEALED_SETTINGS) as Purpose[])
    .find((purpose) => SEALED_SETTINGS[purpose] === name);
  return found && { owner: "server", purpose: found, generation: 0 };
}

/** Whether a setting's value is ciphertext: its first byte is the envelope's version, with which no text begins. */
export function isSealed(value: Uint8Array): boolean {
  const [first] = value;
  return first !== undefined && first < 9;
}
