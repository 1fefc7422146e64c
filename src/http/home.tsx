import { viewOf } from "../core/accounts.ts";
import { AppError } from "../core/error.ts";
import { textOf } from "./form.ts";
import { type Page, show } from "./page.tsx";
import { HomePage } from "./pages/home.tsx";
import type { Room } from "./room.ts";

const NOTICES: Readonly<Record<string, string>> = {
  removed: "The account is removed, and Twitch has made its token void.",
  forgotten:
    "The account is removed here. Twitch has not confirmed that its token is void; it ends by itself within hours. " +
    "To be sure, disconnect the app at twitch.tv/settings/connections.",
  discarded: "The sign-in is discarded, and Twitch has made its token void.",
  "discarded-here": "The sign-in is discarded. Its token ends by itself within hours.",
  allowed: "The name is allowed now.",
};

/** `GET /`. */
export function showHome(c: Page, room: Room): Promise<Response> {
  const { roster, clock } = room.deps;
  const now = clock.now();
  const inside = (
    <HomePage
      accounts={roster.all().map((login) => viewOf(roster, login, now))}
      locked={roster.deps.vault.locked}
      hasApp={roster.app !== undefined}
      refusedHosts={room.hosts.refused()}
      notice={NOTICES[c.req.query("done") ?? ""]}
      formToken={room.forms.token}
      now={now}
    />
  );
  return show(c, room, "Accounts", inside);
}

/** `POST /hosts`: allows a name that was refused before, and no other. */
export async function allowHost(c: Page, room: Room): Promise<Response> {
  const name = textOf((await c.req.parseBody())["name"], 253);
  if (!room.hosts.refused().includes(name)) {
    throw new AppError("not_found", "Cannot allow this name: it is not among those that were refused");
  }
  await room.deps.allowHost(name);
  room.hosts.forget(name);
  return c.redirect("/?done=allowed", 303);
}
