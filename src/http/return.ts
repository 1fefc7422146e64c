/** Coming back from Twitch: which browser may, and the cookie by which it is known. */
import { getCookie, setCookie } from "hono/cookie";
import { SECOND } from "../core/account.ts";
import type { Begun } from "../core/connect.ts";
import { digestOf, Secret } from "../core/secret.ts";
import { REDIRECT_LIVES } from "../core/sign_in.ts";
import type { Page } from "./page.tsx";
import type { Room } from "./room.ts";

const PATH = "/callback";

/** Whether this browser reaches the redirect address: it has come here under the same name and port. */
export function canReturn(c: Page, room: Room): boolean {
  const { protocol, host } = new URL(room.deps.redirectUri());
  const asked = `${protocol}//${c.req.header("host") ?? ""}`;
  return URL.canParse(asked) && new URL(asked).host === host;
}

/** Lets this browser come back for the attempt by redirect. */
export async function keepStateCookie(c: Page, begun: Begun): Promise<void> {
  await putCookie(c, begun, begun.cookie.reveal(), REDIRECT_LIVES / SECOND);
}

/** What the browser holds for the attempt of this state. */
export async function stateCookie(c: Page, state: Secret): Promise<Secret | undefined> {
  const value = getCookie(c, await cookieName(state));
  return value === undefined ? undefined : new Secret(value);
}

/** Takes it from the browser. */
export async function dropStateCookie(c: Page, begun: Begun): Promise<void> {
  await putCookie(c, begun, "", 0);
}

/** Strict would be left out on the way back from Twitch; no other path ever gets it. */
async function putCookie(
  c: Page,
  { state, redirectUri }: Begun,
  value: string,
  maxAge: number,
): Promise<void> {
  const secure = redirectUri.startsWith("https:");
  setCookie(c, await cookieName(state), value, {
    ...{ path: PATH, maxAge, secure },
    httpOnly: true,
    sameSite: "Lax",
  });
}

/** One for each attempt, so that two windows do not take each other's. */
async function cookieName(state: Secret): Promise<string> {
  return `token-server-attempt-${(await digestOf(state)).slice(0, 12)}`;
}
