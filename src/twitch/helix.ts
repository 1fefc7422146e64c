/** Any request to Helix, below its base address and nowhere else, with the token of one account. */
import type { Reason } from "../core/account.ts";
import type { TwitchApp } from "../core/app.ts";
import type { HelixAnswer, HelixRequest, Unavailable } from "../core/ports.ts";
import type { Secret } from "../core/secret.ts";
import { receive, type Sending } from "./sending.ts";

/** More of a body is not read, in bytes. The longest lists of Helix have some hundred kilobytes. */
const BODY_LIMIT = 1024 * 1024;
const PASSED_HEADERS = /^(content-type|ratelimit-(limit|remaining|reset))$/;

/** Who asks for what. */
export interface HelixCall {
  readonly app: TwitchApp;
  readonly access: Secret;
  readonly request: HelixRequest;
}

/** Sends the request once and answers what came back. */
export async function callHelix(
  sending: Sending,
  apiUrl: string,
  { app, access, request }: HelixCall,
): Promise<HelixAnswer | Unavailable> {
  const url = addressBelow(apiUrl, request);
  if (url === undefined) return unavailable("unreachable", true);
  const { method, body } = request;
  const headers = new Headers({ authorization: `Bearer ${access.reveal()}`, "client-id": app.clientId });
  if (body !== undefined) headers.set("content-type", body.type);
  const init = { method, headers, ...(body && { body: body.text }) };
  const received = await receive(sending, url.href, init, BODY_LIMIT);
  if (received.kind === "failed") return unavailable(received.reason, received.neverLeft);
  const { response, text, broken } = received;
  const { status } = response;
  const reason = broken ?? (isElsewhere(response) ? "not_twitch" : undefined);
  if (reason !== undefined) return unavailable(reason, false);
  return { kind: "answered", status, headers: passedOn(response.headers), text };
}

/**
 * The address of a request, or undefined where it would not be below `apiUrl`. What a server behind it might decode
 * into a way out (`%2e%2e%2f`, backslashes) is refused as well: no path of Helix has a percent sign.
 */
export function addressBelow(apiUrl: string, { path, query }: HelixRequest): URL | undefined {
  if (/[%\\?#\s]/.test(path) || !URL.canParse(`${apiUrl}/${path}`)) return undefined;
  const base = new URL(`${apiUrl}/`);
  const url = new URL(`${apiUrl}/${path}`);
  // Here and not in the text, so that a `#` in it does not end the query.
  url.search = query;
  const inside = url.origin === base.origin && url.pathname.startsWith(base.pathname);
  return inside && url.pathname.length > base.pathname.length ? url : undefined;
}

/** Helix neither redirects nor answers with a page: a captive portal does. */
function isElsewhere({ status, ok, headers }: Response): boolean {
  const redirects = status >= 300 && status < 400;
  return redirects || (ok && headers.get("content-type")?.startsWith("text/html") === true);
}

function passedOn(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => PASSED_HEADERS.test(name)));
}

function unavailable(reason: Reason, neverLeft: boolean): Unavailable {
  const spent = neverLeft ? "no" : "unknown";
  return { kind: "unavailable", reason, spent, neverLeft, retryAfter: undefined };
}
