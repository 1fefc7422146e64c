/** How a person comes in and goes: with the password, or while there is none with the setup code. */
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { ownPath, textOf } from "./form.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { CodePage, SignInPage, WelcomePage } from "./pages/sign_in.tsx";
import { PROBLEMS } from "./problem.ts";
import type { Room } from "./room.ts";
import { dropSession, keepSession, visitorOf } from "./session.ts";
import { told } from "./told.ts";

const DONE = { out: "sign_in.done_out", everywhere: "sign_in.done_everywhere" } as const;
/** Where somebody goes who has just set the first password. */
const FIRST_PAGE = "/start";
const LONGEST_CODE = 100;

/** `GET /sign-in`; `?to=` is the page that was wanted. */
export function showSignIn(c: Page, room: Room): Response | Promise<Response> {
  const to = ownPath(c.req.query("to") ?? "/");
  if (c.get("session") !== undefined) return c.redirect(to, 303);
  return room.deps.owner.hasPassword ? renderSignIn(c, room, to) : renderCode(c, room);
}

/** `POST /sign-in`: the password. */
export async function signIn(c: Page, room: Room): Promise<Response> {
  const { owner } = room.deps;
  if (!owner.hasPassword) return c.redirect("/sign-in", 303);
  const body = await c.req.parseBody();
  const to = ownPath(textOf(body["to"], 500));
  try {
    const opened = await owner.signIn(secretIn(body["password"]), visitorOf(c), c.get("session"));
    keepSession(c, opened);
    return c.redirect(to, 303);
  } catch (error) {
    if (!isGuess(error)) throw error;
    return await renderSignIn(c, room, to, error);
  }
}

/** `GET /welcome?code=…`: the link that the terminal shows. */
export async function showWelcome(c: Page, room: Room): Promise<Response> {
  const code = textOf(c.req.query("code"), LONGEST_CODE);
  if (room.deps.owner.hasPassword || code === "") return c.redirect("/sign-in", 303);
  return await welcome(c, room, new Secret(code));
}

/** `POST /welcome`: the setup code alone, or with the first password. */
export async function setFirstPassword(c: Page, room: Room): Promise<Response> {
  const { owner } = room.deps;
  const body = await c.req.parseBody();
  const code = new Secret(textOf(body["code"], LONGEST_CODE));
  if (owner.hasPassword) return c.redirect("/sign-in", 303);
  if (body["password"] === undefined) return await welcome(c, room, code);
  try {
    keepSession(c, await owner.claim(code, secretIn(body["password"]), visitorOf(c)));
    return c.redirect(FIRST_PAGE, 303);
  } catch (error) {
    if (isGuess(error)) return await renderCode(c, room, error);
    if (!(error instanceof AppError) || error.code !== "usage") throw error;
    return await renderWelcome(c, room, code, error);
  }
}

/** `POST /sign-out`: this browser. */
export async function signOut(c: Page, room: Room): Promise<Response> {
  const session = c.get("session");
  dropSession(c);
  if (session !== undefined) await room.deps.owner.signOut(session);
  return c.redirect("/sign-in?done=out", 303);
}

/** `POST /sign-out-everywhere`: all browsers, this one too. */
export async function signOutEverywhere(c: Page, room: Room): Promise<Response> {
  dropSession(c);
  await room.deps.owner.signOutEverywhere();
  return c.redirect("/sign-in?done=everywhere", 303);
}

async function welcome(c: Page, room: Room, code: Secret): Promise<Response> {
  try {
    await room.deps.owner.checkCode(code, visitorOf(c).from);
    return await renderWelcome(c, room, code);
  } catch (error) {
    if (!isGuess(error)) throw error;
    return await renderCode(c, room, error);
  }
}

function renderSignIn(c: Page, room: Room, to: string, error?: AppError): Promise<Response> {
  const say = sayOf(c, room);
  const done = Object.entries(DONE).find(([name]) => name === c.req.query("done"))?.[1];
  const inside = (
    <SignInPage
      say={say}
      formToken={formToken(c, room)}
      to={to}
      notice={done && say(done)}
      error={error && told(say, error)}
    />
  );
  return show(c, room, say("sign_in.title"), inside, statusOf(error));
}

function renderCode(c: Page, room: Room, error?: AppError): Promise<Response> {
  const say = sayOf(c, room);
  const inside = <CodePage say={say} formToken={formToken(c, room)} error={error && told(say, error)} />;
  return show(c, room, say("welcome.code_title"), inside, statusOf(error));
}

function renderWelcome(c: Page, room: Room, code: Secret, error?: AppError): Promise<Response> {
  const say = sayOf(c, room);
  const inside = (
    <WelcomePage
      say={say}
      formToken={formToken(c, room)}
      code={code.reveal()}
      error={error && told(say, error)}
    />
  );
  return show(c, room, say("welcome.title"), inside, statusOf(error));
}

/** Not trimmed: a blank may be part of it. */
function secretIn(value: unknown): Secret {
  return new Secret(typeof value === "string" ? value : "");
}

function isGuess(error: unknown): error is AppError {
  return error instanceof AppError && (error.code === "wrong_password" || error.code === "throttled");
}

function statusOf(error: AppError | undefined): { readonly status: number } {
  return { status: error === undefined ? 200 : PROBLEMS[error.code].status };
}
