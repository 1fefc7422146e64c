import { type Exported, exportLogins } from "../core/backup.ts";
import type { BackupKey } from "../core/backup_keys.ts";
import { contentText } from "../vault/backup_content.ts";
import { sealBackup } from "../vault/backup_file.ts";
import type { Program } from "./program.ts";
import { PROGRAM } from "./version.ts";

/** A backup that can be written to a file as it is. */
export interface SealedBackup extends Exported {
  readonly text: string;
}

/** Everything that this program keeps, sealed so that each of `keys` opens it. Throws `AppError` `locked`. */
export async function sealedBackup(
  { roster, hostNames }: Pick<Program, "roster" | "hostNames">,
  keys: readonly BackupKey[],
): Promise<SealedBackup> {
  const exported = await exportLogins(roster, roster.app, hostNames.stored());
  const { createdAt } = exported.content;
  const text = await sealBackup(contentText(exported.content), { createdAt, program: PROGRAM }, keys);
  return { ...exported, text };
}
