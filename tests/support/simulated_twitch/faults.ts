// What goes wrong on the way. A fault strikes before the request changed anything, or after, when only the answer is
// lost.

import { reasonPhrase } from "./answers.ts";
import type { Endpoint, Parameters } from "./requests.ts";

/** What happens instead of the true answer. The kinds with a body break the true answer, or a 502 page if `before`. */
export type FaultKind =
  | { kind: "answer"; status: number; headers: Record<string, string>; body: string }
  /** Not even connected: the request never arrives and is not logged. Cannot be had from a server that listens. */
  | { kind: "unreachable" }
  /** The connection ends without a byte. */
  | { kind: "reset" }
  /** Nothing comes until the client gives up. */
  | { kind: "hang" }
  /** The length is promised, `slice(0, bytes)` of the body comes, the connection ends. */
  | { kind: "torn body"; bytes: number }
  /** So many bytes at a time, each time after so many milliseconds. */
  | { kind: "slow body"; bytes: number; milliseconds: number }
  /** The true body, then blanks up to this length. */
  | { kind: "oversize body"; bytes: number };

/** One entry of the queue. */
export interface Fault {
  endpoint: Endpoint | "any";
  /** Only requests to the token endpoint with this grant_type. */
  grantType?: string;
  when: "before" | "after";
  kind: FaultKind;
  /** How many requests it strikes. Default: 1. Infinity: all until clear(). */
  times?: number;
}

/** The faults to come; of several that fit, the oldest strikes. */
export class Faults {
  #queue: { fault: Fault; left: number }[] = [];

  /** Puts a fault at the end of the queue. */
  add(fault: Fault): void {
    this.#queue.push({ fault, left: fault.times ?? 1 });
  }

  /** Takes back what has not struck yet. */
  clear(): void {
    this.#queue = [];
  }

  /** How many entries are still in the queue. */
  get pending(): number {
    return this.#queue.length;
  }

  /** The fault that strikes this request; counts it. */
  take(endpoint: Endpoint, params: Parameters): Fault | undefined {
    const entry = this.#queue.find(({ fault }) =>
      (fault.endpoint === "any" || fault.endpoint === endpoint) &&
      (fault.grantType === undefined || fault.grantType === params["grant_type"])
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#queue = this.#queue.filter((one) => one !== entry);
    return entry.fault;
  }
}

/** The kinds that have a name. */
export const fault = {
  internalServerError: page(500),
  badGateway: page(502),
  serviceUnavailable: page(503),
  gatewayTimeout: page(504),
  forbidden: page(403),
  /** 200 with a page: a captive portal, a maintenance notice. */
  okPage: page(200),
  okEmpty: answer(200, "application/json", ""),
  /** 200 with JSON that stops in the middle of a token although the length is right. */
  okTorn: answer(200, "application/json", '{"access_token":"k3v0torn'),
  /** For fresh and valid tokens (#1037). */
  falseInvalidRefreshToken: refusal(400, "Invalid refresh token"),
  /** What /oauth2/authorize answered everybody for a day (#893). */
  missingDeviceCode: refusal(400, "missing device_code"),
  /** For valid apps (streamlink-twitch-gui #490). */
  noClientId: refusal(400, "No client id specified"),
  unreachable: { kind: "unreachable" },
  reset: { kind: "reset" },
  hang: { kind: "hang" },
  resetAfterHeaders: { kind: "torn body", bytes: 0 },
} as const satisfies Record<string, FaultKind>;

/** 429, with Retry-After if seconds are given. */
export function tooManyRequests(retryAfter?: number): FaultKind {
  const kind = refusal(429, "too many requests");
  return retryAfter === undefined
    ? kind
    : { ...kind, headers: { ...kind.headers, "retry-after": `${retryAfter}` } };
}

/** A redirect; 307 and 308 ask the client to send the body again. */
export function redirect(status: 301 | 302 | 307 | 308, location: string): FaultKind {
  return { kind: "answer", status, headers: { location }, body: "" };
}

/** Any answer whatever. */
export function answer(status: number, contentType: string, body: string): FaultKind & { kind: "answer" } {
  return { kind: "answer", status, headers: { "content-type": contentType }, body };
}

/** Twitch's shape of a refusal, with any words. */
export function refusal(status: number, message: string): FaultKind & { kind: "answer" } {
  return answer(status, "application/json", JSON.stringify({ status, message }));
}

function page(status: number): FaultKind & { kind: "answer" } {
  const title = `${status} ${reasonPhrase(status)}`;
  return answer(
    status,
    "text/html",
    `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
  );
}
