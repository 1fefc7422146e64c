/**
 * Every request begins here: a token question is answered at once, everything else by the table of routes. That one is
 * large, and Companion asks for nothing but tokens, so it is made when it is first needed.
 */
import { answerToken, pathOf } from "./companion.ts";
import type { PeerInfo } from "./deps.ts";
import { TrustedProxies } from "./forwarded.ts";
import { EVENT_STREAM } from "./live.ts";
import { codeOf, lineAnswer } from "./problem.ts";
import type { QuestionRoom } from "./question_room.ts";

/** Answers a request. */
export type Handler = (request: Request, info: PeerInfo) => Response | Promise<Response>;

/** The table of routes. */
export interface Routes {
  fetch(request: Request, env: { readonly info: PeerInfo }): Response | Promise<Response>;
}

/** The handler of one server. What `routes` rejects with is told and answered as a bug, and asked for anew the next time. */
export function createHandler(room: QuestionRoom, routes: () => Promise<Routes>): Handler {
  const route = later(room, routes);
  const answer = (request: Request, method: string, info: PeerInfo) =>
    answerToken(request, method, info, room) ?? route(request, info);
  const handler: Handler = (request, info) => {
    const { method } = request;
    if (method !== "HEAD" || isRelayed(request)) return answer(request, method, info);
    return head(answer(new Request(request, { method: "GET" }), "GET", info));
  };
  const { trustedProxies } = room.deps;
  return trustedProxies?.length ? behindProxies(trustedProxies, room, handler) : handler;
}

function later(room: QuestionRoom, routes: () => Promise<Routes>): Handler {
  let made: Promise<Routes> | undefined;
  let ready: Routes | undefined;
  return async (request, info) => {
    try {
      ready ??= await (made ??= routes());
    } catch (error) {
      made = undefined;
      return lineAnswer(codeOf(error, room.deps.log));
    }
    return await ready.fetch(request, { info });
  };
}

/** Below `/as/` a HEAD is somebody else's to answer. */
function isRelayed({ url }: Request): boolean {
  return pathOf(url).startsWith("/as/");
}

function behindProxies(trusted: readonly string[], room: QuestionRoom, handler: Handler): Handler {
  const proxies = new TrustedProxies(trusted);
  return (request, info) => {
    const seen = proxies.see(request, info, room.hosts.rule());
    return handler(seen.request, seen.info);
  };
}

/** What GET answers without its body. The length is told here: of an empty body the server would say 0. */
async function head(answer: Response | Promise<Response>): Promise<Response> {
  const full = await answer;
  const headers = new Headers(full.headers);
  if (headers.get("content-type") === EVENT_STREAM) {
    await full.body?.cancel();
    return new Response(null, { status: full.status, headers });
  }
  headers.set("content-length", String((await full.arrayBuffer()).byteLength));
  return new Response(null, { status: full.status, headers });
}
