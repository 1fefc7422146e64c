/** Companion's import files as downloads of the account's page. */
import { loginNamed, viewOf } from "../core/accounts.ts";
import {
  type CompanionFileKind,
  companionFileName,
  companionPage,
  companionTriggers,
} from "../core/companion_file.ts";
import { serverAddress } from "../core/companion_names.ts";
import { AppError } from "../core/error.ts";
import { type Page, showProblem } from "./page.tsx";
import type { Room } from "./room.ts";

/** What the browser says of itself when a page of ours, or the person there, asks. */
const OWN_SITES: readonly (string | null)[] = [null, "same-origin", "none"];

/**
 * `GET /accounts/<alias>/companion.companionconfig?server=…` and `…/companion-triggers.companionconfig?server=…`; with
 * `twitch=yes` the page gets the button that restarts the Twitch module's connection.
 */
export function downloadFile(c: Page, room: Room, kind: CompanionFileKind): Response | Promise<Response> {
  // The file sends the id to any address in the query: a link on a stranger's page must not choose it.
  if (!OWN_SITES.includes(c.req.raw.headers.get("sec-fetch-site"))) return showProblem(c, room, "stale_form");
  const { roster, clock } = room.deps;
  const { alias, login, label, ids } = viewOf(
    roster,
    loginNamed(roster, c.req.param("alias") ?? ""),
    clock.now(),
  );
  const server = serverAddress(c.req.query("server") ?? "");
  const id = ids.at(-1);
  if (id === undefined) {
    throw new AppError(
      "locked",
      "Cannot make the file for Companion: without the key the ID is not readable",
    );
  }
  const twitchModule = c.req.query("twitch") === "yes";
  const buttons = { alias, login, label, id, server, twitchModule };
  const text = kind === "page" ? companionPage(buttons) : companionTriggers(buttons);
  return new Response(text.reveal(), {
    headers: {
      // Not JSON: a browser would add or change the ending that Companion's upload asks for.
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${companionFileName(kind, alias)}"`,
      "cache-control": "no-store",
    },
  });
}
