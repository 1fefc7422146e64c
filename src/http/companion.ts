/**
 * The token question: the way of every request of Companion. Decided before any routing, synchronously and from
 * memory alone while a good token is there. A path with `id` in its query never gets past this file to a page.
 */
import { followId } from "../core/follow.ts";
import { isPassword, isProtected } from "../core/id_password.ts";
import { readId } from "../core/ids.ts";
import type { Login } from "../core/login.ts";
import type { Secret } from "../core/secret.ts";
import { tokenAtHand, tokenFor } from "../core/token.ts";
import { basicPassword } from "./basic.ts";
import type { PeerInfo } from "./deps.ts";
import { peerAddress } from "./guard.ts";
import { codeOf, lineAnswer, type ProblemCode } from "./problem.ts";
import type { QuestionRoom } from "./question_room.ts";

const ALWAYS_A_QUESTION = /^\/token\/?$/;
const NEVER_A_QUESTION = /^\/(token\.json$|status|as\/|healthz$|metrics$|callback$)/;
const TEXT = { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } };
/** What was answered before: to copy it takes less than to make it. */
const ANSWERS = new WeakMap<Secret, Response>();
const WORD = /^[\x21-\x7e]{1,512}$/;
const JSON_STRING = { headers: { "content-type": "application/json", "cache-control": "no-store" } };

/**
 * Answers a token question; undefined if the request is none. A HEAD comes here as the GET that it stands for. `method`
 * is that of `request`, handed on because the runtime fetches it anew each time that it is read.
 */
export function answerToken(
  request: Request,
  method: string,
  info: PeerInfo,
  room: QuestionRoom,
): Response | Promise<Response> | undefined {
  const { url } = request;
  const raw = idIn(url);
  if (!isQuestion(url, raw)) return undefined;
  return counted(room, method === "GET" ? answer(request, info, room, raw) : lineAnswer("wrong_method"));
}

function isQuestion(url: string, raw: string | undefined): boolean {
  // As every module asks: nothing needs to be cut out of the address.
  if (raw !== undefined && url.startsWith("/token?", url.indexOf("/", "https://".length))) return true;
  const path = pathOf(url);
  return raw === undefined ? ALWAYS_A_QUESTION.test(path) : !NEVER_A_QUESTION.test(path);
}

/** Counts an answer by its status; one at hand stays at hand. */
function counted(room: QuestionRoom, answered: Response | Promise<Response>): Response | Promise<Response> {
  if (answered instanceof Promise) return answered.then((answer) => counted(room, answer));
  room.tally.question(answered.status);
  return answered;
}

function answer(
  request: Request,
  info: PeerInfo,
  room: QuestionRoom,
  raw: string | undefined,
): Response | Promise<Response> {
  const login = raw === undefined ? undefined : room.deps.roster.byId(raw);
  if (login === undefined || isProtected(login.account)) return lookUp(request, info, room, raw);
  const now = room.deps.clock.now();
  // Of those who ask in the same millisecond the first is kept: an address is a call into the runtime and a new text.
  if (now !== login.askedAt) noteAsker(login, info);
  const token = tokenAtHand(login, now);
  return token === undefined ? wait(request, room, login) : give(request, room, token);
}

async function lookUp(
  request: Request,
  info: PeerInfo,
  room: QuestionRoom,
  raw: string | undefined,
): Promise<Response> {
  const login = await loginOf(request, info, room, raw);
  if (login instanceof Unknown) return lineAnswer(login.code, login.line);
  return await answerFor(request, info, room, login);
}

/** Answers a question for the token of this login, from somebody who may have it. */
export function answerFor(
  request: Request,
  info: PeerInfo,
  room: QuestionRoom,
  login: Login,
): Promise<Response> {
  noteAsker(login, info);
  return wait(request, room, login);
}

async function wait(request: Request, room: QuestionRoom, login: Login): Promise<Response> {
  try {
    return give(request, room, await tokenFor(room.deps.roster, room.deps.refresher, login));
  } catch (error) {
    return lineAnswer(codeOf(error, room.deps.log));
  }
}

function give(request: Request, room: QuestionRoom, token: Secret): Response {
  const answer = ANSWERS.get(token) ?? firstAnswer(token);
  if (answer === undefined) {
    return lineAnswer(codeOf(new Error("a token is not one line of printable ASCII"), room.deps.log));
  }
  // Module 1 parses JSON, and is the one client that says exactly this (got 9 with `json: true`).
  const isJson = request.headers.get("accept") === "application/json";
  return isJson ? new Response(JSON.stringify(token.reveal()), JSON_STRING) : answer.clone();
}

/** Made once for each token. Undefined, for nothing goes out that a client could take for more than one line (CVE-2024-52006). */
function firstAnswer(token: Secret): Response | undefined {
  const text = token.reveal();
  if (!WORD.test(text)) return undefined;
  const answer = new Response(text, TEXT);
  ANSWERS.set(token, answer);
  return answer;
}

/** Keeps who asked, as the connection names it; `peerAddress` makes it readable where it is shown. */
export function noteAsker(login: Login, info: PeerInfo | undefined): void {
  login.askedBy = info?.remoteAddr.hostname;
}

/** What whoever asks with an id is after. */
export type Wish = "token" | "status";

/** Why no login was found. */
export class Unknown {
  readonly code: ProblemCode;
  readonly line: string | undefined;

  constructor(code: ProblemCode, line?: string) {
    this.code = code;
    this.line = line;
  }
}

/**
 * The login that a text from a query leads to, also while the vault is locked. Only who knows no id is subject to the
 * Host rule. Who `wants` a token and knows no id, or not the password beside it, is subject to the throttle; who wants a
 * status is where the store must be asked.
 */
export async function loginOf(
  request: Request,
  info: PeerInfo | undefined,
  room: QuestionRoom,
  raw: string | undefined,
  wants: Wish = "token",
): Promise<Login | Unknown> {
  const id = raw === undefined ? undefined : readId(decoded(raw));
  const login = id === undefined ? undefined : await room.deps.roster.find(id);
  const found = login ?? await lookElsewhere(request, info, room, { id, raw, wants });
  if (found instanceof Unknown) return found;
  return await withPassword(request, wants === "token" ? info : undefined, room, found);
}

interface Asked {
  readonly id: Secret | undefined;
  readonly raw: string | undefined;
  readonly wants: Wish;
}

/** The login of an id that another process may have given out a moment ago. It is a miss once nobody knows it. */
async function lookElsewhere(
  request: Request,
  info: PeerInfo | undefined,
  room: QuestionRoom,
  { id, raw, wants }: Asked,
): Promise<Login | Unknown> {
  const { hosts, throttle, deps: { roster, clock, log } } = room;
  if (!hosts.admits(request)) return new Unknown("wrong_host");
  const isToken = wants === "token";
  const address = peerAddress(info);
  if (id === undefined) {
    if (isToken && throttle.miss(address, clock.now()) === "first") {
      log.warn("asked without an id", { address });
    }
    const missing = raw === undefined || decoded(raw).trim() === "";
    return new Unknown("usage", missing ? "Cannot answer: the id is missing" : undefined);
  }
  if (!isToken && roster.deps.shared === undefined) return new Unknown("not_found");
  // Counted while the store is asked, so that many at once are not let through.
  const miss = throttle.miss(address, clock.now());
  if (miss === "too_many") return new Unknown(isToken ? "too_many_requests" : "not_found");
  const given = await followId(roster, id).catch((error) => new Unknown(codeOf(error, log)));
  if (given !== undefined) {
    throttle.takeBack(address);
    return given;
  }
  // Companion's module 3 shows no error of ours to its user, so the log has to tell it.
  if (miss === "first") log.warn("unknown id asked for", { address });
  return new Unknown("not_found");
}

/** The login if it needs no password or the right one has come; who sends that is never shown to the throttle. */
async function withPassword(
  { headers }: Request,
  info: PeerInfo | undefined,
  room: QuestionRoom,
  login: Login,
): Promise<Login | Unknown> {
  if (!isProtected(login.account)) return login;
  const given = basicPassword(headers.get("authorization"));
  if (given !== undefined && await isPassword(login.account, given)) return login;
  const address = peerAddress(info);
  const miss = info === undefined ? undefined : room.throttle.miss(address, room.deps.clock.now());
  if (miss === "first") {
    const event = given === undefined ? "asked without the password" : "asked with a wrong password";
    room.deps.log.warn(event, { account: login.account.alias, address });
  }
  if (given === undefined) return new Unknown("id_password");
  return miss === "too_many"
    ? new Unknown("too_many_requests", "Cannot answer: too many wrong passwords came from this address")
    : new Unknown("id_password", "Cannot answer: the password in the address is not the one of this id");
}

/**
 * The text of the last `id` in the query, not decoded; undefined if there is none. Modules append `?id=` to whatever
 * was typed, so the last one counts and a question mark in the query begins it as well as an ampersand.
 */
export function idIn(url: string): string | undefined {
  const query = url.indexOf("?");
  if (query === -1) return undefined;
  for (let at = url.lastIndexOf("id="); at > query; at = url.lastIndexOf("id=", at - 1)) {
    const before = url[at - 1];
    if (before === "?" || before === "&") return upTo(url, at + 3);
  }
  return new URLSearchParams(url.slice(query)).get("id") ?? undefined;
}

function upTo(url: string, start: number): string {
  const [next, fragment] = [url.indexOf("&", start), url.indexOf("#", start)];
  if (next === -1) return fragment === -1 ? url.slice(start) : url.slice(start, fragment);
  return url.slice(start, fragment === -1 ? next : Math.min(next, fragment));
}

/** The path of an absolute address, as it was sent. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("?", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
