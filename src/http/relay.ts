/**
 * The relay for tools without a Twitch login of their own: `/as/<id>/helix/…` and the short forms `/as/<id>/say` ….
 * Whatever goes wrong is one plain line, because Companion puts it into a variable.
 */
import { AppError, type ErrorCode } from "../core/error.ts";
import { plainLine } from "../core/line.ts";
import type { Login } from "../core/login.ts";
import type { HelixAnswer } from "../core/ports.ts";
import { press } from "../core/press.ts";
import { notePress } from "../core/relay.ts";
import { shownPath } from "../core/relay_request.ts";
import type { ShortForm } from "../core/short_form.ts";
import { SHORT_FORMS } from "../core/short_forms.ts";
import { loginOf, noteAsker, pathOf, Unknown } from "./companion.ts";
import type { PeerInfo } from "./deps.ts";
import { codeOf, lineAnswer, PROBLEMS } from "./problem.ts";
import type { Room } from "./room.ts";

const ADDRESS = /^\/as\/([^/]*)\/(.*)$/;
const HELIX = "helix/";
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const BODYLESS_METHODS = ["GET", "DELETE"];
/** Companion sends these again twice after such statuses, and nothing will have changed: got's table of retries. */
const REPEATED_METHODS = ["GET", "PUT", "DELETE"];
const REPEATED_STATUSES = [429, 500, 503];
const FAILED_DEPENDENCY = 424;
/** In bytes. */
const MOST_BODY = 64 * 1024;
const NOBODY: PeerInfo = { remoteAddr: { transport: "tcp" } };
const TEXT = "text/plain; charset=utf-8";
/** Types that a browser draws nothing from. */
const SAFE_TYPE = /^(application\/json|text\/plain|text\/calendar)\b/i;
const NO_BODY = [204, 205, 304];

/** Where the token question's words would mislead. */
const LINES: Partial<Record<ErrorCode, string>> = {
  needs_login: "Cannot ask Twitch: this login has ended, sign in again on the token server",
  locked: "Cannot ask Twitch: the token server does not have its key",
};

/** What a request to the relay is about: for the log, and for the button that shows failures. */
interface Press {
  readonly word: string;
  /** Without query, ids and numbers. */
  readonly path: string;
}

/** Answers everything below `/as/`. */
export async function answerRelay(
  request: Request,
  info: PeerInfo | undefined,
  room: Room,
): Promise<Response> {
  const [, id = "", rest = ""] = ADDRESS.exec(pathOf(request.url)) ?? [];
  const login = await loginOf(request, info ?? NOBODY, room, id);
  if (login instanceof Unknown) return unknown(login);
  noteAsker(login, info);
  if (rest.startsWith(HELIX)) return await passOn(request, room, login, rest.slice(HELIX.length));
  const form = SHORT_FORMS.get(rest);
  if (form === undefined) {
    return line(404, `There is only helix/... and ${[...SHORT_FORMS.keys()].join(" ")}`);
  }
  if (request.method !== "POST") return wrongMethod("POST");
  return await pressed(request, room, login, { form, word: form.word, path: rest });
}

function unknown({ code, line: words }: Unknown): Response {
  const isNoId = code === "not_found" || code === "usage";
  return isNoId ? line(404, "Cannot ask Twitch: this id is unknown here") : lineAnswer(code, words);
}

async function passOn(request: Request, room: Room, login: Login, path: string): Promise<Response> {
  const method = METHODS.find((one) => one === request.method);
  if (method === undefined) return wrongMethod(METHODS.join(", "));
  const about = { word: wordFor(path), path: `${HELIX}${shownPath(path)}` };
  return await noted(request, room, login, about, async () => {
    const text = BODYLESS_METHODS.includes(method) ? "" : await textOf(request);
    if (text === undefined) return tooLarge();
    const body = { type: request.headers.get("content-type") ?? "text/plain", text };
    return answered(await room.deps.relay.pass(login, { method, path, query: queryOf(request.url), body }));
  });
}

/** The last part of the path, which is what the endpoint is about. */
function wordFor(path: string): string {
  const last = shownPath(path).split("/").findLast((part) => part !== "-") ?? "helix";
  return last === "commercial" ? "AD" : last.slice(0, 12).toUpperCase();
}

async function pressed(
  request: Request,
  room: Room,
  login: Login,
  about: Press & { readonly form: ShortForm },
): Promise<Response> {
  return await noted(request, room, login, about, async () => {
    const text = await textOf(request);
    if (text === undefined) return tooLarge();
    const said = await press(room.deps.relay, login, about.form, text);
    return line(said.status, said.line);
  });
}

/** Does it, turns what is thrown into a line, and keeps how it ended. */
async function noted(
  request: Request,
  { deps, tally }: Room,
  login: Login,
  { word, path }: Press,
  work: () => Promise<Response>,
): Promise<Response> {
  const { method } = request;
  const answer = await orLine(deps.log, method, work);
  const { status } = answer;
  notePress(login, word, status, deps.clock.now());
  tally.relayed(login.account.alias, status);
  const fields = { account: login.account.alias, method, path, status };
  if (method === "GET" && status < 400) deps.log.debug("relayed", fields);
  else deps.log.info("relayed", fields);
  return answer;
}

async function orLine(
  log: Room["deps"]["log"],
  method: string,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error, log);
    const { status } = PROBLEMS[code];
    const isRepeated = REPEATED_METHODS.includes(method) && REPEATED_STATUSES.includes(status);
    const text = error instanceof AppError ? LINES[error.code] ?? error.message : PROBLEMS[code].line;
    return line(isRepeated ? FAILED_DEPENDENCY : status, text);
  }
}

function line(status: number, text: string, more: Readonly<Record<string, string>> = {}): Response {
  return new Response(plainLine(text), { status, headers: { ...headersFor(TEXT), ...more } });
}

function headersFor(type: string): Record<string, string> {
  return { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" };
}

function tooLarge(): Response {
  return line(PROBLEMS.too_large.status, "Cannot ask Twitch: the body has more than 64 kB");
}

function wrongMethod(allow: string): Response {
  return line(405, `Cannot do this: only ${allow} is understood here`, { allow });
}

/** Twitch's answer as it came. An error stays one line: JSON without breaks, and in place of a page what it is. */
function answered({ status, headers, text }: HelixAnswer): Response {
  const { "content-type": type = TEXT, ...limits } = headers;
  const isError = status >= 400;
  const json = isError ? compact(text) : text;
  const body = json ?? plainLine(text.startsWith("<") || text === "" ? `Twitch answered ${status}` : text);
  const safe = json !== undefined && SAFE_TYPE.test(type) ? type : TEXT;
  return new Response(NO_BODY.includes(status) ? null : body, {
    status,
    headers: { ...limits, ...headersFor(safe) },
  });
}

function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Without what follows a `#`, which no client should send. */
function queryOf(url: string): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start + 1).replace(/#.*$/, "");
}

/** The body as text; undefined where it is longer than any button needs. */
async function textOf(request: Request): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let left = MOST_BODY;
  try {
    for await (const chunk of request.body ?? []) {
      left -= chunk.length;
      if (left < 0) return undefined;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch {
    // Whoever sent it has gone.
    throw new AppError("usage", "Cannot ask Twitch: the body broke off");
  }
  return text + decoder.decode();
}
