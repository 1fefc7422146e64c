/** "Ready for the show?" */
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { ShowPage } from "./pages/show.tsx";
import type { Room } from "./room.ts";

/** What can be seen without renewing anything. */
export async function showShow(c: Page, room: Room): Promise<Response> {
  return await answer(c, room, false);
}

/** Renews the logins where that is free, and asks Twitch for the time. */
export async function checkShow(c: Page, room: Room): Promise<Response> {
  return await answer(c, room, true);
}

async function answer(c: Page, room: Room, proven: boolean): Promise<Response> {
  const say = sayOf(c, room);
  const { doctor, clock } = room.deps;
  const lines = await doctor.readyForShow(proven);
  const props = { say, lines, proven, now: clock.now(), formToken: formToken(c, room) };
  return await show(c, room, say("show.title"), <ShowPage {...props} />);
}
