/**
 * The headers of every page. No script runs and nothing is loaded: the one style sheet stands in the page and is
 * named by its hash.
 */
import style from "./pages/style.css" with { type: "text" };

/** The headers that pages carry; the hash needs a moment. */
export async function pageHeaders(): Promise<Readonly<Record<string, string>>> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return {
    "content-security-policy": [
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "img-src data:",
      // Chromium checks redirects after a form against this too, so Twitch is reached by a link, never by a form.
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
    // With no-referrer a browser sends `Origin: null` with our own forms (Fetch, "append a request Origin header").
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
  };
}
