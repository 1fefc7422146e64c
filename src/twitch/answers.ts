/**
 * What Twitch's answers mean. Pure: from what arrived, or what was thrown, to the outcomes of the port.
 *
 * Twitch does not speak RFC 6749 here: errors are `{"status","message"}`, the scope is an array, a wrong client secret
 * is a 403. Content types are not looked at. Its messages are compared and then dropped: they reach no log and no error.
 */
import * as v from "valibot";
import { type Duration, type Reason, SECOND } from "../core/account.ts";
import type {
  DeviceOutcome,
  DeviceStart,
  ExchangeOutcome,
  RefreshOutcome,
  Tokens,
  Unavailable,
  ValidateOutcome,
} from "../core/ports.ts";
import { Secret } from "../core/secret.ts";
import { readObject } from "./json.ts";

/** What came back for one request. */
export type Answer = Answered | Failed;

/** Status and body, or as much of the body as arrived. */
export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  readonly text: string;
  /** What ended the body early (`not_twitch`: longer than any answer of Twitch); undefined if it is all here. */
  readonly broken: Reason | undefined;
  readonly retryAfter: Duration | undefined;
}

/** No answer at all. */
export interface Failed {
  readonly kind: "failed";
  readonly reason: Reason;
  readonly neverLeft: boolean;
}

/**
 * What fetch throws when the request provably never left: matched against the error's name, message and cause.
 * Whatever is in no row counts as having left. The texts were taken from Deno 2.4.2 (in `message`) and 2.9.6 (in `cause.message`).
 */
export const NEVER_LEFT: readonly { readonly when: string; readonly text: RegExp }[] = [
  { when: "name lookup, TCP connect or TLS handshake failed", text: /client error \(Connect\)/ },
  { when: "the runtime blocks the port", text: /Requests to port \d+ are blocked/ },
  { when: "this process may not reach the address", text: /^NotCapable: Requires net access/ },
];

const PRINTABLE = /^[\x21-\x7e]{1,512}$/;
/** Longer lives are taken for nonsense: as a date they might not even print. */
const LONGEST_SECONDS = 1e9;
/** For device code answers that do not say (RFC 8628, section 3.2; Twitch's usual life). */
const DEVICE_INTERVAL: Duration = 5 * SECOND;
const DEVICE_LIFE: Duration = 1800 * SECOND;

const aboutClient: ReadonlySet<string> = new Set([
  "invalid client",
  "invalid client secret",
  "missing client secret",
  "missing client id",
  "no client id specified",
  "client does not exist",
]);
const aboutRequest = /^(missing refresh token|invalid grant type|invalid scope requested\b.*)$/;

const word = v.pipe(v.string(), v.nonEmpty());
const secret = v.pipe(v.string(), v.regex(PRINTABLE), v.transform((text) => new Secret(text)));
const token = v.fallback(v.optional(secret), undefined);
const span = v.fallback(
  v.optional(v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/), v.transform(Number))]),
    v.gtValue(0),
    v.maxValue(LONGEST_SECONDS),
    v.transform((seconds) => Math.ceil(seconds * SECOND)),
  )),
  undefined,
);
const scopes = v.fallback(
  v.optional(v.pipe(v.union([v.string(), v.array(v.unknown())]), v.transform(scopesIn))),
  undefined,
);

const tokenFields = v.object({ access_token: token, refresh_token: token, scope: scopes, expires_in: span });
const userFields = v.object({ client_id: word, user_id: word, login: word, scopes, expires_in: span });
const deviceFields = v.object({
  device_code: secret,
  user_code: v.pipe(v.string(), v.regex(PRINTABLE)),
  verification_uri: v.pipe(v.string(), v.regex(/^https?:\/\/[\x21-\x7e]+$/), v.url()),
  expires_in: span,
  interval: span,
});
const errorFields = v.object({ message: v.string() });
const invalidFields = v.object({ status: v.literal(401), message: v.string() });
const usersFields = v.object({ data: v.looseTuple([v.object({ display_name: word })]) });

/** What a thrown error of `fetch` says about the request. */
export function failureOf(thrown: unknown): Failed {
  const text = textOf(thrown);
  if (text.startsWith("TimeoutError:")) return { kind: "failed", reason: "timeout", neverLeft: false };
  const neverLeft = NEVER_LEFT.some((row) => row.text.test(text));
  return { kind: "failed", reason: neverLeft ? "unreachable" : "cut", neverLeft };
}

/** The answer to a refresh, by the rules of the refresh transaction: only the very words end a login. */
export function refreshOutcome(answer: Answer): RefreshOutcome {
  const tokens = tokensIn(answer);
  if (tokens) return { kind: "refreshed", tokens };
  const refused = statusOf(answer) === 400 || statusOf(answer) === 401;
  if (refused && complaintIn(answer) === "invalid refresh token") return { kind: "refused" };
  return unavailable(answer);
}

/** The answer to an authorization code. A 400 that is not about the client says that the code is no good. */
export function exchangeOutcome(answer: Answer): ExchangeOutcome {
  const tokens = tokensIn(answer);
  if (tokens) return { kind: "granted", tokens };
  const complaint = complaintIn(answer);
  if (statusOf(answer) === 400 && complaint !== undefined && !aboutClient.has(complaint)) {
    return { kind: "refused" };
  }
  return unavailable(answer);
}

/** The answer to an app that asked for a grant of its own: only plain words about id or secret are a refusal. */
export function appCheck(answer: Answer): "accepted" | "refused" | "unknown" {
  if (tokensIn(answer)) return "accepted";
  return unavailable(answer).reason === "app_refused" ? "refused" : "unknown";
}

/** The answer to a device code. `slow_down` is RFC 8628's, never seen from Twitch. */
export function deviceOutcome(answer: Answer): DeviceOutcome {
  if (statusOf(answer) === 400) {
    const complaint = complaintIn(answer);
    if (complaint === "authorization_pending") return { kind: "pending", slowDown: false };
    if (complaint === "slow_down") return { kind: "pending", slowDown: true };
  }
  return exchangeOutcome(answer);
}

/** The answer to the start of a device sign-in. */
export function deviceStart(answer: Answer): DeviceStart {
  const fields = v.safeParse(deviceFields, statusOf(answer) === 200 ? wholeObjectIn(answer) : undefined);
  if (!fields.success) return unavailable(answer);
  return {
    kind: "started",
    deviceCode: fields.output.device_code,
    userCode: fields.output.user_code,
    verificationUri: fields.output.verification_uri,
    expiresIn: fields.output.expires_in ?? DEVICE_LIFE,
    interval: fields.output.interval ?? DEVICE_INTERVAL,
  };
}

/** The answer to `/validate`. It spends nothing, whatever becomes of it. */
export function validateOutcome(answer: Answer): ValidateOutcome {
  const object = wholeObjectIn(answer);
  const fields = v.safeParse(userFields, statusOf(answer) === 200 ? object : undefined);
  if (fields.success) {
    return {
      kind: "valid",
      clientId: fields.output.client_id,
      twitchId: fields.output.user_id,
      login: fields.output.login,
      scopes: fields.output.scopes ?? [],
      expiresIn: fields.output.expires_in,
    };
  }
  if (statusOf(answer) === 401 && v.is(invalidFields, object)) {
    // We always send the header: if Twitch has not seen it, something on the way took it, and the token was not judged.
    if (complaintIn(answer) !== "missing authorization token") return { kind: "invalid" };
  }
  return { ...unavailable(answer), spent: "no" };
}

/** True if the token is void now: revoked (an empty 200, not the page of a captive portal), or it was void before. */
export function revoked(answer: Answer): boolean {
  if (answer.kind === "failed") return false;
  if (answer.status === 200) return answer.broken === undefined && answer.text.trim() === "";
  return answer.status === 400 && complaintIn(answer) === "invalid token";
}

/** The display name in an answer of Helix's `/users`. */
export function displayNameIn(answer: Answer): string | undefined {
  const fields = v.safeParse(usersFields, statusOf(answer) === 200 ? wholeObjectIn(answer) : undefined);
  return fields.success ? fields.output.data[0].display_name : undefined;
}

function tokensIn(answer: Answer): Tokens | undefined {
  if (answer.kind === "failed" || answer.status !== 200) return undefined;
  const object = readObject(answer.text);
  if (!object) return undefined;
  const fields = v.parse(tokenFields, object.members);
  const { access_token: access, refresh_token: refresh } = fields;
  if (!access && !refresh) return undefined;
  return { access, refresh, scopes: fields.scope, expiresIn: fields.expires_in, whole: object.whole };
}

/** What an answer without a usable result means, the same for every request. */
function unavailable(answer: Answer): Unavailable {
  if (answer.kind === "failed") return trouble(answer.reason, answer.neverLeft ? "no" : "unknown", answer);
  if (answer.status === 429) return trouble("rate_limited", "no", answer);
  if (answer.status >= 500) return trouble("twitch_error", "unknown", answer);
  const complaint = complaintIn(answer);
  if (complaint === undefined) return trouble(answer.broken ?? "not_twitch", "unknown", answer);
  if (aboutClient.has(complaint)) return trouble("app_refused", "no", answer);
  return trouble("twitch_error", aboutRequest.test(complaint) ? "no" : "unknown", answer);
}

function trouble(reason: Reason, spent: "no" | "unknown", answer: Answer): Unavailable {
  const failed = answer.kind === "failed";
  return {
    kind: "unavailable",
    reason,
    spent,
    neverLeft: failed && answer.neverLeft,
    retryAfter: failed ? undefined : answer.retryAfter,
  };
}

/** The message of a JSON 4xx, trimmed, in lower case. */
function complaintIn(answer: Answer): string | undefined {
  const status = statusOf(answer) ?? 0;
  if (status < 400 || status > 499) return undefined;
  const fields = v.safeParse(errorFields, wholeObjectIn(answer));
  return fields.success ? fields.output.message.trim().toLowerCase() : undefined;
}

function statusOf(answer: Answer): number | undefined {
  return answer.kind === "answered" ? answer.status : undefined;
}

function wholeObjectIn(answer: Answer): unknown {
  const object = answer.kind === "answered" ? readObject(answer.text) : undefined;
  return object?.whole ? object.members : undefined;
}

/** Twitch gives an array, its documents show a string, an empty grant has been seen as `[""]`. */
function scopesIn(value: string | unknown[]): string[] {
  const texts = typeof value === "string" ? [value] : value.filter((item) => typeof item === "string");
  return texts.flatMap((text) => text.split(/\s+/)).filter((scope) => scope !== "");
}

/** Name, message and the cause's message: Deno 2.4 and 2.9 put the detail in different places. */
function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  const cause = thrown.cause instanceof Error ? ` ${thrown.cause.message}` : "";
  return `${thrown.name}: ${thrown.message}${cause}`;
}
