/** `setup --link` and `setup --reset-password`: the way in for somebody who sits at the machine. */
import { renderUnicodeCompact } from "uqr";
import { AppError } from "../core/error.ts";
import { ask, type CommandParts } from "./command.ts";
import { type DoorJson, linkForPhone } from "./owner_operations.ts";
import { withOperations } from "./reach.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the setup link of the running server again, or where to sign in. Throws `AppError` `busy` if none runs. */
export async function showSetupLink(parts: CommandParts): Promise<void> {
  const { terminal } = parts;
  const door = await withOperations(parts, (operations) => operations.setupLink({}));
  if (door.links.length === 0) {
    throw new AppError("busy", "Cannot show a link: no server runs with this data directory", {
      hint: door.hasPassword
        ? "A password is set. Start the server and open its pages: companion-token-server serve"
        : "Start it, it prints the link: companion-token-server serve",
    });
  }
  terminal.print(door.hasPassword ? signInText(door) : setupText(door, terminal));
}

/** Removes the password when a person has agreed. Throws `AppError` `usage` if nobody can be asked, `refused`. */
export async function resetPassword(parts: CommandParts, agreed: boolean): Promise<void> {
  const { terminal } = parts;
  if (!agreed) await confirm(terminal);
  const door = await withOperations(parts, (operations) => operations.resetPassword({}));
  terminal.print("The password is removed, and every browser is signed out. No Twitch account is lost.");
  terminal.print(
    door.links.length > 0
      ? setupText(door, terminal)
      : "Next: companion-token-server serve prints a link with which you set a new one.",
  );
}

async function confirm(terminal: Terminal): Promise<void> {
  if (!terminal.isTerminal) {
    throw new AppError("usage", "Cannot remove the password: nobody can be asked whether that is meant", {
      hint: "Add --yes, or run it on a terminal",
    });
  }
  const answer = await ask(terminal, "Remove the password and sign out every browser? (yes or no)");
  if (/^y(es)?$/i.test(answer)) return;
  throw new AppError("refused", "Cannot remove the password: you did not agree", {
    hint: "Nothing was changed",
  });
}

/** The links with the setup code, and on a terminal a picture of one for a phone. */
export function setupText({ links }: DoorJson, { isTerminal }: Pick<Terminal, "isTerminal">): string {
  const phone = isTerminal ? linkForPhone(links) : undefined;
  return [
    "Set a password for the pages: open one of these in a browser (they work until a password is set)",
    ...links.map((link) => `  ${link}`),
    ...phone === undefined ? [] : [renderUnicodeCompact(phone)],
  ].join("\n");
}

function signInText({ links }: DoorJson): string {
  return ["A password is set. Sign in with it at one of these:", ...links.map((link) => `  ${link}`)].join(
    "\n",
  );
}
