/** Answers as they arrive from Twitch, and the outcomes to compare with. */
import { type Reason, SECOND } from "../../src/core/account.ts";
import type { Tokens, Unavailable } from "../../src/core/ports.ts";
import type { Answer, Answered } from "../../src/twitch/answers.ts";

export const ACCESS = "rfx2uswqe8l4g1mkagrvg5tv0ks3ab";
export const REFRESH = "eyJfaWQmNzMtNGCJ9%6VFV5LNrZFUj8oU231/3Aj+";
export const GOOD = JSON.stringify({
  access_token: ACCESS,
  expires_in: 14124,
  refresh_token: REFRESH,
  scope: ["channel:moderate", "chat:edit"],
  token_type: "bearer",
});
export const HTML = '<!DOCTYPE html><html><script>var t={"access_token":"abc"}</script></html>';

export const wholeTokens = {
  access: ACCESS,
  refresh: REFRESH,
  scopes: ["channel:moderate", "chat:edit"],
  expiresIn: 14124 * SECOND,
  whole: true,
};

export const DEVICE = {
  device_code: "OFqYhSzNYdGVzhda2QXv4EchufyJxNDRyzTJrmUA",
  expires_in: 1800,
  interval: 5,
  user_code: "JLLKTXWJ",
  verification_uri: "https://www.twitch.tv/activate?device-code=JLLKTXWJ",
};

/** What arrived, with a text or what becomes one as JSON. */
export function answered(status: number, body: unknown, more: Partial<Answered> = {}): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { kind: "answered", status, text, broken: undefined, retryAfter: undefined, ...more };
}

/** An error as id.twitch.tv writes it. */
export function said(status: number, message: string): Answer {
  return answered(status, { status, message });
}

/** An outcome of that kind. */
export function unavailable(
  reason: Reason,
  spent: "no" | "unknown",
  more: Partial<Unavailable> = {},
): Unavailable {
  return { kind: "unavailable", reason, spent, neverLeft: false, retryAfter: undefined, ...more };
}

/** Tokens with their secrets laid open, to be compared. */
export function open(tokens: Tokens): unknown {
  return { ...tokens, access: tokens.access?.reveal(), refresh: tokens.refresh?.reveal() };
}
