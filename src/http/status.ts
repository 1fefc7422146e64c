/** The routes for machines beside the token question: `/token.json`, `/status` in its three forms, and `/healthz`. */
import { viewOf } from "../core/accounts.ts";
import { type Duration, HOUR, MINUTE, type Time } from "../core/account.ts";
import type { Login } from "../core/login.ts";
import { failedPress } from "../core/relay.ts";
import { tokenFor } from "../core/token.ts";
import { idIn, loginOf, noteAsker, Unknown } from "./companion.ts";
import type { PeerInfo } from "./deps.ts";
import { codeOf, jsonAnswer, lineAnswer } from "./problem.ts";
import type { Room } from "./room.ts";

/** `GET /token.json`: the token and what else a client of Twitch needs. */
export async function tokenJson(request: Request, info: PeerInfo | undefined, room: Room): Promise<Response> {
  const answer = await tokenAnswer(request, info, room);
  room.tally.question(answer.status);
  return answer;
}

async function tokenAnswer(request: Request, info: PeerInfo | undefined, room: Room): Promise<Response> {
  const login = await loginOf(request, info ?? NOBODY, room, idIn(request.url));
  if (login instanceof Unknown) return jsonAnswer(login.code, login.line);
  noteAsker(login, info);
  try {
    const token = await tokenFor(room.deps.roster, room.deps.refresher, login);
    const { account } = login;
    return json({
      access_token: token.reveal(),
      client_id: account.clientId,
      user_id: account.twitchId,
      login: account.login,
      scopes: account.scopes,
      expires_at: timeText(account.expiresAt),
    });
  } catch (error) {
    return jsonAnswer(codeOf(error, room.deps.log));
  }
}

const NOBODY: PeerInfo = { remoteAddr: { transport: "tcp" } };

/** `GET /status`: how a login is; 200 for every known id. */
export async function statusJson(
  request: Request,
  info: PeerInfo | undefined,
  room: Room,
): Promise<Response> {
  const login = await loginOf(request, info ?? NOBODY, room, idIn(request.url), "status");
  if (login instanceof Unknown) return jsonAnswer(login.code, login.line);
  const view = viewOf(room.deps.roster, login, room.deps.clock.now());
  return json({
    health: view.health,
    since: timeText(view.since),
    reason: view.reason ?? null,
    expires_at: timeText(view.expiresAt),
    last_refresh: timeText(view.lastRefresh),
  });
}

/** `GET /status.txt`: one line for a button, 200 whatever it says. */
export async function statusLine(
  request: Request,
  info: PeerInfo | undefined,
  room: Room,
): Promise<Response> {
  const line = await buttonLine(request, info, room);
  if (line === undefined) return lineAnswer("wrong_host");
  return new Response(line, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}

/** `GET /status.png`: that line as a picture. Whatever fails is no picture, so that the button shows its own red. */
export async function statusPicture(
  request: Request,
  info: PeerInfo | undefined,
  room: Room,
): Promise<Response> {
  try {
    const line = await buttonLine(request, info, room);
    if (line === undefined) return lineAnswer("wrong_host");
    const headers = { "content-type": "image/png", "cache-control": "no-store" };
    return new Response(await room.pictures.of(line), { headers });
  } catch (error) {
    return lineAnswer(codeOf(error, room.deps.log));
  }
}

/** What a button says about the login that is asked for; undefined under a host name that is not ours. */
async function buttonLine(
  request: Request,
  info: PeerInfo | undefined,
  room: Room,
): Promise<string | undefined> {
  const login = await loginOf(request, info ?? NOBODY, room, idIn(request.url), "status");
  if (!(login instanceof Unknown)) return lineOf(room, login, room.deps.clock.now());
  return login.code === "wrong_host" ? undefined : "UNKNOWN ID";
}

function lineOf(room: Room, login: Login, now: Time): string {
  const { health, serving, expiresAt } = viewOf(room.deps.roster, login, now);
  // A person has to act, and should know while the last token still works.
  if (health === "needs_login") return "SIGN IN";
  if (!serving) return "TWITCH AWAY";
  const failed = failedPress(login, now);
  if (failed !== undefined) return failed;
  // Buttons look for "OK " with the blank: a bare word could be the end of another.
  return expiresAt === undefined ? "OK NOW" : `OK ${shortSpan(expiresAt - now)}`;
}

/** `2h13`, or `45m` below an hour. */
function shortSpan(span: Duration): string {
  const minutes = Math.floor((span % HOUR) / MINUTE);
  return span < HOUR ? `${minutes}m` : `${Math.floor(span / HOUR)}h${String(minutes).padStart(2, "0")}`;
}

/** `GET /healthz`: whether the program works, naming no account. */
export async function healthz(request: Request, room: Room): Promise<Response> {
  if (!room.hosts.admits(request)) return lineAnswer("wrong_host");
  try {
    const report = await room.deps.health();
    return json(report, "logins" in report ? 200 : 503);
  } catch (error) {
    return jsonAnswer(codeOf(error, room.deps.log));
  }
}

function json(value: unknown, status = 200): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return new Response(JSON.stringify(value), { status, headers });
}

function timeText(time: Time | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
