/** Shown wherever a secret would otherwise print. */
const MASK = "[secret]";

/**
 * A text that must not be seen: an access token, a refresh token, a client secret, a device code, an id.
 *
 * It prints `[secret]` in templates, JSON, logs and inspection. `reveal()` is the only way to the text and is
 * called at the edges alone: a request to Twitch, an answer to Companion, the vault, a command that exists to show it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return MASK;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}

/** SHA-256 of a secret as 64 lower-case hex digits: to recognise it again without keeping it. */
export async function digestOf(secret: Secret): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret.reveal()));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Takes equally long wherever the texts differ. */
export function sameText(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let at = 0; at < right.length; at++) difference |= left.charCodeAt(at) ^ right.charCodeAt(at);
  return difference === 0;
}

/** A new random secret, base64url without padding: 43 characters for 256 bits, 22 for 128. */
export function randomSecret(bits: 128 | 256 = 256): Secret {
  const bytes = crypto.getRandomValues(new Uint8Array(bits / 8));
  const base64 = btoa(String.fromCharCode(...bytes));
  return new Secret(base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
}
