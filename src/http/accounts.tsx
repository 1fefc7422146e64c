import { DAY } from "../core/account.ts";
import { loginNamed, refreshNow, relabel, removeAccount, rotateId, switchRelay } from "../core/accounts.ts";
import { endOldIds } from "../core/id_end.ts";
import type { Login } from "../core/login.ts";
import { isLocked, viewFor } from "./account_view.ts";
import { textOf } from "./form.ts";
import { livePath, liveStream } from "./live.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { AccountPage } from "./pages/account.tsx";
import {
  atWork,
  type ChangeProps,
  EndOldIdPage,
  NewIdPage,
  pathOf,
  RemovePage,
  RenewPage,
} from "./pages/account_changes.tsx";
import type { Html } from "./pages/layout.tsx";
import { lookAt, nameOf, shapeOf } from "./pages/state.tsx";
import type { Result, Room } from "./room.ts";
import { testQuestion } from "./test_question.ts";
import type { WordKey } from "./words/catalogue.ts";

/** What can be asked once more, and the title of the page that asks. */
const QUESTIONS = {
  remove: [RemovePage, "account.remove_title"],
  id: [NewIdPage, "account.new_id_title"],
  old: [EndOldIdPage, "account.end_old_title"],
  renew: [RenewPage, "account.renew_title"],
} as const satisfies Record<string, readonly [(props: ChangeProps) => Html, WordKey]>;

const DONE = [
  "renewed",
  "renamed",
  "relay_on",
  "relay_off",
  "password_off",
  "new_id",
  "new_id_later",
  "old_id_ended",
] as const;

/** `GET /accounts/<alias>`. */
export function showAccount(c: Page, room: Room): Promise<Response> {
  const { clock, baseUrls, presets } = room.deps;
  const login = named(c, room);
  const now = clock.now();
  const view = viewFor(room, login, now);
  const inside = (
    <AccountPage
      say={sayOf(c, room)}
      view={view}
      locked={isLocked(room)}
      result={c.req.query("new") === undefined ? undefined : resultOf(room, login)}
      tested={room.tests.get(login)}
      notice={noticeOf(c, room, view.expiresAt === undefined ? undefined : view.expiresAt - now)}
      baseUrls={baseUrls()}
      buttonScopes={presets.find(({ name }) => name === "buttons")?.scopes ?? []}
      choice={room.deps.companion() ?? "companion-3"}
      formToken={formToken(c, room)}
      now={now}
    />
  );
  const path = `/live/account/${encodeURIComponent(view.alias)}`;
  return show(c, room, nameOf(view), inside, {
    stream: livePath(path, shapeOf(view, isLocked(room))),
  });
}

/** Another process may have finished the sign-in that led here: then its attempt says how. */
function resultOf({ results, deps: { connector } }: Room, login: Login): Result | undefined {
  const connected = results.get(login.account.alias) ?? connector.connectedOf(login);
  return connected && { displayName: undefined, ...connected };
}

function noticeOf(c: Page, room: Room, left: number | undefined): string | undefined {
  const say = sayOf(c, room);
  const asked = c.req.query("done")?.replaceAll("-", "_");
  const done = DONE.find((one) => one === asked);
  if (done === undefined) return undefined;
  if (done === "renewed" && left !== undefined) {
    return say("account.done_renewed_span", { span: say.span(left) });
  }
  return say(`account.done_${done}`);
}

/** `GET /live/account/<alias>`: what changes there. */
export function streamAccount(c: Page, room: Room): Response {
  const say = sayOf(c, room);
  const { alias } = named(c, room).account;
  return liveStream(c, room, () => {
    const now = room.deps.clock.now();
    return lookAt(say, viewFor(room, loginNamed(room.deps.roster, alias), now), isLocked(room), now);
  });
}

/** `POST /accounts/<alias>/test`: what Companion would get. */
export async function testAccount(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  room.tests.set(login, await testQuestion(room, login));
  // Another process may answer the next request, and knows nothing of the test.
  if (room.deps.roster.deps.shared !== undefined) return await showAccount(c, room);
  return c.redirect(`${pathOf(login.account)}#test`, 303);
}

/** `POST /accounts/<alias>/refresh`; asks once more where that takes the token away from Companion during a show. */
export async function refreshAccount(c: Page, room: Room): Promise<Response> {
  const { roster, refresher, clock } = room.deps;
  const login = named(c, room);
  const now = clock.now();
  const view = viewFor(room, login, now);
  if (view.oldTokenDies && view.serving && atWork(view, now) && !await isSure(c)) {
    return await ask(c, room, "renew");
  }
  await refreshNow(roster, refresher, login);
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

/** `POST /accounts/<alias>/id`: the old one ends in a day, or with `old=now` at once. */
export async function renewId(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  const atOnce = (await c.req.parseBody())["old"] === "now";
  await rotateId(room.deps.roster, login, atOnce ? "now" : { after: DAY });
  return back(c, login, atOnce ? "new-id" : "new-id-later");
}

/** `POST /accounts/<alias>/old-ids`: all but the newest end; asks once more while somebody asks for the account. */
export async function endOldIdsOf(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  const now = room.deps.clock.now();
  if (atWork(viewFor(room, login, now), now) && !await isSure(c)) return await ask(c, room, "old");
  await endOldIds(room.deps.roster, login);
  return back(c, login, "old-id-ended");
}

/** `GET /accounts/<alias>/id` and `…/remove`, and what else is asked once more. */
export function ask(c: Page, room: Room, question: keyof typeof QUESTIONS): Promise<Response> {
  const [Question, title] = QUESTIONS[question];
  const say = sayOf(c, room);
  const now = room.deps.clock.now();
  const view = viewFor(room, named(c, room), now);
  const inside = <Question say={say} view={view} formToken={formToken(c, room)} now={now} />;
  return show(c, room, say(title, { name: nameOf(view) }), inside);
}

/** `POST /accounts/<alias>/remove`. */
export async function remove(c: Page, room: Room): Promise<Response> {
  const login = named(c, room);
  const revoked = await removeAccount(room.deps.roster, login);
  room.results.delete(login.account.alias);
  return c.redirect(`/?done=${revoked ? "removed" : "forgotten"}`, 303);
}

async function isSure(c: Page): Promise<boolean> {
  return (await c.req.parseBody())["sure"] === "yes";
}

function named(c: Page, room: Room): Login {
  return loginNamed(room.deps.roster, c.req.param("alias") ?? "");
}

function back(c: Page, login: Login, done: string): Response {
  return c.redirect(`${pathOf(login.account)}?done=${done}`, 303);
}
