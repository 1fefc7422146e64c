/** Opening the logins on a page: for a browser from which what is typed reaches this server unseen. */
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { isLocked } from "./account_view.ts";
import { peerAddress } from "./guard.ts";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { type UnlockOffer, UnlockPart } from "./pages/unlock.tsx";
import { isPrivate } from "./private.ts";
import { PROBLEMS } from "./problem.ts";
import type { Room } from "./room.ts";
import { told } from "./told.ts";

/** What a locked home page offers; undefined where nothing that is typed opens the logins. */
export async function unlockOffer(c: Page, room: Room): Promise<UnlockOffer | undefined> {
  if (!isLocked(room) || !await room.deps.keys.canUnlock()) return undefined;
  return isPrivate(c) ? "form" : "elsewhere";
}

/** `POST /unlock`. */
export async function unlock(c: Page, room: Room): Promise<Response> {
  if (!isPrivate(c)) {
    throw new AppError("usage", "Cannot unlock from here: what is typed would cross the network in clear", {
      hint:
        "Run companion-token-server key unlock on the machine of the server, or open the pages there or by https",
    });
  }
  const typed = (await c.req.parseBody())["secret"];
  try {
    const secret = new Secret(typeof typed === "string" ? typed.trim() : "");
    await room.deps.keys.unlock(secret, peerAddress(c.env?.info));
    return c.redirect("/?done=unlocked", 303);
  } catch (error) {
    const known = error instanceof AppError && ["wrong_password", "throttled", "usage"].includes(error.code);
    if (!known) throw error;
    const say = sayOf(c, room);
    const token = formToken(c, room);
    const inside = (
      <>
        <h1>{say("home.locked")}</h1>
        <UnlockPart say={say} offer="form" formToken={token} error={told(say, error)} />
      </>
    );
    return await show(c, room, say("unlock.title"), inside, { status: PROBLEMS[error.code].status });
  }
}
