import { setCookie } from "hono/cookie";
import { ownPath, textOf } from "./form.ts";
import type { Page } from "./page.tsx";
import type { Room } from "./room.ts";
import { LANGUAGE_COOKIE } from "./words/language.ts";

const YEAR = 365 * 24 * 60 * 60;

/** `POST /language`: answers this browser in the chosen language from now on. */
export async function chooseLanguage(c: Page, room: Room): Promise<Response> {
  const body = await c.req.parseBody();
  const chosen = room.languages.all.find(({ language }) => language === body["language"]);
  if (chosen !== undefined) {
    // Lax, so that it comes along on the way back from Twitch, too; it opens nothing.
    setCookie(c, LANGUAGE_COOKIE, chosen.language, {
      path: "/",
      maxAge: YEAR,
      sameSite: "Lax",
      httpOnly: true,
    });
  }
  return c.redirect(ownPath(textOf(body["to"], 1000)), 303);
}
