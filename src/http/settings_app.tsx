/** The user's Twitch app: its id and secret, checked at once. */
import type { TwitchApp } from "../core/app.ts";
import { type AppVerdict, judgeApp } from "../core/app_verdict.ts";
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { activeShow } from "../core/show.ts";
import { textOf } from "./form.ts";
import { type Place, showIn } from "./frame.tsx";
import { formToken, type Page, sayOf } from "./page.tsx";
import { AtWork } from "./pages/at_work.tsx";
import { type AppErrors, AppPart } from "./pages/settings_app.tsx";
import type { Room } from "./room.ts";
import { whereNext } from "./start_progress.ts";
import type { WordKey } from "./words/catalogue.ts";
import type { Say } from "./words/say.tsx";

/** Wider than what Twitch gives today (30 letters and digits), narrow enough to catch a pasted sentence or address. */
const SHAPE = /^[A-Za-z0-9_-]{4,64}$/;

const DONE: Readonly<Record<string, WordKey>> = {
  saved: "app.done_saved",
  new: "app.done_new",
  other: "app.done_other",
};

/** What the form held; the secret is never shown again. */
interface Typed {
  readonly clientId: string;
  readonly secret: string;
  readonly isPublic: boolean;
}

/** `GET /settings/app`, `GET /start/app`. */
export function showApp(c: Page, room: Room, place: Place): Promise<Response> {
  const { app } = room.deps.roster;
  const isPublic = app !== undefined && app.clientSecret === undefined;
  return render(c, room, place, { clientId: app?.clientId ?? "", isPublic }, {});
}

/** `POST /settings/app`, `POST /start/app`: asks Twitch, then stores the app. */
export async function saveApp(c: Page, room: Room, place: Place): Promise<Response> {
  const body = await c.req.parseBody();
  const typed: Typed = {
    clientId: textOf(body["client_id"], 200),
    secret: textOf(body["client_secret"], 200),
    isPublic: body["public"] === "yes",
  };
  const { app: before } = room.deps.roster;
  const kept = before?.clientId === typed.clientId && typed.secret === "" ? before.clientSecret : undefined;
  const say = sayOf(c, room);
  const malformed = formErrors(say, typed, kept !== undefined);
  if (malformed !== undefined) return await render(c, room, place, typed, malformed);
  const clientSecret = typed.isPublic ? undefined : kept ?? new Secret(typed.secret);
  const app: TwitchApp = { clientId: typed.clientId, clientSecret };
  const verdict = await saveRight(room, app);
  if (verdict !== "right") return await render(c, room, place, typed, verdictErrors(say, verdict));
  if (place === "start") return c.redirect(await whereNext(room, "app"), 303);
  return c.redirect(`/settings/app?done=${doneWord(room, before, app)}`, 303);
}

/** Stores it if Twitch has nothing against it, or cannot be asked. */
async function saveRight({ deps }: Room, app: TwitchApp): Promise<AppVerdict> {
  // Of an app without a secret the id alone can be looked at, which storing it does not do.
  if (app.clientSecret === undefined) {
    const verdict = await judgeApp(deps.roster.deps, app);
    if (verdict !== "right") return verdict;
  }
  try {
    await deps.saveApp(app);
    return "right";
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "app_refused") throw error;
    const verdict = await judgeApp(deps.roster.deps, app);
    return verdict === "right" ? "refused" : verdict;
  }
}

function doneWord({ deps }: Room, before: TwitchApp | undefined, app: TwitchApp): string {
  if (before === undefined || deps.roster.all().length === 0) return "new";
  return before.clientId === app.clientId ? "saved" : "other";
}

function formErrors(say: Say, typed: Typed, keeps: boolean): AppErrors | undefined {
  const { clientId, secret, isPublic } = typed;
  const idError = clientId === ""
    ? say("app.id_missing")
    : SHAPE.test(clientId)
    ? undefined
    : say("app.id_shape");
  const secretError = isPublic
    ? secret === "" ? undefined : say("app.public_has_secret")
    : keeps
    ? undefined
    : secretProblem(say, secret, clientId);
  if (idError === undefined && secretError === undefined) return undefined;
  return { clientId: idError, clientSecret: secretError };
}

function secretProblem(say: Say, secret: string, clientId: string): AppErrors["clientSecret"] {
  if (secret === "") return say.rich("app.secret_missing");
  if (secret === clientId) return say.rich("app.secret_is_id");
  return SHAPE.test(secret) ? undefined : say("app.secret_shape");
}

function verdictErrors(say: Say, verdict: Exclude<AppVerdict, "right">): AppErrors {
  switch (verdict) {
    case "unknown_id":
      return { clientId: say.rich("app.id_unknown") };
    case "wrong_secret":
      return { clientSecret: say.rich("app.secret_wrong") };
    case "refused":
      return { clientSecret: say.rich("app.refused") };
  }
}

function render(
  c: Page,
  room: Room,
  place: Place,
  typed: Omit<Typed, "secret">,
  errors: AppErrors,
): Promise<Response> {
  const say = sayOf(c, room);
  const { roster, redirectUri, appIsFixed, clock } = room.deps;
  const now = clock.now();
  const { app } = roster;
  const done = DONE[c.req.query("done") ?? ""];
  const wrong = errors.clientId !== undefined || errors.clientSecret !== undefined;
  const inside = (
    <>
      <AtWork say={say} used={activeShow(roster, now)} now={now} />
      <AppPart
        say={say}
        present={app && { clientId: app.clientId, hasSecret: app.clientSecret !== undefined }}
        fixed={appIsFixed}
        hasAccounts={roster.all().length > 0}
        redirectUri={redirectUri()}
        typedClientId={typed.clientId}
        isPublic={typed.isPublic}
        errors={errors}
        notice={done && say.rich(done)}
        formToken={formToken(c, room)}
        action={`/${place}/app`}
      />
    </>
  );
  const status = wrong ? 400 : 200;
  return showIn(c, room, place, { step: "app", title: say("app.title"), inside }, { status });
}
