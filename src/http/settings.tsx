/** The overview of the settings, and its smaller pages. */
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import type { SessionRecord } from "../core/sessions.ts";
import { textOf } from "./form.ts";
import { showIn } from "./frame.tsx";
import { hostName } from "./guard.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { EventsPart } from "./pages/settings_events.tsx";
import { NamesPart, PasswordPart, SessionsPart, SettingsPage } from "./pages/settings.tsx";
import type { Html } from "./pages/layout.tsx";
import { PROBLEMS } from "./problem.ts";
import type { Room } from "./room.ts";
import { dropSession, visitorOf } from "./session.ts";
import { settingsEntries } from "./settings_entries.ts";
import { told } from "./told.ts";

/** Enough of a digest to name one of a few sessions. */
const REF_LENGTH = 16;

/** `GET /settings`. */
export async function showSettings(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  const entries = await settingsEntries(room, say);
  return await show(c, room, say("settings.title"), <SettingsPage say={say} entries={entries} />);
}

/** `GET /settings/names`. */
export function showNames(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  const { names } = room.deps;
  const done = c.req.query("done");
  const inside = (
    <NamesPart
      say={say}
      fixed={names.fixed}
      allowed={names.allowed()}
      refused={room.hosts.refused()}
      inUse={nameInUse(c)}
      notice={done === "allowed"
        ? say("names.done_allowed")
        : done === "removed"
        ? say("names.done_removed")
        : undefined}
      formToken={formToken(c, room)}
    />
  );
  return frame(c, room, say("names.title"), inside);
}

/** `POST /settings/names/allow`. */
export async function allowName(c: Page, room: Room): Promise<Response> {
  await allowRefused(c, room);
  return c.redirect("/settings/names?done=allowed", 303);
}

/** Allows the name that a form holds, if it was refused before. Throws `AppError` `not_found` for any other. */
export async function allowRefused(c: Page, room: Room): Promise<void> {
  const name = textOf((await c.req.parseBody())["name"], 253);
  if (!room.hosts.refused().includes(name)) {
    throw new AppError("not_found", "Cannot allow this name: it is not among those that were refused");
  }
  await room.deps.names.allow(name);
  room.hosts.forget(name);
}

/** `POST /settings/names/remove`. */
export async function removeName(c: Page, room: Room): Promise<Response> {
  const name = textOf((await c.req.parseBody())["name"], 253);
  if (name === nameInUse(c)) {
    throw new AppError("usage", "Cannot remove this name: you are here under it", {
      hint: "Open the server by its IP address first",
    });
  }
  await room.deps.names.remove(name);
  return c.redirect("/settings/names?done=removed", 303);
}

/** `GET /settings/password`. */
export function showPassword(c: Page, room: Room): Promise<Response> {
  return renderPassword(c, room);
}

/** `POST /settings/password`. */
export async function changePassword(c: Page, room: Room): Promise<Response> {
  const body = await c.req.parseBody();
  const session = c.get("session");
  if (session === undefined) throw new AppError("usage", "Cannot change the password: nobody is signed in");
  const { from } = visitorOf(c);
  try {
    const [old, fresh] = [secretIn(body["old_password"]), secretIn(body["new_password"])];
    await room.deps.owner.changePassword({ old, fresh, from, session });
    return c.redirect("/settings/password?done=changed", 303);
  } catch (error) {
    const known = error instanceof AppError && ["wrong_password", "throttled", "usage"].includes(error.code);
    if (!known) throw error;
    return await renderPassword(c, room, error);
  }
}

/** `GET /settings/sessions`. */
export function showSessions(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  const { owner, clock } = room.deps;
  const current = c.get("session")?.id;
  const inside = (
    <SessionsPart
      say={say}
      sessions={owner.sessions().map(({ id, agent, from, beganAt, seenAt }) => ({
        ref: refOf(id),
        browser: agent,
        from,
        beganAt,
        seenAt,
        isThis: id === current,
      }))}
      notice={c.req.query("done") === "ended" ? say("sessions.done") : undefined}
      formToken={formToken(c, room)}
      now={clock.now()}
    />
  );
  return frame(c, room, say("sessions.title"), inside);
}

/** `POST /settings/sessions/end`: signs one browser out. */
export async function endSession(c: Page, room: Room): Promise<Response> {
  const { owner } = room.deps;
  const ref = textOf((await c.req.parseBody())["ref"], REF_LENGTH);
  const record = owner.sessions().find(({ id }: SessionRecord) => refOf(id) === ref);
  const isThis = record !== undefined && record.id === c.get("session")?.id;
  if (record !== undefined) await owner.signOut(record);
  if (isThis) dropSession(c);
  return c.redirect(isThis ? "/sign-in?done=out" : "/settings/sessions?done=ended", 303);
}

/** `GET /settings/events`. */
export async function showEvents(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  const inside = <EventsPart say={say} events={await room.deps.events()} />;
  return await frame(c, room, say("events.title"), inside);
}

function renderPassword(c: Page, room: Room, error?: AppError): Promise<Response> {
  const say = sayOf(c, room);
  const text = error && told(say, error);
  const aboutNew = error?.code === "usage";
  const inside = (
    <PasswordPart
      say={say}
      notice={c.req.query("done") === "changed" ? say("password.done") : undefined}
      errors={text === undefined ? {} : aboutNew ? { fresh: text } : { old: text }}
      formToken={formToken(c, room)}
    />
  );
  return frame(
    c,
    room,
    say("password.title"),
    inside,
    error === undefined ? 200 : PROBLEMS[error.code].status,
  );
}

function frame(c: Page, room: Room, title: string, inside: Html, status = 200): Promise<Response> {
  return showIn(c, room, "settings", { step: "companion", title, inside }, { status });
}

function refOf(id: string): string {
  return id.slice(0, REF_LENGTH);
}

function nameInUse(c: Page): string | undefined {
  return hostName(c.req.header("host") ?? "");
}

function secretIn(value: unknown): Secret {
  return new Secret(typeof value === "string" ? value : "");
}
