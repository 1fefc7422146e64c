import type { BackupKey } from "../core/backup_keys.ts";
import { AppError } from "../core/error.ts";
import type { Secret } from "../core/secret.ts";
import type { BackupFile, BackupSlot } from "../vault/backup_file.ts";
import { makeKey } from "../vault/backup_key.ts";
import { readRecoveryCode } from "../vault/recovery_code.ts";

/**
 * The slot of a backup that what was typed is for. Of two, the code's if it can be one: its check digit knows. Throws
 * `AppError` `database_newer` if no slot is of a kind that is known here.
 */
export function slotFor({ header: { slots } }: BackupFile, typed: Secret): BackupSlot {
  const isCode = typeof readRecoveryCode(typed) !== "string";
  const fitting = slots.find(({ kind }) => (kind === "recovery_code") === isCode) ?? slots[0];
  if (fitting !== undefined) return fitting;
  throw new AppError(
    "database_newer",
    "Cannot open the backup: it is sealed in a way that is not known here",
    {
      hint: "Install the newest version of this program",
    },
  );
}

/** The key of that slot; of a passphrase it takes a second or a few. Throws `AppError` as `makeKey` does. */
export function keyFor({ kind, making }: BackupSlot, typed: Secret): Promise<BackupKey> {
  return makeKey(kind, making, typed);
}
