/** Forms that no other site can send: each carries a secret of its session and comes from a page of ours. */
import type { Session } from "../core/owner.ts";
import { randomSecret, sameText, type Secret } from "../core/secret.ts";

/** The name of the hidden field. */
export const FORM_FIELD = "form";

/** What the browser says of itself when a page of ours, or nobody, has sent it. */
const OWN_SITES: readonly (string | null)[] = [null, "same-origin", "none"];

export class Forms {
  readonly #secret: () => Secret;

  /** `secret` answers that of all processes which answer for one another. */
  constructor(secret?: () => Secret) {
    const own = randomSecret();
    this.#secret = secret ?? (() => own);
  }

  /** For the hidden field of forms that need no session: a secret of this server. */
  get token(): string {
    return this.#secret().reveal();
  }

  /**
   * Whether a form was sent from a page of ours, and in this session if there is one. Another port of this machine is the
   * same *site* (Companion's own page is one), so only the same *origin* counts.
   */
  accepts(request: Request, token: unknown, session: Session | undefined): boolean {
    const { headers } = request;
    const origin = headers.get("origin");
    return OWN_SITES.includes(headers.get("sec-fetch-site")) &&
      (origin === null || origin === "null" || hostIn(origin) === headers.get("host")) &&
      typeof token === "string" && sameText(token, session?.formToken ?? this.token);
  }
}

/** A proxy speaks https to the browser and plain http to us, so the host alone is compared. */
function hostIn(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** A field as one line of text: trimmed, without control characters, at most `most` characters; empty if missing. */
export function textOf(value: unknown, most: number): string {
  if (typeof value !== "string") return "";
  // deno-lint-ignore no-control-regex
  return value.replace(/[\u0000-\u001f\u007f]+/g, " ").trim().slice(0, most);
}

/** A path of this server as it is, anything else as `/`: nobody is led to another site by a link of ours. */
export function ownPath(text: string): string {
  return /^\/(?![/\\])[\w\-./?=&%+~]*$/.test(text) ? text : "/";
}
