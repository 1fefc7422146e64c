import { renderUnicodeCompact } from "uqr";
import { SECOND } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import { isPreset, parseScopes, PRESETS, unknownScopes } from "../twitch/scopes.ts";
import { ask, type CommandParts, printJson } from "./command.ts";
import type { Operations } from "./operations.ts";
import { withOperations } from "./reach.ts";
import { reclaimedId } from "./reclaimed_id.ts";
import type { ConnectedJson, HeldJson, WishJson } from "./sign_in_operations.ts";

/** The options of `login`. */
export interface LoginOptions {
  readonly device?: true;
  readonly paste?: true;
  readonly for?: string;
  readonly reclaim?: string;
  readonly preset?: string;
  readonly scopes?: string;
  readonly label: string;
  readonly json?: true;
}

const LOOK_AGAIN = SECOND;

/** Signs in to Twitch, by the running server or beside none. Throws `AppError`. */
export async function login(parts: CommandParts, options: LoginOptions): Promise<void> {
  if (options.device && options.paste) {
    throw new AppError("usage", "Cannot sign in: --device and --paste were both given", {
      hint: "Give one of them",
    });
  }
  const { clientId = null } = parts.config.twitch;
  const { for: expected = null } = options;
  const chosen = scopesOf(options);
  const strange = unknownScopes(chosen ?? []);
  if (strange.length > 0) {
    parts.terminal.complain(`Not known here, asked for all the same: ${strange.join(" ")}`);
  }
  const reclaim = await reclaimedId(parts, options.reclaim);
  await withOperations(parts, async (operations) => {
    const had = expected === null ? undefined : (await operations.showAccount({ alias: expected })).scopes;
    const scopes = chosen ?? had ?? PRESETS["companion-3"];
    const wish: WishJson = { scopes, label: options.label.trim(), clientId, expected, reclaim };
    const ended = options.paste
      ? await byPaste(parts, operations, wish, options)
      : await byDevice(parts, operations, wish, options);
    const connected = "held" in ended ? await decide(parts, operations, ended) : ended;
    report(parts, connected, options);
  });
}

/** Undefined where nothing was chosen. */
function scopesOf({ scopes, preset }: LoginOptions): readonly string[] | undefined {
  if (scopes !== undefined) return parseScopes(scopes);
  const names = preset?.split(",").map((name) => name.trim());
  return names && [...new Set(names.flatMap(presetScopes))];
}

function presetScopes(name: string): readonly string[] {
  if (isPreset(name)) return PRESETS[name];
  throw new AppError("usage", `Cannot sign in: there is no preset ${JSON.stringify(name)}`, {
    hint: `Use --preset ${Object.keys(PRESETS).join(" or ")}, or --scopes "chat:read chat:edit"`,
  });
}

async function byPaste(
  { terminal }: CommandParts,
  operations: Operations,
  wish: WishJson,
  { json }: LoginOptions,
): Promise<ConnectedJson | HeldJson> {
  const { authorizeUrl, redirectUri, state } = await operations.beginLogin(wish);
  if (json) printJson(terminal, { authorizeUrl, redirectUri, state });
  else {
    terminal.print(
      `1. Open this address in a browser, sign in as the account that Companion shall use, and click Authorize:\n\n${authorizeUrl}\n\n` +
        `2. The browser then ends on an address that begins with ${redirectUri}.\n` +
        "   It may say that the page cannot be reached: that is all right.\n" +
        "3. Copy that whole address, paste it here and press Enter:",
    );
  }
  while (true) {
    const pasted = await terminal.readLine();
    try {
      return await operations.finishLogin({ pasted: pasted ?? "", state });
    } catch (error) {
      // Somebody who sits there may open the link and paste again, as long as the attempt is open.
      const again = error instanceof AppError && error.code !== "stale_attempt";
      if (!again || !terminal.isTerminal || pasted === undefined) throw error;
      terminal.complain(`${error.message}\n${error.hint}\nPaste again:`);
    }
  }
}

async function byDevice(
  { terminal, clock }: CommandParts,
  operations: Operations,
  wish: WishJson,
  { json }: LoginOptions,
): Promise<ConnectedJson | HeldJson> {
  const { attempt, userCode, verificationUri, expiresIn } = await operations.beginDevice(wish);
  if (json) printJson(terminal, { userCode, verificationUri, expiresIn });
  else {
    if (terminal.isTerminal) terminal.print(renderUnicodeCompact(verificationUri));
    terminal.print(
      `Open ${verificationUri}\nin any browser or on a phone, sign in as the account that Companion shall use,\n` +
        `and check that the code is ${userCode}. It is good for ${
          Math.round(expiresIn / 60)
        } minutes. Waiting …`,
    );
  }
  while (true) {
    await clock.sleep(LOOK_AGAIN);
    const connected = await operations.deviceResult({ attempt });
    if (connected !== null) return connected;
  }
}

/** Another user than expected is taken only on a person's word. Throws `AppError` `refused` without it. */
async function decide(
  { terminal }: CommandParts,
  operations: Operations,
  { held, login, expected, known }: HeldJson,
): Promise<ConnectedJson> {
  const refusal = `Cannot sign in ${expected ?? "this account"}: Twitch says that this is ${login}`;
  try {
    const what = known === null ? `Add ${login} as a new account?` : `Sign in ${known} again instead?`;
    const yes = terminal.isTerminal &&
      /^y(es)?$/i.test(await ask(terminal, `${refusal}.\n${what} (yes or no)`));
    if (yes) return await operations.keepHeld({ held });
  } catch (error) {
    await operations.discardHeld({ held }).catch(() => undefined);
    throw error;
  }
  const { revoked } = await operations.discardHeld({ held });
  throw new AppError("refused", refusal, {
    hint: (revoked ? "Its token was made void" : "Its token could not be made void and runs out by itself") +
      "; nothing was stored. Sign out at twitch.tv, or use another browser, and begin again",
  });
}

function report({ terminal }: CommandParts, connected: ConnectedJson, { json }: LoginOptions): void {
  const { id, alias, login, twitchId, scopes, expiresAt, known, missing, dropped, onDisk } = connected;
  if (!onDisk) {
    terminal.complain(
      "The disk did not take the login: it lives in the server's memory and is written as soon as that works",
    );
  }
  if (missing.length > 0) terminal.complain(`Twitch did not grant: ${missing.join(" ")}`);
  if (dropped.length > 0) {
    terminal.complain(`This login had before and has no more: ${dropped.join(" ")}`);
    terminal.complain("To have both, sign in with several presets at once: --preset companion-3,buttons");
  }
  if (json) return printJson(terminal, { id, alias, login, twitchId, scopes, expiresAt });
  const heading = known
    ? `${login} is signed in again; the id stays the same:`
    : `${login} is connected. Its id:`;
  terminal.print(
    `${heading}\n\n  ${id}\n\nEnter it in Companion; the name here is ${alias}. Treat the id like a password.`,
  );
}
