/**
 * What somebody asks of Helix through the relay, as it may be sent: `{me}` is the account's user id, nothing points
 * outside Helix, and what a button has not filled in is refused with the name of the place.
 *
 * Companion's Generic HTTP module sends `{me}` as it stands in query and body and as `%7Bme%7D` in a path, `$NA` for a
 * variable that was never set, and `{}` or `[object Object]` for an empty body. All of this was seen on the wire.
 */
import { AppError } from "./error.ts";
import type { HelixRequest } from "./ports.ts";

/** A request as it came. */
export interface Asked {
  readonly method: HelixRequest["method"];
  /** What follows `helix/`, not decoded. */
  readonly path: string;
  /** What follows the question mark, not decoded; may be empty. */
  readonly query: string;
  readonly body: HelixRequest["body"];
}

const ME = /(?:\{|%7b)me(?:\}|%7d)/gi;
/** A variable that was never set, or that this version of Companion does not know, and braces that nobody filled. */
const UNFILLED = /\$NA\b|\$\([^()]*\)|\{[a-z_][\w.:-]*\}/i;
/** In a text of a person's own braces are braces. */
const UNSET = /\$NA\b|\$\([\w.-]+:[^()]*\)/;
/** Every path of Helix is made of such parts. No dot, percent sign, colon, `@` or backslash, so none leads elsewhere. */
const PART = /^[a-z0-9_-]+$/i;
const EMPTY_BODIES = ["", "{}", "[object Object]"];

/** The request to send for this one. Throws `AppError` `usage` with the name of what is wrong. */
export function readAsked({ method, path, query, body }: Asked, me: string): HelixRequest {
  const bodyless = method === "GET" || method === "DELETE";
  return {
    method,
    path: readPath(path, me),
    query: readQuery(query, me),
    body: bodyless || body === undefined ? undefined : readBody(body, me),
  };
}

/** The path for a log: without a number or anything that could be a secret. */
export function shownPath(path: string): string {
  const parts = path.split("/").map((part) => /^[a-z_]{1,30}$/.test(part) ? part : "-");
  return parts.slice(0, 5).join("/");
}

/** A text that a person or a button sent, as it was meant: trimmed, empty for no body. Throws `AppError` `usage`. */
export function readText(text: string): string {
  const meant = text.trim();
  if (UNSET.test(meant)) throw notSet("the text", meant);
  return EMPTY_BODIES.includes(meant) ? "" : meant;
}

function readPath(path: string, me: string): string {
  const filled = path.replace(ME, me).replace(/\/$/, "");
  const parts = filled.split("/");
  if (parts.every((part) => PART.test(part))) return filled;
  const unfilled = decoded(filled);
  if (UNFILLED.test(unfilled)) throw notSet("the path", unfilled);
  throw new AppError("usage", "Cannot ask Twitch: what follows helix/ is no path of its API", {
    hint: "Write it as Twitch's reference does, for example helix/channels/commercial",
  });
}

function readQuery(query: string, me: string): string {
  // A variable's own percent sign arrives as it is.
  const filled = query.replace(ME, me).replace(/%(?![0-9a-f]{2})/gi, "%25");
  for (const pair of filled.split("&")) {
    const [name = "", ...value] = pair.split("=");
    const text = decoded(value.join("="));
    if (UNFILLED.test(text)) throw notSet(decoded(name), text);
    if (UNFILLED.test(decoded(name))) throw notSet("the query", decoded(name));
  }
  return filled;
}

function readBody(
  { type, text }: NonNullable<HelixRequest["body"]>,
  me: string,
): HelixRequest["body"] {
  const filled = text.trim().replace(ME, me);
  if (EMPTY_BODIES.includes(filled)) return undefined;
  const json = parsed(filled);
  if (json === undefined) {
    if (UNFILLED.test(filled)) throw notSet("the body", filled);
    return { type, text: filled };
  }
  refuseUnfilled(json, "the body");
  // Whatever the button calls it: Helix reads JSON only where the type says so.
  return { type: "application/json", text: filled };
}

/** Looks through the texts of a JSON value; `name` is that of the member it stands in. */
function refuseUnfilled(value: unknown, name: string): void {
  if (typeof value === "string" && UNFILLED.test(value)) throw notSet(name, value);
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    refuseUnfilled(member, Array.isArray(value) ? name : key);
  }
}

function notSet(name: string, text: string): AppError {
  const what = UNFILLED.exec(text)?.[0] ?? text;
  return new AppError("usage", `Cannot ask Twitch: ${name} is not filled in (${what})`, {
    hint: "Set the variable in Companion, or write the value itself",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
