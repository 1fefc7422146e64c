import type { BackupKey } from "../core/backup_keys.ts";
import type { Secret } from "../core/secret.ts";
import { contentOf } from "../vault/backup_content.ts";
import { type BackupFile, type BackupSlot, openBackup, readBackup } from "../vault/backup_file.ts";
import { readBackupFile } from "./backup_files.ts";
import { keyFor, slotFor } from "./backup_slot.ts";
import { keyJson, type RestoreJson } from "./backup_operations.ts";
import { type CommandParts, printJson } from "./command.ts";
import { warnOfShow } from "./disturb.ts";
import { secretLine } from "./passphrase.ts";
import { showProgress } from "./progress.ts";
import { withOperations } from "./reach.ts";

/** The options of `restore`. */
export interface RestoreOptions {
  readonly passphraseFile?: string;
  readonly json?: true;
  /** Nobody is asked. */
  readonly yes?: true;
}

/**
 * Brings the logins of a backup back, by the running server or beside none. The file is opened here first: if that
 * fails nothing is made or changed, not even a data directory. Throws `AppError`.
 */
export async function restore(parts: CommandParts, path: string, options: RestoreOptions): Promise<void> {
  const text = await readBackupFile(path);
  const file = readBackup(text);
  const typed = await secretLine(parts, { file: options.passphraseFile, question: questionFor(file) });
  const slot = slotFor(file, typed);
  const key = await keyOf(slot, typed);
  contentOf(await openBackup(file, key));
  const restored = await withOperations(parts, async (operations) => {
    const what = "may put other logins in the place of those that are here";
    await warnOfShow(parts, operations, { what, yes: options.yes === true });
    return await operations.restoreBackup({ text, key: keyJson(key) });
  });
  report(parts, path, restored, options);
}

function questionFor({ header: { slots } }: BackupFile): string {
  const kinds = slots.map(({ kind }) => kind);
  const words = kinds.includes("passphrase")
    ? kinds.includes("recovery_code") ? "Passphrase or recovery code" : "Passphrase"
    : "Recovery code";
  return `${words} of the backup (it is not shown while you type):`;
}

async function keyOf(slot: BackupSlot, typed: Secret): Promise<BackupKey> {
  using _progress = slot.kind === "passphrase"
    ? showProgress("Making the key from the passphrase")
    : undefined;
  return await keyFor(slot, typed);
}

const OUTCOMES: Readonly<Record<RestoreJson["accounts"][number]["outcome"], string>> = {
  added: "restored",
  renewed: "restored: the backup is later than what was here",
  kept: "left as it is: what is here is as late or later",
  other_app: "left as it is: the backup's login belongs to another Twitch app",
};

function report(
  { terminal }: CommandParts,
  file: string,
  restored: RestoreJson,
  { json }: RestoreOptions,
): void {
  if (json) return printJson(terminal, { file, ...restored });
  const { accounts, app, createdAt } = restored;
  terminal.print(
    `The backup of ${createdAt} holds ${accounts.length === 0 ? "no account" : "these accounts"}:`,
  );
  for (const { alias, outcome, ids } of accounts) {
    const more = outcome === "kept" && ids > 0
      ? `, with ${ids} ${ids === 1 ? "id" : "ids"} of the backup`
      : "";
    terminal.print(`  ${alias}  ${OUTCOMES[outcome]}${more}`);
  }
  if (app === "stored") terminal.print("The Twitch app of the backup is set up.");
  if (app === "kept") terminal.print("The Twitch app that is set up here stays.");
  terminal.print("Companion needs no change but the address, if this is another machine.");
}
