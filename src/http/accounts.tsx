import {
  loginNamed,
  refreshNow,
  relabel,
  removeAccount,
  rotateId,
  switchRelay,
  viewOf,
} from "../core/accounts.ts";
import type { Login } from "../core/login.ts";
import { textOf } from "./form.ts";
import { type Page, show } from "./page.tsx";
import { AccountPage, RemovePage } from "./pages/account.tsx";
import type { Room } from "./room.ts";

const NOTICES: Readonly<Record<string, string>> = {
  renewed: "The token is fresh.",
  renamed: "The name is changed.",
  "relay-on": "Buttons work through this server again.",
  "relay-off": "Buttons do not work through this server any more. The token question is still answered.",
  "new-id": "This account has a new ID. Enter it in Companion: the old one does not work any more.",
};

/** `GET /accounts/<alias>`. */
export function showAccount(c: Page, room: Room): Promise<Response> {
  const { roster, clock, baseUrls, presets } = room.deps;
  const login = named(c, room);
  const now = clock.now();
  const view = viewOf(roster, login, now);
  const inside = (
    <AccountPage
      view={view}
      locked={roster.deps.vault.locked !== undefined}
      result={c.req.query("new") === undefined ? undefined : room.results.get(view.alias)}
      notice={NOTICES[c.req.query("done") ?? ""]}
      baseUrls={baseUrls()}
      buttonScopes={presets.find(({ name }) => name === "buttons")?.scopes ?? []}
      formToken={room.forms.token}
      now={now}
    />
  );
  return show(c, room, view.label || view.login, inside);
}

/** `POST /accounts/<alias>/refresh`. */
export async function refreshAccount(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  await refreshNow(room.deps.roster, room.deps.refresher, login);
  return back(c, login, "renewed");
}

/** `POST /accounts/<alias>/label`. */
export async function renameAccount(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  await relabel(room.deps.roster, login, textOf((await c.req.parseBody())["label"], 60));
  return back(c, login, "renamed");
}

/** `POST /accounts/<alias>/relay`. */
export async function switchRelayOf(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  const on = (await c.req.parseBody())["relay"] === "on";
  await switchRelay(room.deps.roster, login, on);
  return back(c, login, on ? "relay-on" : "relay-off");
}

/** `POST /accounts/<alias>/id`. */
export async function renewId(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  await rotateId(room.deps.roster, login);
  return back(c, login, "new-id");
}

/** `GET /accounts/<alias>/remove`: asks once more. */
export function confirmRemove(c: Page, room: Room): Promise<Response> {
  const view = viewOf(room.deps.roster, named(c, room), room.deps.clock.now());
  return show(c, room, "Remove an account", <RemovePage view={view} formToken={room.forms.token} />);
}

/** `POST /accounts/<alias>/remove`. */
export async function remove(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  const revoked = await removeAccount(room.deps.roster, login);
  room.results.delete(login.account.alias);
  return c.redirect(`/?done=${revoked ? "removed" : "forgotten"}`, 303);
}

function named(c: Page, room: Room): Login {
  return loginNamed(room.deps.roster, c.req.param("alias") ?? "");
}

function back(c: Page, login: Login, done: string): Response {
  return c.redirect(`/accounts/${encodeURIComponent(login.account.alias)}?done=${done}`, 303);
}
