/** The table of routes, and what stands before them. Loaded when the first of them is asked for. */
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as accounts from "./accounts.tsx";
import * as attempt from "./attempt.tsx";
import * as callback from "./callback.tsx";
import { caughtUp } from "./catch_up.ts";
import { pathOf } from "./companion.ts";
import { downloadFile } from "./companion_download.ts";
import * as connect from "./connect.tsx";
import type { HttpDeps, PeerInfo } from "./deps.ts";
import * as doctor from "./doctor.tsx";
import { FORM_FIELD } from "./form.ts";
import { StrangeProxies } from "./forwarded.ts";
import { hostName, isLoopback } from "./guard.ts";
import { OPENER_POLICY, pageHeaders } from "./headers.ts";
import * as help from "./help.tsx";
import * as held from "./held.tsx";
import * as home from "./home.tsx";
import { answerMetrics } from "./metrics.ts";
import { type Env, type Page, showError, showProblem } from "./page.tsx";
import { codeOf, jsonAnswer, lineAnswer } from "./problem.ts";
import { protectAccount, showProtect } from "./protect.tsx";
import { answerRelay } from "./relay.ts";
import { chooseLanguage } from "./language.ts";
import { createRoom, type Room } from "./room.ts";
import { forSignedIn, isHttps, withSession } from "./session.ts";
import * as ready from "./show.tsx";
import { MOST_UPLOAD, UPLOAD_PATH } from "./settings_backup.tsx";
import { addSettings } from "./settings_routes.ts";
import * as door from "./sign_in.tsx";
import { unlock } from "./unlock.tsx";
import { healthz, statusJson, statusLine, statusPicture, tokenJson } from "./status.ts";

const MOST_BODY = 64 * 1024;
/** What browsers trust without https. */
const OWN_MACHINE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** Paths of machines: what is not there is answered in one line, not with a page. */
const FOR_MACHINES = /^\/(status|metrics$|control$)/;

/** The routes without the token question. */
export function createApp(deps: HttpDeps, room: Room = createRoom(deps)): Hono<Env> {
  const app = new Hono<Env>();
  app.onError((error, c) => showError(c, room, error));
  app.notFound((c) => showProblem(c, room, "no_page"));
  addMachineRoutes(app, room);
  app.use(withPageHeaders(), underOwnNames(room), withSession(room), caughtUp(room));
  app.get("/callback", (c) => callback.finishReturn(c, room));
  app.all("/callback", () => lineAnswer("wrong_method"));
  app.get("/connect/done/:ref", (c) => callback.showDone(c, room));
  app.use(bounded(room));
  addDoors(app, room);
  app.use(forSignedIn(room), ownForms(room));
  addPages(app, room);
  return app;
}

function addMachineRoutes(app: Hono<Env>, room: Room): void {
  app.get("/token.json", (c) => tokenJson(c.req.raw, c.env?.info, room));
  app.get("/status", (c) => statusJson(c.req.raw, c.env?.info, room));
  app.get("/status.txt", (c) => statusLine(c.req.raw, c.env?.info, room));
  app.get("/status.png", (c) => statusPicture(c.req.raw, c.env?.info, room));
  app.get("/healthz", (c) => healthz(c.req.raw, room));
  for (const path of ["/token.json", "/status"]) app.all(path, () => jsonAnswer("wrong_method"));
  const { metrics } = room.deps;
  if (metrics !== undefined) app.get("/metrics", (c) => answerMetrics(c.req.raw, room, metrics));
  const ofLines = ["/status.txt", "/status.png", "/healthz", ...metrics === undefined ? [] : ["/metrics"]];
  for (const path of ofLines) {
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

/** What is open to those who are not signed in. */
function addDoors(app: Hono<Env>, room: Room): void {
  for (const path of ["/sign-in", "/welcome", "/sign-out", "/language"]) app.use(path, ownForms(room));
  app.get("/sign-in", (c) => door.showSignIn(c, room));
  app.post("/sign-in", (c) => door.signIn(c, room));
  app.get("/welcome", (c) => door.showWelcome(c, room));
  app.post("/welcome", (c) => door.setFirstPassword(c, room));
  app.post("/sign-out", (c) => door.signOut(c, room));
  app.get("/help", (c) => help.showTopics(c, room));
  app.get("/help/:topic", (c) => help.showTopic(c, room));
  app.post("/language", (c) => chooseLanguage(c, room));
}

function addPages(app: Hono<Env>, room: Room): void {
  app.get("/", (c) => home.showHome(c, room));
  app.get("/live/home", (c) => home.streamHome(c, room));
  app.get("/live/account/:alias", (c) => accounts.streamAccount(c, room));
  app.post("/sign-out-everywhere", (c) => door.signOutEverywhere(c, room));
  app.get("/show", (c) => ready.showShow(c, room));
  app.post("/show", (c) => ready.checkShow(c, room));
  app.get("/doctor", (c) => doctor.showDoctor(c, room));
  app.post("/doctor", (c) => doctor.runDoctor(c, room));
  app.get("/doctor/diagnosis.json", (c) => doctor.downloadDiagnosis(c, room));
  app.post("/unlock", (c) => unlock(c, room));
  app.post("/hosts", (c) => home.allowHost(c, room));
  addSettings(app, room);
  app.get("/connect", (c) => connect.showConnect(c, room));
  app.post("/connect", (c) => connect.beginConnect(c, room));
  app.post("/connect/attempts/:ref/cancel", (c) => connect.cancelAttempt(c, room));
  app.get("/connect/device/:ref", (c) => attempt.showDevice(c, room));
  app.post("/connect/device/:ref/again", (c) => attempt.renewCode(c, room));
  app.get("/connect/link/:ref", (c) => attempt.showLink(c, room));
  app.post("/connect/link/:ref/paste", (c) => attempt.finishPasted(c, room));
  app.get("/connect/result/:ref", (c) => attempt.showResult(c, room));
  app.get("/live/device/:ref", (c) => attempt.watchAttempt(c, room));
  app.get("/live/link/:ref", (c) => attempt.watchAttempt(c, room));
  app.get("/connect/held/:ref", (c) => held.showHeld(c, room));
  app.post("/connect/held/:ref/keep", (c) => held.keepHeld(c, room));
  app.post("/connect/held/:ref/discard", (c) => held.discardHeld(c, room));
  app.get("/accounts/:alias", (c) => accounts.showAccount(c, room));
  app.post("/accounts/:alias/label", (c) => accounts.renameAccount(c, room));
  app.post("/accounts/:alias/refresh", (c) => accounts.refreshAccount(c, room));
  app.post("/accounts/:alias/relay", (c) => accounts.switchRelayOf(c, room));
  app.post("/accounts/:alias/test", (c) => accounts.testAccount(c, room));
  app.post("/accounts/:alias/id", (c) => accounts.renewId(c, room));
  app.post("/accounts/:alias/old-ids", (c) => accounts.endOldIdsOf(c, room));
  for (const method of ["get", "post"] as const) {
    app[method]("/accounts/:alias/companion.companionconfig", (c) => downloadFile(c, room, "page"));
    app[method](
      "/accounts/:alias/companion-triggers.companionconfig",
      (c) => downloadFile(c, room, "triggers"),
    );
  }
  app.get("/accounts/:alias/password", (c) => showProtect(c, room));
  app.post("/accounts/:alias/password", (c) => protectAccount(c, room));
  app.get("/accounts/:alias/id", (c) => accounts.ask(c, room, "id"));
  app.get("/accounts/:alias/remove", (c) => accounts.ask(c, room, "remove"));
  app.post("/accounts/:alias/remove", (c) => accounts.remove(c, room));
}

function withPageHeaders(): MiddlewareHandler<Env> {
  let known: ReturnType<typeof pageHeaders> | undefined;
  return async (c, next) => {
    await next();
    known ??= pageHeaders();
    for (const [name, value] of Object.entries(await known)) c.res.headers.set(name, value);
    const here = OWN_MACHINE.test(hostName(c.req.header("host") ?? "") ?? "");
    if (here || isHttps(c.req.raw)) c.res.headers.set(...OPENER_POLICY);
  };
}

/** Under a name that may be somebody else's there is no page. */
function underOwnNames(room: Room): MiddlewareHandler<Env> {
  const strangers = new StrangeProxies(room.deps.log);
  return async (c, next) => {
    const request = c.req.raw;
    // A host that is shaped like an address and is none, such as 999.1.1.1 or a port of 99999, makes no address of a page.
    if (!URL.canParse(request.url) || !room.hosts.admits(request)) return lineAnswer("wrong_host");
    strangers.look(request, c.env?.info);
    if (FOR_MACHINES.test(pathOf(request.url))) return lineAnswer("no_page");
    return await next();
  };
}

/** No body is larger than a form, but for the one page that takes a file from those who are signed in. */
function bounded(room: Room): MiddlewareHandler<Env> {
  const upTo = (maxSize: number): MiddlewareHandler<Env> =>
    bodyLimit({ maxSize, onError: (c) => showProblem(c, room, "too_large") });
  const [form, upload] = [upTo(MOST_BODY), upTo(MOST_UPLOAD)];
  return async (c, next) => {
    let arrived = false;
    try {
      return await (isUpload(c) ? upload : form)(c, () => {
        arrived = true;
        return next();
      });
    } catch (error) {
      // What breaks off while its length is counted is nobody's form, and no bug of ours.
      if (arrived) throw error;
      return await showProblem(c, room, "stale_form");
    }
  };
}

function isUpload(c: Page): boolean {
  return c.req.path === UPLOAD_PATH && c.get("session") !== undefined;
}

/** Nothing is changed but by a form of ours. */
function ownForms(room: Room): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { method, headers } = c.req.raw;
    if (method === "GET" || method === "HEAD") return await next();
    const kind = isUpload(c) ? "multipart/form-data" : "application/x-www-form-urlencoded";
    const isForm = headers.get("content-type")?.startsWith(kind) === true;
    // A body that breaks off, or is not what its type says, is no form of ours either.
    const body: Record<string, unknown> = isForm ? await c.req.parseBody().catch(() => ({})) : {};
    if (!room.forms.accepts(c.req.raw, body[FORM_FIELD], c.get("session"))) {
      return await showProblem(c, room, "stale_form");
    }
    await next();
  };
}
