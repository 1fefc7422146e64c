/** The session of a browser: its cookie, and the gate before the pages that need one. */
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { matchedRoutes } from "hono/route";
import { SECOND } from "../core/account.ts";
import type { Opened, Visitor } from "../core/owner.ts";
import { Secret } from "../core/secret.ts";
import { ABSOLUTE_END } from "../core/sessions.ts";
import { ownPath } from "./form.ts";
import { peerAddress } from "./guard.ts";
import { type Env, type Page, showProblem } from "./page.tsx";
import type { Room } from "./room.ts";

/** Other programs of this machine have cookies in the same jar, for ports do not count: so it is named after us. */
export const SESSION_COOKIE = "token-server-session";
/** Over https no other name, port or plain page can set it (RFC 6265bis, section 4.1.3.2). */
export const SECURE_SESSION_COOKIE = `__Host-${SESSION_COOKIE}`;

/** Finds the session of each request. */
export function withSession(room: Room): MiddlewareHandler<Env> {
  return async (c, next) => {
    const value = getCookie(c, cookieName(c));
    c.set("session", value === undefined ? undefined : await room.deps.owner.sessionOf(new Secret(value)));
    await next();
  };
}

/** Without a session pages lead to the sign-in and forms are refused; what is no page stays unknown. */
export function forSignedIn(room: Room): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { method } = c.req;
    const known = matchedRoutes(c).some((route) => route.method === method);
    if (c.get("session") !== undefined || !known) return await next();
    if (method !== "GET") return await showProblem(c, room, "signed_out");
    return c.redirect(signInPath(c.req.path + new URL(c.req.url).search), 303);
  };
}

/** The sign-in that leads on to this path. */
export function signInPath(path: string): string {
  const to = ownPath(path);
  return to === "/" ? "/sign-in" : `/sign-in?${new URLSearchParams({ to })}`;
}

/** Who asks. */
export function visitorOf(c: Page): Visitor {
  return { from: peerAddress(c.env?.info), userAgent: c.req.header("user-agent") ?? "" };
}

/** Gives the browser its new session. */
export function keepSession(c: Page, { value }: Opened): void {
  putCookie(c, value.reveal(), ABSOLUTE_END / SECOND);
}

/** Takes the cookie from the browser. */
export function dropSession(c: Page): void {
  putCookie(c, "", 0);
}

function putCookie(c: Page, value: string, maxAge: number): void {
  const name = cookieName(c);
  const secure = name === SECURE_SESSION_COOKIE;
  setCookie(c, name, value, { path: "/", httpOnly: true, sameSite: "Strict", secure, maxAge });
}

function cookieName(c: Page): string {
  return isHttps(c.req.raw) ? SECURE_SESSION_COOKIE : SESSION_COOKIE;
}

/** Whether the browser speaks https; of a proxy in between `forwarded.ts` has told. */
export function isHttps({ url }: Request): boolean {
  return url.startsWith("https:");
}
