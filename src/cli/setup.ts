import { AppError } from "../core/error.ts";
import { ask, type CommandParts } from "./command.ts";
import { isFixed, redirectUri } from "./config.ts";
import { warnOfShow } from "./disturb.ts";
import { HiddenLines } from "./hidden_line.ts";
import { withOperations } from "./reach.ts";
import { settingProblem } from "./settings.ts";
import { resetPassword as removePassword, showSetupLink } from "./setup_link.ts";

/** The options of `setup`. */
export interface SetupOptions {
  readonly link?: true;
  readonly resetPassword?: true;
  readonly yes?: true;
}

/** One of the things that `setup` does. Throws `AppError`. */
export function setup(parts: CommandParts, { link, resetPassword, yes }: SetupOptions): Promise<void> {
  if (link && resetPassword) {
    throw new AppError("usage", "Cannot set up: --link and --reset-password were both given", {
      hint: "Give one of them; --reset-password shows the new link too",
    });
  }
  if (link) return showSetupLink(parts);
  return resetPassword ? removePassword(parts, yes === true) : setUpApp(parts, yes === true);
}

/**
 * Stores the client id and secret of the user's Twitch app: those of flags and environment, else what is typed.
 * Throws `AppError`.
 */
async function setUpApp(parts: CommandParts, yes: boolean): Promise<void> {
  const { config, terminal } = parts;
  const given = isFixed(config, "clientId");
  if (!given && !terminal.isTerminal) {
    throw new AppError(
      "usage",
      "Cannot set up the Twitch app: no client id was given and nobody can be asked",
      {
        hint: "Set TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET, or run setup on a terminal",
      },
    );
  }
  if (!given) explain(parts);
  const clientId = given
    ? config.twitch.clientId ?? ""
    : await askUntilRight(parts, "clientId", "Client ID:");
  const secret = given
    ? config.twitch.clientSecret?.reveal() ?? null
    : await askUntilRight(parts, "clientSecret", "Client Secret (not shown; empty for a public app):") ||
      null;
  const { used } = await withOperations(parts, async (operations) => {
    const before = (await operations.appInUse({})).clientId;
    const what = "sets up another Twitch app, with which every account must sign in again";
    if (before !== null && before !== clientId) await warnOfShow(parts, operations, { what, yes });
    return await operations.saveApp({ clientId, clientSecret: secret });
  });
  terminal.print(
    `Stored the Twitch app${secret === null ? ", without a secret: sign in by device code" : ""}.`,
  );
  if (!used && !given) {
    terminal.print(
      "The running server keeps to the app of its own TWITCH_CLIENT_ID until that is taken away.",
    );
  }
  terminal.print("Next: companion-token-server login");
  terminal.print(LOST);
}

/** To be read before it is needed: afterwards the machine that could say it is gone. */
const LOST = "\nPrint this. If the machine is ever lost or stolen, in this order, from any other:\n" +
  "1. twitch.tv, Settings, Connections: disconnect the app, for every account. Only this ends the logins.\n" +
  "2. dev.twitch.tv/console, your app: New Secret. The old one is void at once.\n" +
  "3. A new card: setup with the new secret, restore your backup, and login for each account.\n" +
  "4. accounts rotate-id for each account, and the new id into Companion; new addresses for notices.";

function explain({ config, terminal }: CommandParts): void {
  terminal.print(
    "Register a Twitch app once, with your own Twitch account (it needs two-factor authentication):\n" +
      "1. Open https://dev.twitch.tv/console/apps and click Register Your Application.\n" +
      '2. Name: any that nobody else has, for example your channel\'s name and "token server".\n' +
      `3. OAuth Redirect URLs: exactly ${redirectUri(config, config.port)}\n` +
      "4. Category: Application Integration. Client Type: Confidential.\n" +
      "5. Create, then Manage: copy the Client ID, click New Secret and copy the secret; it is shown only once.",
  );
}

/** A secret is typed unseen and may be left out; an id is neither. */
async function askUntilRight(
  { terminal, surroundings }: CommandParts,
  key: "clientId" | "clientSecret",
  question: string,
): Promise<string> {
  const secret = key === "clientSecret";
  const stop = new AbortController();
  using _signals = surroundings.onStop(() => stop.abort());
  const hidden = new HiddenLines(Deno.stdin);
  while (true) {
    if (secret) terminal.complain(question);
    const answer = secret ? (await hidden.next(stop.signal) ?? "").trim() : await ask(terminal, question);
    const problem = settingProblem(key, answer);
    if (problem === undefined || (secret && answer === "")) return answer;
    terminal.complain(problem);
  }
}
