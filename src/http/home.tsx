import type { Time } from "../core/account.ts";
import type { AccountView } from "../core/accounts.ts";
import { isLocked, viewFor } from "./account_view.ts";
import { livePath, liveStream, type Look } from "./live.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { type Headline, headlineOf } from "./pages/headline.tsx";
import { HomePage } from "./pages/home.tsx";
import type { Html } from "./pages/layout.tsx";
import { conditionOf, CONDITIONS, liveTexts, shapeOf } from "./pages/state.tsx";
import type { Room } from "./room.ts";
import { allowRefused } from "./settings.tsx";
import { openSteps } from "./start_progress.ts";
import { unlockOffer } from "./unlock.tsx";
import type { Say } from "./words/say.tsx";

const PER_PAGE = 50;
/** With more accounts the page would weigh too much for a phone if each card said everything. */
const MOST_FULL_CARDS = 10;
/** Without a script the page is loaded again after so many seconds. */
const RELOAD = 60;
const DONE = ["removed", "forgotten", "discarded", "discarded_here", "allowed", "unlocked"] as const;

/** What one page of the list of accounts shows. */
interface Sight {
  readonly all: readonly AccountView[];
  readonly shown: readonly AccountView[];
  readonly page: number;
  readonly pages: number;
  readonly headline: Headline | undefined;
}

/** `GET /`; with `?page=2` the second page of the list. */
export async function showHome(c: Page, room: Room): Promise<Response> {
  const { roster, clock, baseUrls } = room.deps;
  const now = clock.now();
  const say = sayOf(c, room);
  const sight = sightOf(c, room, say, now);
  const unlock = await unlockOffer(c, room);
  const inside = (
    <HomePage
      say={say}
      accounts={sight.shown}
      brief={sight.all.length > MOST_FULL_CARDS}
      headline={sight.headline}
      page={sight.page}
      pages={sight.pages}
      locked={roster.deps.vault.locked}
      unlock={unlock}
      hasApp={roster.app !== undefined}
      refusedHosts={room.hosts.refused()}
      openSteps={sight.all.length === 0 || isLocked(room) ? [] : await openSteps(room)}
      notice={noticeOf(c, say)}
      baseUrls={baseUrls()}
      formToken={formToken(c, room)}
      now={now}
    />
  );
  const stream = livePath(`/live/home?page=${sight.page}`, lookOf(room, say, sight, now).shape);
  return await show(c, room, say("home.title"), inside, {
    stream,
    // Loaded again, the page would lose what somebody types.
    ...(unlock !== "form" && { refresh: RELOAD }),
  });
}

/** `GET /live/home`: what changes there. */
export function streamHome(c: Page, room: Room): Response {
  const say = sayOf(c, room);
  return liveStream(c, room, () => {
    const now = room.deps.clock.now();
    return lookOf(room, say, sightOf(c, room, say, now), now);
  });
}

function sightOf(c: Page, room: Room, say: Say, now: Time): Sight {
  const locked = isLocked(room);
  const all = room.deps.roster.all().map((login) => viewFor(room, login, now));
  const rank = (view: AccountView): number => CONDITIONS.indexOf(conditionOf(view, locked));
  const sorted = all.toSorted((left, right) => rank(left) - rank(right));
  const pages = Math.max(1, Math.ceil(all.length / PER_PAGE));
  const asked = Number.parseInt(c.req.query("page") ?? "1", 10);
  const page = Math.min(pages, Math.max(1, asked || 1));
  const shown = sorted.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  return { all, shown, page, pages, headline: headlineOf(say, all, locked, now) };
}

function lookOf(room: Room, say: Say, { shown, pages, headline }: Sight, now: Time): Look {
  const locked = isLocked(room);
  const shape = JSON.stringify([
    ...[locked, pages, headline?.condition, room.hosts.refused()],
    shown.map((view) => shapeOf(view, locked)),
  ]);
  const texts = Object.assign({}, ...shown.map((view) => liveTexts(say, view, now)));
  return {
    shape,
    texts: headline === undefined
      ? texts
      : { headline: headline.text, "headline.more": headline.more, ...texts },
  };
}

function noticeOf(c: Page, say: Say): Html | undefined {
  const asked = c.req.query("done")?.replaceAll("-", "_");
  const done = DONE.find((one) => one === asked);
  return done === undefined ? undefined : say.rich(`home.done_${done}`);
}

/** `POST /hosts`: allows a name that was refused before, and no other. */
export async function allowHost(c: Page, room: Room): Promise<Response> {
  await allowRefused(c, room);
  return c.redirect("/?done=allowed", 303);
}
