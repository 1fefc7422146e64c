/** The pages of a sign-in that has begun: by code, by link, and how it ended. */
import type { Connected } from "../core/admit.ts";
import { SECOND } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import { OtherUser } from "../core/held_sign_ins.ts";
import { readPasted } from "../core/paste.ts";
import { Secret } from "../core/secret.ts";
import { type LinkSignIn, REDIRECT_LIVES, type SignIn } from "../core/sign_in.ts";
import { unknownAttempt } from "../core/sign_in_errors.ts";
import { livePath, liveStream } from "./live.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { ClientMessage, messageText } from "./pages/client_message.tsx";
import { signInPath } from "./pages/connect.tsx";
import { DevicePage } from "./pages/device.tsx";
import type { Html } from "./pages/layout.tsx";
import { type ExpectedAccount, type Failure, LinkPage } from "./pages/link.tsx";
import { codeOf, type ProblemCode, PROBLEMS } from "./problem.ts";
import { problemText } from "./pages/problem_text.tsx";
import { canReturn } from "./return.ts";
import type { Room } from "./room.ts";
import type { Say } from "./words/say.tsx";

/** Seconds. */
const REFRESH = 5;
/** Nobody waits longer for a name that is only nice to have. */
const NAME_WAIT = 2 * SECOND;
const LONGEST_PASTE = 8000;

/** `GET /connect/device/<ref>`: shows the code, and how it ends. */
export async function showDevice(c: Page, room: Room): Promise<Response> {
  const signIn = room.deps.connector.signIn(refOf(c));
  if (signIn.kind !== "device") throw unknownAttempt();
  const over = await ended(c, room, signIn);
  if (over !== undefined) return over;
  const say = sayOf(c, room);
  const expected = expectedIn(room, signIn);
  const failure = failureIn(say, room, signIn);
  const inside = (
    <DevicePage
      say={say}
      signIn={signIn}
      expected={expected}
      failure={failure}
      message={message(c, room, signIn, expected)}
      formToken={formToken(c, room)}
      now={room.deps.clock.now()}
    />
  );
  const title = say(failure === undefined ? "device.title" : "device.ended_title");
  if (failure !== undefined) return await show(c, room, title, inside);
  const { refresh, stream } = listening(signIn);
  // Whoever copies the message without a script needs it to stay.
  const reading = c.req.query("message") !== undefined;
  return await show(c, room, title, inside, { stream, ...(reading ? {} : { refresh }) });
}

/** `POST /connect/device/<ref>/again`: another code for the same wish. */
export async function renewCode(c: Page, room: Room): Promise<Response> {
  const ref = refOf(c);
  await room.deps.connector.newCode(ref);
  return c.redirect(`/connect/device/${ref.reveal()}`, 303);
}

/** `GET /connect/link/<ref>`: the way to Twitch, and where to paste what comes back. */
export async function showLink(c: Page, room: Room): Promise<Response> {
  const signIn = linkIn(c, room);
  return await ended(c, room, signIn) ?? await renderLink(c, room, signIn);
}

/** `POST /connect/link/<ref>/paste`: finishes a sign-in with the address that the browser ended on. */
export async function finishPasted(c: Page, room: Room): Promise<Response> {
  const { connector } = room.deps;
  const signIn = linkIn(c, room);
  const { pasted: field } = await c.req.parseBody();
  const pasted = typeof field === "string" ? field.slice(0, LONGEST_PASTE) : "";
  const { state, redirectUri } = signIn.begun;
  try {
    return await finished(c, room, await connector.finish(readPasted(pasted, redirectUri), state));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const now = connector.signIn(signIn.ref);
    const over = await ended(c, room, now);
    if (over !== undefined) return over;
    // What has a code in it is shown again only where it has been of no use.
    const kept = error.code === "bad_paste" ? pasted : "";
    const wrong = { ...failureOf(sayOf(c, room), error), pasted: kept };
    return await renderLink(c, room, signIn, wrong, PROBLEMS[error.code].status);
  }
}

/** `GET /live/device/<ref>` and `/live/link/<ref>`: tells the page when the sign-in stands otherwise. */
export function watchAttempt(c: Page, room: Room): Response {
  const ref = refOf(c);
  return liveStream(c, room, () => ({ shape: shapeOf(room.deps.connector.signIn(ref)), texts: {} }));
}

/** `GET /connect/result/<ref>`: where a sign-in that came back by redirect goes on. */
export async function showResult(c: Page, room: Room): Promise<Response> {
  const signIn = room.deps.connector.signIn(refOf(c));
  return await ended(c, room, signIn) ?? c.redirect(signInPath(signIn), 303);
}

/** A sign-in that is done leads to its account; one that needs a decision, to that. */
async function ended(c: Page, room: Room, { state }: SignIn): Promise<Response | undefined> {
  if (state.kind === "connected") return await finished(c, room, state.connected);
  if (state.kind !== "failed" || !(state.error instanceof OtherUser)) return undefined;
  const { ref } = state.error.held;
  return room.deps.connector.held.has(ref) ? c.redirect(`/connect/held/${ref.reveal()}`, 303) : undefined;
}

/** Leads to the account's page, which says what came of it. */
export async function finished(c: Page, room: Room, connected: Connected): Promise<Response> {
  const { alias } = connected.login.account;
  room.results.set(alias, { ...connected, displayName: await displayName(room, connected) });
  return c.redirect(`/accounts/${encodeURIComponent(alias)}?new=1`, 303);
}

async function displayName(room: Room, { login }: Connected): Promise<string | undefined> {
  const { deps: { twitch }, app } = room.deps.roster;
  if (login.access === undefined || app?.clientId !== login.account.clientId) return undefined;
  const enough = new AbortController();
  const late = room.deps.clock.sleep(NAME_WAIT, enough.signal).then(() => undefined);
  try {
    return await Promise.race([twitch.displayName(app, login.access), late]);
  } finally {
    enough.abort();
  }
}

function renderLink(
  c: Page,
  room: Room,
  signIn: LinkSignIn,
  wrong?: Failure & { readonly pasted: string },
  status = 200,
): Promise<Response> {
  const say = sayOf(c, room);
  const expected = expectedIn(room, signIn);
  const young = room.deps.clock.now() < signIn.beganAt + REDIRECT_LIVES;
  const inside = (
    <LinkPage
      say={say}
      signIn={signIn}
      returns={young && c.req.query("by") !== "paste" && canReturn(c, room)}
      expected={expected}
      failure={wrong === undefined ? failureIn(say, room, signIn) : undefined}
      wrong={wrong}
      message={message(c, room, signIn, expected)}
      formToken={formToken(c, room)}
    />
  );
  // Without a script nothing is loaded anew: somebody may be about to paste.
  const { stream } = listening(signIn);
  return show(c, room, say("connect.link_title"), inside, { status, stream });
}

function listening(signIn: SignIn): { readonly refresh: number; readonly stream: string } {
  const path = `/live/${signIn.kind}/${signIn.ref.reveal()}`;
  return { refresh: REFRESH, stream: livePath(path, shapeOf(signIn)) };
}

/** A new code or another failure makes another page. */
function shapeOf({ state, beganAt }: SignIn): string {
  const said = state.kind === "failed" && state.error instanceof Error ? state.error.message : "";
  return `${state.kind} ${beganAt} ${said}`;
}

function message(c: Page, room: Room, signIn: SignIn, expected: ExpectedAccount | undefined): Html {
  const say = sayOf(c, room);
  const wanted = c.req.query("message");
  const speaker = wanted === undefined ? say : room.languages.speakerFor(wanted, say.language);
  return (
    <ClientMessage
      say={say}
      language={speaker.language}
      languages={room.languages.all}
      text={messageText(speaker, signIn, expected?.login)}
      open={wanted !== undefined || (signIn.wish.sentTo ?? "") !== ""}
    />
  );
}

function expectedIn(room: Room, { wish: { expected } }: SignIn): ExpectedAccount | undefined {
  return expected === undefined ? undefined : room.deps.roster.byTwitchId(expected)?.account;
}

function failureIn(say: Say, room: Room, { state }: SignIn): Failure | undefined {
  return state.kind === "failed"
    ? failureOf(say, state.error, codeOf(state.error, room.deps.log))
    : undefined;
}

/** Whatever was thrown, in the page's language: in its own words, or for a bug in those of every bug. */
export function failureOf(say: Say, error: unknown, code: ProblemCode = codeOfKnown(error)): Failure {
  const { message, hint } = problemText(error, code);
  return {
    message: message === undefined ? say(`problem.${code}`) : say.sentence(message),
    hint: hint === undefined ? undefined : say.sentence(hint),
  };
}

function codeOfKnown(error: unknown): ProblemCode {
  return error instanceof AppError ? error.code : "internal";
}

function linkIn(c: Page, room: Room): LinkSignIn {
  const signIn = room.deps.connector.signIn(refOf(c));
  if (signIn.kind !== "link") throw unknownAttempt();
  return signIn;
}

function refOf(c: Page): Secret {
  return new Secret(c.req.param("ref") ?? "");
}
