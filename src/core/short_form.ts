/**
 * What a short form is made of: from the text of a press to the request, and from Twitch's answer to one line. Pure.
 * Limits and scopes are those of Twitch's reference of the Helix API.
 */
import { AppError } from "./error.ts";
import type { HelixRequest } from "./ports.ts";

/** Members of the first thing in Helix's `data`; empty where there is none. */
export type First = Readonly<Record<string, unknown>>;

/** Whose account it is, and whom the press is about. */
export interface Whom {
  readonly me: string;
  /** The user id of `Order.target`. */
  readonly target: string;
}

/** One press, understood. */
export interface Order {
  /** The login name of the channel that it is about; its id has to be asked for first. */
  readonly target?: string;
  request(whom: Whom): HelixRequest;
  /** The line that says what happened, from what Twitch answered; throws `AppError` `refused` if nothing did. */
  done(first: First): string;
}

/** How a failure of a known kind reads; `when` is matched against Twitch's message. */
export interface KnownFailure {
  readonly status?: number;
  readonly when?: RegExp;
  readonly line: string;
  /** Answered instead of Twitch's status. */
  readonly as?: number;
}

export interface ShortForm {
  /** What `/status.txt` calls it: `AD` in `AD 429`. */
  readonly word: string;
  /** What cannot be done, as in `Cannot start the ad: …`. */
  readonly doing: string;
  readonly scope: string;
  /** Throws `AppError` `usage` for a text that Twitch would not take. */
  read(text: string): Order;
  readonly failures: readonly KnownFailure[];
}

/** Why most things cannot be done. */
export const NOT_LIVE = "the channel is not live";
/** How Twitch says it, in one wording per endpoint. */
export const WHEN_NOT_LIVE =
  /not (streaming )?live|offline|must be (streaming )?live|isn.t (streaming )?live/i;

/** A POST to Helix with this query and, unless undefined, this body as JSON. */
export function post(path: string, query: Readonly<Record<string, string>>, body?: unknown): HelixRequest {
  return request("POST", path, query, body);
}

/** A request to Helix with this query and, unless undefined, this body as JSON. */
export function request(
  method: HelixRequest["method"],
  path: string,
  query: Readonly<Record<string, string>>,
  body?: unknown,
): HelixRequest {
  const json = body === undefined ? undefined : { type: "application/json", text: JSON.stringify(body) };
  return { method, path, query: new URLSearchParams(query).toString(), body: json };
}

/** A text as one line of at most `most` characters. Throws `AppError` `usage`. */
export function readLine(doing: string, text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") throw new AppError("usage", `Cannot ${doing}: the text is missing`);
  return atMost(doing, "the text", line, most);
}

/** The text, if it has no more characters than Twitch takes, counted as people count them. Throws `AppError` `usage`. */
export function atMost(doing: string, what: string, text: string, most: number): string {
  const length = [...text].length;
  if (length <= most) return text;
  throw new AppError("usage", `Cannot ${doing}: ${what} has ${length} characters, Twitch takes ${most}`);
}

/** A login name as people write it: with `@`, in capitals, or as the address of the channel. Throws `AppError` `usage`. */
export function readName(doing: string, text: string): string {
  const name = text.trim().replace(/^(https?:\/\/)?(www\.)?twitch\.tv\//i, "").replace(/^@/, "")
    .toLowerCase();
  if (name === "") throw new AppError("usage", `Cannot ${doing}: the name of the channel is missing`);
  if (/^\w{1,25}$/.test(name)) return name;
  throw new AppError("usage", `Cannot ${doing}: ${name.slice(0, 40)} is no Twitch name`);
}

/** A span in seconds for people: `90 s`, `8 min`. */
export function spanText(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
