/** How a page is answered. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { PeerInfo } from "./deps.ts";
import { type Html, Layout } from "./pages/layout.tsx";
import { codeOf, type ProblemCode, PROBLEMS, ProblemText, problemText } from "./problem.tsx";
import type { Room } from "./room.ts";

/** What Hono knows of a request beside the request itself. */
export interface Env {
  readonly Bindings: { readonly info?: PeerInfo };
}

export type Page = Context<Env>;

/** Answers a whole page with this inside; `refresh` loads it again after so many seconds. */
export async function show(
  c: Page,
  room: Room,
  title: string,
  inside: Html,
  options: { readonly status?: number; readonly refresh?: number } = {},
): Promise<Response> {
  const page = (
    <Layout title={title} version={room.deps.version} refresh={options.refresh}>{await inside}</Layout>
  );
  return c.html(`<!DOCTYPE html>${await page}`, (options.status ?? 200) as ContentfulStatusCode);
}

/** Answers whatever was thrown as a page with what to do now. */
export function showError(c: Page, room: Room, error: unknown): Promise<Response> {
  return showProblem(c, room, codeOf(error, room.deps.log), error);
}

/** Answers a problem as a page. */
export function showProblem(c: Page, room: Room, code: ProblemCode, error?: unknown): Promise<Response> {
  const { status, title } = PROBLEMS[code];
  return show(c, room, title, <ProblemText {...problemText(error, code)} />, { status });
}
