import { loginNamed } from "../core/accounts.ts";
import type { Connected } from "../core/admit.ts";
import { AppError } from "../core/error.ts";
import { OtherUser } from "../core/held_sign_ins.ts";
import { readId } from "../core/ids.ts";
import { readPasted, readReturn } from "../core/paste.ts";
import { Secret } from "../core/secret.ts";
import { textOf } from "./form.ts";
import { type Page, show } from "./page.tsx";
import { type Choice, ConnectPage, LeavePage, OWN_SCOPES, PasteForm, type Way } from "./pages/connect.tsx";
import { DevicePage } from "./pages/device.tsx";
import { HeldPage } from "./pages/held.tsx";
import { PROBLEMS } from "./problem.tsx";
import type { Room } from "./room.ts";

/** Twitch adds scopes now and then, so a name is judged by its shape alone. */
const SCOPE = /^[a-z_]+(:[a-z_]+){0,3}$/;
const WAYS: readonly Way[] = ["redirect", "paste", "device"];
const DEVICE_REFRESH = 5;

/** `GET /connect`; with `?for=<alias>` it starts from what that account has, with `&add=<preset>` and that besides. */
export function showConnect(c: Page, room: Room): Promise<Response> {
  const { roster, presets } = room.deps;
  const alias = c.req.query("for");
  if (alias === undefined) {
    const preset = presets[0]?.name ?? OWN_SCOPES;
    return renderConnect(c, room, { preset, scopes: "", label: "", way: "redirect", expected: "" });
  }
  const { account } = loginNamed(roster, alias);
  const added = presets.find(({ name }) => name === c.req.query("add"))?.scopes ?? [];
  const wanted = [...new Set([...account.scopes, ...added])];
  const same = presets.find(({ scopes }) => sameScopes(scopes, wanted));
  return renderConnect(c, room, {
    preset: same?.name ?? OWN_SCOPES,
    scopes: same === undefined ? wanted.join(" ") : "",
    label: account.label,
    way: "redirect",
    expected: account.alias,
  });
}

function sameScopes(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((scope) => right.includes(scope));
}

/** What must be entered otherwise. */
interface Wrong {
  readonly scopes?: string | undefined;
  readonly reclaim?: string | undefined;
}

function renderConnect(c: Page, room: Room, choice: Choice, wrong: Wrong = {}): Promise<Response> {
  const { presets, roster } = room.deps;
  const inside = (
    <ConnectPage
      presets={presets}
      choice={choice}
      app={roster.app && { hasSecret: roster.app.clientSecret !== undefined }}
      scopesError={wrong.scopes}
      reclaimError={wrong.reclaim}
      formToken={room.forms.token}
    />
  );
  return show(c, room, "Sign in to Twitch", inside, {
    status: wrong.scopes === undefined && wrong.reclaim === undefined ? 200 : 400,
  });
}

/** `POST /connect`: begins a sign-in. */
export async function beginConnect(c: Page, room: Room): Promise<Response> {
  const { connector, presets, redirectUri } = room.deps;
  const body = await c.req.parseBody();
  const way = WAYS.find((known) => known === body["way"]);
  if (way === undefined) throw new AppError("usage", "Cannot sign in: the way to do it was not chosen");
  const choice: Choice = {
    preset: textOf(body["preset"], 100),
    scopes: textOf(body["scopes"], 4000),
    label: textOf(body["label"], 60),
    way,
    expected: textOf(body["for"], 100),
  };
  const own = choice.preset === OWN_SCOPES;
  const scopes = own
    ? [...new Set(choice.scopes.split(/[\s,+]+/).filter((scope) => scope !== ""))]
    : presets.find(({ name }) => name === choice.preset)?.scopes ?? [];
  const error = scopesError(scopes, own);
  const typed = textOf(body["reclaim"], 100);
  const reclaim = readId(typed);
  const idError = typed === "" || reclaim !== undefined ? undefined : "This is no ID of a token server.";
  if (error !== undefined || idError !== undefined) {
    return await renderConnect(c, room, choice, { scopes: error, reclaim: idError });
  }
  const { expected: alias, label } = choice;
  const expected = alias === "" ? undefined : loginNamed(room.deps.roster, alias).account.twitchId;
  const wish = { scopes, label, expected, reclaim };
  if (way === "device") {
    const { attempt } = await connector.beginDevice(wish);
    return c.redirect(`/connect/device/${attempt.reveal()}`, 303);
  }
  const { authorizeUrl, redirectUri: sent, state } = await connector.begin(wish, redirectUri());
  const page = (
    <LeavePage
      way={way}
      authorizeUrl={authorizeUrl}
      redirectUri={sent}
      state={state.reveal()}
      formToken={room.forms.token}
    />
  );
  return await show(c, room, "Continue at Twitch", page);
}

function scopesError(scopes: readonly string[], own: boolean): string | undefined {
  if (scopes.length === 0) {
    return own ? "Enter at least one permission." : "Choose one of the sets, or your own permissions.";
  }
  const odd = scopes.find((scope) => !SCOPE.test(scope));
  return odd === undefined ? undefined : `“${odd.slice(0, 60)}” is not the name of a permission.`;
}

/** `POST /connect/paste`: finishes a sign-in with the address that the browser ended on. */
export async function finishPasted(c: Page, room: Room): Promise<Response> {
  const { connector, redirectUri } = room.deps;
  const body = await c.req.parseBody();
  const state = new Secret(textOf(body["state"], 200));
  const pasted = body["pasted"];
  try {
    const returned = readPasted(typeof pasted === "string" ? pasted : "", redirectUri());
    return await ended(c, room, () => connector.finish(returned, state));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "bad_paste") throw error;
    const { status, title } = PROBLEMS.bad_paste;
    const form = (
      <>
        <h1>{title}</h1>
        <PasteForm
          state={state.reveal()}
          formToken={room.forms.token}
          error={error.message}
          hint={error.hint}
        />
      </>
    );
    return await show(c, room, title, form, { status });
  }
}

/** `GET /callback`: where Twitch sends the browser back to. */
export function finishReturn(c: Page, room: Room): Promise<Response> {
  const returned = readReturn(new URL(c.req.url).searchParams);
  if (returned === undefined) {
    throw new AppError("usage", "Cannot finish the sign-in: the address has neither a code nor an error", {
      hint: "Begin the sign-in again from the start",
    });
  }
  return ended(c, room, () => room.deps.connector.finish(returned));
}

/** `GET /connect/device/<attempt>`: shows the code, and how it ends. */
export function showDevice(c: Page, room: Room): Response | Promise<Response> {
  const state = room.deps.connector.device(new Secret(c.req.param("attempt") ?? ""));
  switch (state.kind) {
    case "waiting": {
      const inside = <DevicePage begun={state.begun} now={room.deps.clock.now()} />;
      return show(c, room, "Enter the code", inside, { refresh: DEVICE_REFRESH });
    }
    case "connected":
      return finished(c, room, state.connected);
    case "failed":
      return ended(c, room, () => Promise.reject(state.error));
  }
}

/** Another user than the expected one goes to the page that asks what to do. */
async function ended(c: Page, room: Room, finish: () => Promise<Connected>): Promise<Response> {
  try {
    return finished(c, room, await finish());
  } catch (error) {
    if (!(error instanceof OtherUser)) throw error;
    return c.redirect(`/connect/held/${error.held.ref.reveal()}`, 303);
  }
}

/** `GET /connect/held/<ref>`: who came, who was expected, and what to do. */
export function showHeld(c: Page, room: Room): Promise<Response> {
  const held = room.deps.connector.held.get(refOf(c));
  return show(c, room, "Another Twitch user", <HeldPage held={held} formToken={room.forms.token} />);
}

/** `POST /connect/held/<ref>/keep`. */
export async function keepHeld(c: Page, room: Room): Promise<Response> {
  return finished(c, room, await room.deps.connector.held.keep(refOf(c)));
}

/** `POST /connect/held/<ref>/discard`. */
export async function discardHeld(c: Page, room: Room): Promise<Response> {
  const revoked = await room.deps.connector.held.discard(refOf(c));
  return c.redirect(`/?done=${revoked ? "discarded" : "discarded-here"}`, 303);
}

function refOf(c: Page): Secret {
  return new Secret(c.req.param("ref") ?? "");
}

function finished(c: Page, room: Room, connected: Connected): Response {
  const { alias } = connected.login.account;
  room.results.set(alias, connected);
  return c.redirect(`/accounts/${encodeURIComponent(alias)}?new=1`, 303);
}
