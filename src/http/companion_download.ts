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
import { passwordForFiles } from "../core/id_password.ts";
import { Secret } from "../core/secret.ts";
import { textOf } from "./form.ts";
import { type Page, showProblem } from "./page.tsx";
import type { Room } from "./room.ts";

/** What the browser says of itself when a page of ours, or the person there, asks. */
const OWN_SITES: readonly (string | null)[] = [null, "same-origin", "none"];
const MOST_ADDRESS = 300;

/**
 * `GET /accounts/<alias>/companion.companionconfig?server=…` and `…/companion-triggers.companionconfig?server=…`; with
 * `twitch=yes` the page gets the button that restarts the Twitch module's connection. A protected account's are asked
 * for by POST, with `id_password` beside the other fields.
 */
export async function downloadFile(c: Page, room: Room, kind: CompanionFileKind): Promise<Response> {
  // The file sends the id to any address in the query: a link on a stranger's page must not choose it.
  if (!OWN_SITES.includes(c.req.raw.headers.get("sec-fetch-site"))) return showProblem(c, room, "stale_form");
  const { roster, clock } = room.deps;
  const named = loginNamed(roster, c.req.param("alias") ?? "");
  const { alias, login, label, ids } = viewOf(roster, named, clock.now());
  const asked = c.req.method === "POST" ? await c.req.parseBody() : c.req.query();
  const server = serverAddress(textOf(asked["server"], MOST_ADDRESS));
  // Never out of a query, which stays in the history of the browser.
  const typed = c.req.method === "POST" ? textOf(asked["id_password"], MOST_ADDRESS) : "";
  const password = await passwordForFiles(named.account, new Secret(typed));
  const id = ids.at(-1);
  if (id === undefined) {
    throw new AppError(
      "locked",
      "Cannot make the file for Companion: without the key the ID is not readable",
    );
  }
  const twitchModule = asked["twitch"] === "yes";
  const buttons = { alias, login, label, id, server, password, twitchModule };
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
