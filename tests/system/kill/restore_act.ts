/** A backup out of one data directory, and restoring it into another. */
import { dirname } from "node:path";
import { newId, sealId } from "../../../src/core/ids.ts";
import type { Login } from "../../../src/core/login.ts";
import type { BackupKey } from "../../../src/core/backup_keys.ts";
import { backupOperations, keyJson } from "../../../src/cli/backup_operations.ts";
import { makeKey, newMaking } from "../../../src/vault/backup_key.ts";
import { newRecoveryCode } from "../../../src/vault/recovery_code.ts";
import { type Orders, signIn, tell } from "./child.ts";
import type { Knife } from "./knife.ts";
import { openParts, type Parts } from "./parts.ts";

/** The name of the backup file beside the data directory. */
export const BACKUP_FILE = "logins.backup";

/** A backup and its key. */
export interface Backup {
  readonly text: string;
  readonly key: BackupKey;
}

/**
 * Two users sign in elsewhere, and a backup is written. The first was refreshed before and has got a second id; for
 * `restore over` the data directory is a copy from before that. If told to, the first machine refreshes once more.
 */
export async function prepareBackup(orders: Orders, knife: Knife): Promise<Backup> {
  const directory = dirname(orders.dataDir);
  const first = { ...orders, dataDir: `${directory}/first` };
  {
    await using parts = await openParts(first, knife);
    await signIn(parts, orders);
    await signIn(parts, orders);
  }
  if (orders.act === "restore over") {
    for (const to of [orders.dataDir, `${directory}/before`]) await copyDirectory(first.dataDir, to);
  }
  await using parts = await openParts(first, knife);
  const [login] = parts.roster.all();
  if (login === undefined) throw new Error("nobody has signed in");
  await parts.refresh(login);
  await giveSecondId(parts, login);
  const code = newRecoveryCode();
  const key = await makeKey("recovery_code", newMaking("recovery_code"), code);
  const { text } = await backupOperations(parts, false).makeBackup({
    fresh: [keyJson(key)],
    use: ["recovery_code"],
  });
  await Deno.writeTextFile(`${directory}/${BACKUP_FILE}`, text);
  if (orders.spent) await parts.refresh(login);
  const ids = parts.roster.all().flatMap((login) => parts.roster.ids.of(login).map(({ id }) => id.reveal()));
  tell({ kind: "backup", code: code.reveal(), ids });
  return { text, key };
}

async function giveSecondId({ roster, deps }: Parts, login: Login): Promise<void> {
  const id = newId();
  await roster.addId(login, { id, stored: await sealId(deps.vault, id, login.account, deps.clock.now()) });
}

async function copyDirectory(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { mode: 0o700 });
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
}

/** What the command does once it has the lock. */
export async function restoreFrom(parts: Parts, { text, key }: Backup): Promise<void> {
  await backupOperations(parts, false).restoreBackup({ text, key: keyJson(key) });
}
