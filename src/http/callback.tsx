/**
 * Where Twitch sends the browser back to. Coming from another site it brings no session (`SameSite=Strict`), only the
 * cookie of its own attempt (`SameSite=Lax`, for this path alone). Without that cookie nothing is exchanged: otherwise
 * anybody could slip an account of theirs in with a link.
 */
import type { Begun } from "../core/connect.ts";
import { AppError } from "../core/error.ts";
import { readReturn, type Returned } from "../core/paste.ts";
import { deniedBy, staleReturn } from "../core/sign_in_errors.ts";
import { failureOf } from "./attempt.tsx";
import { type Page, sayOf, show } from "./page.tsx";
import { CopyPage, DeniedPage, MomentPage } from "./pages/callback.tsx";
import { codeOf, PROBLEMS } from "./problem.ts";
import { dropStateCookie, stateCookie } from "./return.ts";
import type { Room } from "./room.ts";

const REF = /^[\w-]{43}$/;

/** `GET /callback`. */
export async function finishReturn(c: Page, room: Room): Promise<Response> {
  const returned = readReturn(new URL(c.req.url).searchParams);
  if (returned === undefined) {
    throw new AppError("usage", "Cannot finish the sign-in: the address has neither a code nor an error", {
      hint: "Begin the sign-in again from the start",
    });
  }
  const { connector, log } = room.deps;
  const { state } = returned;
  const cookie = state === undefined ? undefined : await stateCookie(c, state);
  const arrival = await connector.arrival(state, cookie);
  if (arrival === undefined) throw staleReturn();
  const { begun } = arrival.signIn;
  if (!arrival.here) return await showElsewhere(c, room, returned, begun);
  try {
    await connector.finish(returned);
  } catch (error) {
    // The attempt knows how it ended, and its page says so; a bug goes into the log.
    codeOf(error, log);
  }
  if (connector.signIn(begun.ref).state.kind === "connected") await dropStateCookie(c, begun);
  return c.redirect(`/connect/done/${begun.ref.reveal()}`, 303);
}

/** For a browser that did not begin it, or too long ago. */
function showElsewhere(
  c: Page,
  room: Room,
  returned: Returned,
  { redirectUri }: Begun,
): Promise<Response> {
  const say = sayOf(c, room);
  if (returned.kind === "error") {
    const error = deniedBy(returned.error, redirectUri);
    const page = <DeniedPage say={say} failure={failureOf(say, error)} />;
    return show(c, room, say("callback.denied_title"), page, { status: PROBLEMS[error.code].status });
  }
  const address = new URL(redirectUri);
  address.searchParams.set("code", returned.code.reveal());
  if (returned.state !== undefined) address.searchParams.set("state", returned.state.reveal());
  return show(c, room, say("callback.copy_title"), <CopyPage say={say} address={address.href} />);
}

/** `GET /connect/done/<ref>`: the step from Twitch's chain of redirects to a navigation of our own, which has the session. */
export function showDone(c: Page, room: Room): Promise<Response> {
  const ref = c.req.param("ref") ?? "";
  const href = REF.test(ref) ? `/connect/result/${ref}` : "/";
  const say = sayOf(c, room);
  // A navigation that this page begins is of the same site, so the session comes along.
  c.header("refresh", `0; url=${href}`);
  return show(c, room, say("callback.moment_title"), <MomentPage say={say} href={href} />);
}
