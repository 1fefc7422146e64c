import type { BackupKey, BackupKeyKind } from "../core/backup_keys.ts";
import type { Secret } from "../core/secret.ts";
import { makeKey, newMaking } from "../vault/backup_key.ts";
import { newRecoveryCode } from "../vault/recovery_code.ts";
import { checkTarget, writeWhole } from "./backup_files.ts";
import { type BackupJson, keyJson } from "./backup_operations.ts";
import { type CommandParts, printJson } from "./command.ts";
import type { Operations } from "./operations.ts";
import { checkLength, secretLine } from "./passphrase.ts";
import { showProgress } from "./progress.ts";
import { withOperations } from "./reach.ts";

/** The options of `backup`. */
export interface BackupOptions {
  readonly passphraseFile?: string;
  readonly recoveryCode?: true;
  readonly newRecoveryCode?: true;
  readonly force?: true;
  readonly json?: true;
}

/** Writes everything to one sealed file, by the running server or beside none. Throws `AppError`. */
export async function backup(parts: CommandParts, file: string, options: BackupOptions): Promise<void> {
  const byCode = options.recoveryCode === true || options.newRecoveryCode === true;
  const byPassphrase = !byCode || options.passphraseFile !== undefined;
  const use: readonly BackupKeyKind[] = [
    ...byPassphrase ? ["passphrase" as const] : [],
    ...byCode ? ["recovery_code" as const] : [],
  ];
  await checkTarget(file, options.force === true);
  const fresh = byPassphrase ? [await passphraseKey(parts, options)] : [];
  await withOperations(parts, async (operations) => {
    const code = byCode ? await freshCode(operations, options) : undefined;
    if (code !== undefined) fresh.push(await makeKey("recovery_code", newMaking("recovery_code"), code));
    const made = await operations.makeBackup({ fresh: fresh.map(keyJson), use });
    // Before the file: the server has taken the code, and nobody can be shown it again.
    if (code !== undefined) showCode(parts, code, options);
    await checkTarget(file, options.force === true);
    await writeWhole(file, made.text);
    report(parts, file, made, options);
  });
}

async function passphraseKey(parts: CommandParts, { passphraseFile }: BackupOptions): Promise<BackupKey> {
  const passphrase = await secretLine(parts, {
    file: passphraseFile,
    question: "Passphrase for the backup (it is not shown while you type):",
    again: "The same passphrase once more:",
  });
  checkLength(passphrase);
  using _progress = showProgress("Making the key from the passphrase");
  return await makeKey("passphrase", newMaking("passphrase"), passphrase);
}

/** A new recovery code, unless there is one and no new one was asked for. */
async function freshCode(operations: Operations, options: BackupOptions): Promise<Secret | undefined> {
  const known = await operations.backupKeys({});
  const isSet = known.some(({ kind }) => kind === "recovery_code");
  return isSet && options.newRecoveryCode !== true ? undefined : newRecoveryCode();
}

function showCode({ terminal }: CommandParts, code: Secret, { json }: BackupOptions): void {
  terminal.complain(
    "This is the recovery code. It opens this backup and those to come, and it is shown this one time:\n" +
      "write it down and keep it away from this machine.",
  );
  if (json) printJson(terminal, { recoveryCode: code.reveal() });
  else terminal.print(code.reveal());
}

function report({ terminal }: CommandParts, file: string, made: BackupJson, { json }: BackupOptions): void {
  const { accounts, createdAt, left, kept } = made;
  if (left.length > 0) {
    terminal.complain(`Not in the backup, for the key does not open them: ${left.join(" ")}`);
  }
  if (!kept) {
    terminal.complain("The disk is full: backups that are made by themselves go on as before");
  }
  if (json) return printJson(terminal, { file, accounts, createdAt });
  terminal.print(
    `Wrote ${file} with ${accounts} ${accounts === 1 ? "account" : "accounts"}. ` +
      "Keep it on another machine; companion-token-server restore brings it back.",
  );
}
