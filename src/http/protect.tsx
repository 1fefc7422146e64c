/** The password beside an account's ids: made, shown once, taken away. */
import { loginNamed } from "../core/accounts.ts";
import { addressWith, protect, unprotect } from "../core/id_password.ts";
import type { Login } from "../core/login.ts";
import { viewFor } from "./account_view.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { pathOf } from "./pages/account_changes.tsx";
import { ProtectedPage, ProtectPage } from "./pages/protect.tsx";
import { nameOf } from "./pages/state.tsx";
import type { Room } from "./room.ts";

/** `GET /accounts/<alias>/password`. */
export function showProtect(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  const now = room.deps.clock.now();
  const view = viewFor(room, named(c, room), now);
  const inside = <ProtectPage say={say} view={view} formToken={formToken(c, room)} now={now} />;
  return show(c, room, say("protect.title", { name: nameOf(view) }), inside);
}

/** `POST /accounts/<alias>/password`: a new one, or with `protect=off` none any more. */
export async function protectAccount(c: Page, room: Room): Promise<Response> {
  const { roster, baseUrls, clock } = room.deps;
  const login = named(c, room);
  if ((await c.req.parseBody())["protect"] === "off") {
    await unprotect(roster, login);
    return c.redirect(`${pathOf(login.account)}?done=password-off`, 303);
  }
  const password = await protect(roster, login);
  const urls = baseUrls().map((url) => `${addressWith(url, password).reveal()}/token`);
  const say = sayOf(c, room);
  const view = viewFor(room, login, clock.now());
  const inside = <ProtectedPage say={say} view={view} urls={urls} />;
  return await show(c, room, say("protect.made_title", { name: nameOf(view) }), inside);
}

function named(c: Page, room: Room): Login {
  return loginNamed(room.deps.roster, c.req.param("alias") ?? "");
}
