import { Command } from "commander";
import { companionNotes, companionPage, companionTriggers } from "../core/companion_file.ts";
import { serverAddress } from "../core/companion_names.ts";
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { reasonOf } from "../vault/key.ts";
import type { CommandParts } from "./command.ts";
import type { Operations } from "./operations.ts";
import { secretLine } from "./passphrase.ts";
import { withOperations } from "./reach.ts";
import type { Terminal } from "./terminal.ts";

/** As they stand in the command line. */
export interface ExportOptions {
  readonly server: string;
  readonly out?: string;
  readonly triggers?: true;
  readonly twitchModule?: true;
  readonly passwordFile?: string;
}

/** Disk full, over quota, read-only or failing, in the words of every system that Deno runs on. */
const DISK = /no space left|not enough space|disk is full|quota|read-only file system|input\/output error/i;

/** `accounts export-companion`. */
export function exportCompanionCommand(partsOf: (command: Command) => CommandParts): Command {
  return new Command("export-companion")
    .description(
      "print an import file for Companion 3.5 to 5.x: ready Twitch buttons that need no Twitch module",
    )
    .argument("<alias>")
    .requiredOption("--server <URL>", "where Companion reaches this server, such as http://192.168.1.5:8948")
    .option("--out <FILE>", "write it to a file that only you can read, instead of standard output")
    .option("--triggers", "the trigger that keeps the state in a variable, instead of the page of buttons")
    .option("--password-file <FILE>", "the password of a protected account; - is standard input")
    .option("--twitch-module", "with a button that restarts your connection of the Twitch module")
    .action(async (alias: string, options: ExportOptions, command: Command) => {
      const parts = partsOf(command);
      // Said before the data directory is waited for.
      serverAddress(options.server);
      const { passwordFile: file } = options;
      const typed = file === undefined ? undefined : await secretLine(parts, { file, question: "" });
      await withOperations(
        parts,
        (operations) => exportCompanion(parts.terminal, operations, alias, options, typed),
      );
    });
}

/** Prints or writes the file, and says on standard error what must be known about it. */
export async function exportCompanion(
  terminal: Terminal,
  operations: Pick<Operations, "showAccount" | "passwordForFiles">,
  alias: string,
  { server, out, triggers, twitchModule }: ExportOptions,
  typed: Secret = new Secret(""),
): Promise<void> {
  const address = serverAddress(server);
  const { id, login, label, alias: name } = await operations.showAccount({ alias });
  if (id === null) {
    throw new AppError("locked", `Cannot make the file for Companion: the id of ${name} is not readable`, {
      hint: "Put the key file back",
    });
  }
  const { password } = await operations.passwordForFiles({ alias: name, typed: typed.reveal() });
  const buttons = {
    alias: name,
    login,
    label,
    id: new Secret(id),
    server: address,
    password: password === null ? undefined : new Secret(password),
    twitchModule: twitchModule === true,
  };
  const text = triggers ? companionTriggers(buttons) : companionPage(buttons);
  if (out === undefined) terminal.print(text.reveal());
  else await writePrivately(out, text);
  if (out !== undefined) terminal.complain(`Written to ${out}`);
  for (const note of companionNotes(triggers ? "triggers" : "page")) terminal.complain(note);
}

/** The whole file, for its owner alone, or none: what was there stays until the new one is on the disk. */
async function writePrivately(path: string, text: Secret): Promise<void> {
  const fresh = `${path}.${crypto.randomUUID()}.new`;
  try {
    await writeDurably(fresh, new TextEncoder().encode(`${text.reveal()}\n`));
    await Deno.rename(fresh, path);
  } catch (error) {
    await Deno.remove(fresh).catch(() => undefined);
    const reason = reasonOf(error);
    throw new AppError(DISK.test(reason) ? "disk" : "usage", `Cannot write ${path}: ${reason}`, {
      hint: "Give --out a file in a directory that exists and that you may write to",
      cause: error,
    });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  await file.sync();
}
