/** The table of routes, and what stands before them. */
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as accounts from "./accounts.tsx";
import { answerToken, pathOf } from "./companion.ts";
import { downloadFile } from "./companion_download.ts";
import * as connect from "./connect.tsx";
import type { HttpDeps, PeerInfo } from "./deps.ts";
import { FORM_FIELD } from "./form.ts";
import { isLocal, isLoopback } from "./guard.ts";
import { pageHeaders } from "./headers.ts";
import * as home from "./home.tsx";
import { type Env, show, showError, showProblem } from "./page.tsx";
import { ElsewherePage } from "./pages/elsewhere.tsx";
import { codeOf, jsonAnswer, lineAnswer, PROBLEMS } from "./problem.tsx";
import { answerRelay, isRelayed } from "./relay.ts";
import { createRoom, type Room } from "./room.ts";
import * as setup from "./setup.tsx";
import { healthz, statusJson, statusLine, statusPicture, tokenJson } from "./status.ts";

const MOST_BODY = 64 * 1024;
/** Paths of machines: what is not there is answered in one line, not with a page. */
const FOR_MACHINES = /^\/(status|metrics$|control$)/;

/** Answers every request: a token question at once, everything else by the table of routes. */
export function createHandler(
  deps: HttpDeps,
): (request: Request, info: PeerInfo) => Response | Promise<Response> {
  const room = createRoom(deps);
  const app = createApp(deps, room);
  const answer = (request: Request, info: PeerInfo): Response | Promise<Response> =>
    answerToken(request, info, room) ?? app.fetch(request, { info });
  return (request, info) =>
    request.method === "HEAD" && !isRelayed(request.url)
      ? head(request, info, answer)
      : answer(request, info);
}

/** What GET answers without its body. The length is told here: of an empty body the server would say 0. */
async function head(
  request: Request,
  info: PeerInfo,
  answer: (request: Request, info: PeerInfo) => Response | Promise<Response>,
): Promise<Response> {
  const full = await answer(new Request(request, { method: "GET" }), info);
  const headers = new Headers(full.headers);
  headers.set("content-length", String((await full.arrayBuffer()).byteLength));
  return new Response(null, { status: full.status, headers });
}

/** The routes without the token question. */
export function createApp(deps: HttpDeps, room: Room = createRoom(deps)): Hono<Env> {
  const app = new Hono<Env>();
  app.onError((error, c) => showError(c, room, error));
  app.notFound((c) => showProblem(c, room, "no_page"));
  addMachineRoutes(app, room);
  app.use(withPageHeaders(), forThisMachine(room));
  app.get("/callback", (c) => connect.finishReturn(c, room));
  app.all("/callback", () => lineAnswer("wrong_method"));
  app.use(
    bodyLimit({ maxSize: MOST_BODY, onError: (c) => showProblem(c, room, "too_large") }),
    ownForms(room),
  );
  addPages(app, room);
  return app;
}

function addMachineRoutes(app: Hono<Env>, room: Room): void {
  app.get("/token.json", (c) => tokenJson(c.req.raw, c.env?.info, room));
  app.get("/status", (c) => statusJson(c.req.raw, room));
  app.get("/status.txt", (c) => statusLine(c.req.raw, room));
  app.get("/status.png", (c) => statusPicture(c.req.raw, room));
  app.get("/healthz", (c) => healthz(c.req.raw, room));
  for (const path of ["/token.json", "/status"]) app.all(path, () => jsonAnswer("wrong_method"));
  for (const path of ["/status.txt", "/status.png", "/healthz"]) {
    app.all(path, () => lineAnswer("wrong_method"));
  }
  app.all("/as/*", (c) => answerRelay(c.req.raw, c.env?.info, room));
  app.post("/control", (c) => control(c.req.raw, c.env?.info, room));
}

async function control(request: Request, info: PeerInfo | undefined, room: Room): Promise<Response> {
  const { deps } = room;
  if (!room.hosts.admits(request)) return lineAnswer("wrong_host");
  if (deps.control === undefined) return lineAnswer("no_page");
  if (!isLoopback(info)) return lineAnswer("not_local");
  try {
    return await deps.control(request);
  } catch (error) {
    return jsonAnswer(codeOf(error, deps.log));
  }
}

function addPages(app: Hono<Env>, room: Room): void {
  app.get("/", (c) => home.showHome(c, room));
  app.post("/hosts", (c) => home.allowHost(c, room));
  app.get("/setup", (c) => setup.showSetup(c, room));
  app.post("/setup", (c) => setup.saveSetup(c, room));
  app.get("/connect", (c) => connect.showConnect(c, room));
  app.post("/connect", (c) => connect.beginConnect(c, room));
  app.post("/connect/paste", (c) => connect.finishPasted(c, room));
  app.get("/connect/device/:attempt", (c) => connect.showDevice(c, room));
  app.get("/connect/held/:ref", (c) => connect.showHeld(c, room));
  app.post("/connect/held/:ref/keep", (c) => connect.keepHeld(c, room));
  app.post("/connect/held/:ref/discard", (c) => connect.discardHeld(c, room));
  app.get("/accounts/:alias", (c) => accounts.showAccount(c, room));
  app.post("/accounts/:alias/label", (c) => accounts.renameAccount(c, room));
  app.post("/accounts/:alias/refresh", (c) => accounts.refreshAccount(c, room));
  app.post("/accounts/:alias/relay", (c) => accounts.switchRelayOf(c, room));
  app.post("/accounts/:alias/id", (c) => accounts.renewId(c, room));
  app.get("/accounts/:alias/companion.companionconfig", (c) => downloadFile(c, room, "page"));
  app.get("/accounts/:alias/companion-triggers.companionconfig", (c) => downloadFile(c, room, "triggers"));
  app.get("/accounts/:alias/remove", (c) => accounts.confirmRemove(c, room));
  app.post("/accounts/:alias/remove", (c) => accounts.remove(c, room));
}

function withPageHeaders(): MiddlewareHandler<Env> {
  let known: ReturnType<typeof pageHeaders> | undefined;
  return async (c, next) => {
    await next();
    known ??= pageHeaders();
    for (const [name, value] of Object.entries(await known)) c.res.headers.set(name, value);
  };
}

/** Until people can sign in, the pages are for a browser on this machine. */
function forThisMachine(room: Room): MiddlewareHandler<Env> {
  return async (c, next) => {
    const request = c.req.raw;
    if (!room.hosts.admits(request)) return lineAnswer("wrong_host");
    if (FOR_MACHINES.test(pathOf(request.url))) return lineAnswer("no_page");
    if (isLocal(request, c.env?.info)) return await next();
    const { status, title } = PROBLEMS.not_local;
    return await show(c, room, title, <ElsewherePage port={room.deps.port()} />, { status });
  };
}

/** Nothing is changed but by a form of ours. */
function ownForms(room: Room): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { method, headers } = c.req.raw;
    if (method === "GET" || method === "HEAD") return await next();
    const isForm = headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") === true;
    const body = isForm ? await c.req.parseBody() : {};
    if (!room.forms.accepts(c.req.raw, body[FORM_FIELD])) return await showProblem(c, room, "stale_form");
    await next();
  };
}
