/**
 * The headers of every page. Nothing is loaded from elsewhere: the one style sheet and the one script stand in the page
 * and are named by their hashes.
 */
import script from "./pages/page.js" with { type: "text" };
import style from "./pages/style.css" with { type: "text" };

/** Where a connection can be trusted; elsewhere browsers ignore it and complain on every page. */
export const OPENER_POLICY: readonly [name: string, value: string] = [
  "cross-origin-opener-policy",
  "same-origin",
];

/** The headers that pages carry everywhere; the hashes need a moment. */
export async function pageHeaders(): Promise<Readonly<Record<string, string>>> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      `style-src '${await hashOf(style)}'`,
      `script-src '${await hashOf(script)}'`,
      "connect-src 'self'",
      "img-src data:",
      // Chromium checks redirects after a form against this too, so Twitch is reached by a link, never by a form.
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
    // With no-referrer a browser sends `Origin: null` with our own forms (Fetch, "append a request Origin header").
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
  };
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
