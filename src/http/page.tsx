/** How a page is answered. */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Session } from "../core/owner.ts";
import type { PeerInfo } from "./deps.ts";
import { ownPath } from "./form.ts";
import { type Html, Layout } from "./pages/layout.tsx";
import { codeOf, type ProblemCode, PROBLEMS } from "./problem.ts";
import { ProblemText, problemText } from "./pages/problem_text.tsx";
import type { Room } from "./room.ts";
import { LANGUAGE_COOKIE, ZONE_COOKIE } from "./words/language.ts";
import type { Say } from "./words/say.tsx";

/** What Hono knows of a request beside the request itself. */
export interface Env {
  readonly Bindings: { readonly info?: PeerInfo };
  readonly Variables: { session: Session | undefined };
}

export type Page = Context<Env>;

export interface PageOptions {
  readonly status?: number;
  /** Without a script the page is loaded again after so many seconds. */
  readonly refresh?: number;
  /** The path of the event stream that tells the page's script what changes. */
  readonly stream?: string;
}

/** Answers a whole page with this inside. */
export async function show(
  c: Page,
  room: Room,
  title: string,
  inside: Html,
  options: PageOptions = {},
): Promise<Response> {
  const page = (
    <Layout
      say={sayOf(c, room)}
      languages={room.languages.all}
      title={title}
      version={room.deps.version}
      path={ownPath(c.req.path)}
      here={hereOf(c, options.status ?? 200)}
      signedIn={c.get("session") !== undefined}
      formToken={formToken(c, room)}
      refresh={options.refresh}
      stream={options.stream}
    >
      {await inside}
    </Layout>
  );
  return c.html(`<!DOCTYPE html>${await page}`, (options.status ?? 200) as ContentfulStatusCode);
}

/** Where this page can be had again. What a form has answered cannot: there it is the page with the form. */
function hereOf(c: Page, status: number): string {
  const isPage = c.req.method === "GET";
  const asked = isPage ? c.req.url : c.req.header("referer") ?? "";
  if (!URL.canParse(asked)) return "/";
  const { pathname, search } = new URL(asked);
  // What was wrong in a query is not repeated.
  return ownPath(isPage && status >= 400 ? pathname : pathname + search);
}

/** Speaks the language of whoever asks. */
export function sayOf(c: Page, room: Room): Say {
  const { [LANGUAGE_COOKIE]: chosen, [ZONE_COOKIE]: zone } = getCookie(c);
  return room.languages.speakerFor(chosen, c.req.header("accept-language"), zone);
}

/** What the forms of a page carry: the session's own token, or before sign-in that of this process. */
export function formToken(c: Page, room: Room): string {
  return c.get("session")?.formToken ?? room.forms.token;
}

/** Answers whatever was thrown as a page with what to do now. */
export function showError(c: Page, room: Room, error: unknown): Promise<Response> {
  return showProblem(c, room, codeOf(error, room.deps.log), error);
}

/** Answers a problem as a page. */
export function showProblem(c: Page, room: Room, code: ProblemCode, error?: unknown): Promise<Response> {
  const say = sayOf(c, room);
  return show(c, room, say(`problem.${code}`), <ProblemText say={say} {...problemText(error, code)} />, {
    status: PROBLEMS[code].status,
  });
}
