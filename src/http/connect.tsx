/** Where a sign-in begins: what for, and by which way. */
import { loginNamed } from "../core/accounts.ts";
import { presetNameFor } from "../core/companion_choice.ts";
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { type Choice, ConnectPage, type Way, type Wrong } from "./pages/connect.tsx";
import { OWN_SCOPES } from "./pages/permissions.tsx";
import { canReturn, keepStateCookie } from "./return.ts";
import type { Room } from "./room.ts";
import { choiceIn, scopesOf, wishIn } from "./wish.ts";

const WAYS: readonly Way[] = ["redirect", "device", "paste"];

/**
 * `GET /connect`; with `?for=<alias>` it starts from what that account has, with `&add=<preset>` and that besides;
 * `&way=` puts that way first.
 */
export function showConnect(c: Page, room: Room): Promise<Response> {
  const { roster, presets } = room.deps;
  const alias = c.req.query("for");
  const added = presets.find(({ name }) => name === c.req.query("add"));
  if (alias === undefined) {
    const usual = presets.find(({ name }) => name === presetNameFor(room.deps.companion()));
    const preset = added?.name ?? usual?.name ?? OWN_SCOPES;
    return renderConnect(c, room, { preset, ticked: [], typed: "", label: "", sentTo: "", expected: "" });
  }
  const { account } = loginNamed(roster, alias);
  const wanted = [...new Set([...account.scopes, ...added?.scopes ?? []])];
  return renderConnect(c, room, {
    ...permissionsFor(wanted, room),
    label: account.label,
    sentTo: "",
    expected: account.alias,
  });
}

/** The preset that is just this, or each by itself. */
function permissionsFor(wanted: readonly string[], room: Room): Pick<Choice, "preset" | "ticked" | "typed"> {
  const { presets, permissions } = room.deps;
  const same = presets.find(({ scopes }) =>
    scopes.length === wanted.length && scopes.every((scope) => wanted.includes(scope))
  );
  if (same !== undefined) return { preset: same.name, ticked: [], typed: "" };
  const listed = new Set(permissions.flatMap(({ scopes }) => scopes));
  return {
    preset: OWN_SCOPES,
    ticked: wanted.filter((scope) => listed.has(scope)),
    typed: wanted.filter((scope) => !listed.has(scope)).join(" "),
  };
}

function renderConnect(c: Page, room: Room, choice: Choice, wrong: Wrong = {}): Promise<Response> {
  const { presets, permissions, roster, connector, clock } = room.deps;
  const say = sayOf(c, room);
  const had = choice.expected === "" ? undefined : loginNamed(roster, choice.expected).account.scopes;
  const inside = (
    <ConnectPage
      say={say}
      presets={presets}
      groups={permissions}
      choice={choice}
      ways={waysOf(c, room)}
      change={had && { had, wanted: scopesOf(choice, room) }}
      open={connector.open()}
      wrong={wrong}
      formToken={formToken(c, room)}
      now={clock.now()}
    />
  );
  return show(c, room, say("connect.title"), inside, {
    status: wrong.scopes === undefined && wrong.reclaim === undefined ? 200 : 400,
  });
}

/** A way that was asked for comes first, then coming back by itself, where this browser can. */
function waysOf(c: Page, room: Room): readonly Way[] {
  const { app } = room.deps.roster;
  if (app === undefined) return [];
  if (app.clientSecret === undefined) return ["device"];
  const asked = WAYS.find((way) => way === c.req.query("way"));
  const best: readonly Way[] = canReturn(c, room) ? WAYS : ["device", "paste", "redirect"];
  return asked === undefined ? best : [asked, ...best.filter((way) => way !== asked)];
}

/** `POST /connect`: begins a sign-in. */
export async function beginConnect(c: Page, room: Room): Promise<Response> {
  const { connector, redirectUri } = room.deps;
  const fields = await c.req.parseBody({ all: true });
  const say = sayOf(c, room);
  const way = WAYS.find((known) => known === fields["way"]);
  if (way === undefined) throw new AppError("usage", "Cannot sign in: the way to do it was not chosen");
  const asked = wishIn(fields, room, say);
  if ("wrong" in asked) return await renderConnect(c, room, choiceIn(fields), asked.wrong);
  if (way === "device") {
    const { attempt } = await connector.beginDevice(asked.wish);
    return c.redirect(`/connect/device/${attempt.reveal()}`, 303);
  }
  const begun = await connector.begin(asked.wish, redirectUri());
  // Also where it is to be pasted: if the browser comes back by itself after all, so much the better.
  await keepStateCookie(c, begun);
  return c.redirect(`/connect/link/${begun.ref.reveal()}${way === "paste" ? "?by=paste" : ""}`, 303);
}

/** `POST /connect/attempts/<ref>/cancel`. */
export async function cancelAttempt(c: Page, room: Room): Promise<Response> {
  await room.deps.connector.cancel(new Secret(c.req.param("ref") ?? ""));
  return c.redirect("/connect", 303);
}
