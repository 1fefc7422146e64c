/** What `backup` and `restore` ask of the logins. The passphrase never comes here, only the key that was made of it. */
import type { BackupContent } from "../core/backup.ts";
import { type BackupKey, type BackupKeyKind, loadBackupKeys, setBackupKeys } from "../core/backup_keys.ts";
import { loadApp } from "../core/app_setting.ts";
import { AppError, storeRefuses } from "../core/error.ts";
import { restoreLogins, type RestoreOutcome } from "../core/restore.ts";
import { Secret } from "../core/secret.ts";
import { contentOf } from "../vault/backup_content.ts";
import { openBackup, readBackup } from "../vault/backup_file.ts";
import type { Program } from "./program.ts";
import { sealedBackup } from "./sealed_backup.ts";

/** A `BackupKey` on its way between command and server. */
export interface BackupKeyJson {
  readonly kind: BackupKeyKind;
  readonly making: BackupKey["making"];
  readonly key: string;
}

/** A backup, and what to say of it. */
export interface BackupJson {
  /** The file's text. */
  readonly text: string;
  readonly accounts: number;
  readonly createdAt: string;
  /** Accounts that are not in it because their grants cannot be opened. */
  readonly left: readonly string[];
  /** The fresh keys are kept for the backups to come; false if the disk has refused that. */
  readonly kept: boolean;
}

/** What a restore has done. */
export interface RestoreJson {
  readonly createdAt: string;
  readonly accounts: readonly {
    readonly alias: string;
    readonly login: string;
    readonly outcome: RestoreOutcome;
    readonly ids: number;
  }[];
  /** `kept`: an app was set up here already. `none`: the backup has none. */
  readonly app: "stored" | "kept" | "none";
}

export interface BackupOperations {
  /** Which keys were set, and when. */
  backupKeys(input: Record<never, never>): Promise<readonly { kind: BackupKeyKind; setAt: string }[]>;
  /** Seals everything under the fresh keys and those set before of the kinds in `use`; from now on these are in use. */
  makeBackup(
    input: { readonly fresh: readonly BackupKeyJson[]; readonly use: readonly BackupKeyKind[] },
  ): Promise<BackupJson>;
  restoreBackup(input: { readonly text: string; readonly key: BackupKeyJson }): Promise<RestoreJson>;
}

/** The key for the hand-over. */
export function keyJson({ kind, making, key }: BackupKey): BackupKeyJson {
  return { kind, making, key: key.reveal() };
}

/** The parts of the program that they work on. */
export type BackupParts = Pick<Program, "deps" | "roster" | "refresher" | "hostNames" | "storeApp">;

/** The operations on a program in this process; `lasts` as in `Host`. */
export function backupOperations(program: BackupParts, lasts: boolean): BackupOperations {
  const { deps } = program;
  return {
    async backupKeys() {
      const { keys } = await loadBackupKeys(deps);
      return keys.map(({ kind, setAt }) => ({ kind, setAt: new Date(setAt).toISOString() }));
    },
    async makeBackup({ fresh, use }) {
      const freshKeys = fresh.map(keyOf);
      const { keys } = await loadBackupKeys(deps);
      const all = use.map((kind) => [...freshKeys, ...keys].find((key) => key.kind === kind));
      const chosen = all.filter((key) => key !== undefined);
      if (chosen.length === 0 || chosen.length < all.length) throw noKey();
      const { text, content, left } = await sealedBackup(program, chosen);
      const kept = await keep(program, freshKeys, use);
      const createdAt = new Date(content.createdAt).toISOString();
      return { text, accounts: content.accounts.length, createdAt, left, kept };
    },
    async restoreBackup({ text, key }) {
      const content = contentOf(await openBackup(readBackup(text), keyOf(key)));
      const app = await restoreApp(program, content);
      const restored = await restoreLogins(program.roster, content);
      for (const name of content.allowedHosts) {
        if (!program.hostNames.stored().includes(name)) await program.hostNames.allow(name);
      }
      await useIfNone(program, keyOf(key));
      // A server shows at once whether they live; after a command the next start does.
      if (lasts) { for (const { login } of restored) void program.refresher.one(login, "job"); }
      return {
        createdAt: new Date(content.createdAt).toISOString(),
        accounts: restored.map(({ login: { account }, outcome, ids }) => ({
          alias: account.alias,
          login: account.login,
          outcome,
          ids,
        })),
        app,
      };
    },
  };
}

/** The key out of the hand-over. */
export function keyOf({ kind, making, key }: BackupKeyJson): BackupKey {
  return { kind, making, key: new Secret(key) };
}

function noKey(): AppError {
  return new AppError("usage", "Cannot make a backup: no passphrase and no recovery code was set", {
    hint: "Give a passphrase, or use --recovery-code",
  });
}

/** A full disk must not keep anybody from a backup that goes elsewhere. */
async function keep(
  { deps }: BackupParts,
  fresh: readonly BackupKey[],
  use: readonly BackupKeyKind[],
): Promise<boolean> {
  try {
    await setBackupKeys(deps, fresh, use);
    return true;
  } catch (error) {
    if (!storeRefuses(error)) throw error;
    deps.log.error("cannot keep the key of backups", { error: error.message });
    return false;
  }
}

/** The app that is stored here stays. */
async function restoreApp(program: BackupParts, { app }: BackupContent): Promise<RestoreJson["app"]> {
  if (app === undefined) return "none";
  if (await loadApp(program.deps) !== undefined) return "kept";
  await program.storeApp(app);
  return "stored";
}

/** Whoever has just typed it knows it: the new machine goes on making backups under it. */
async function useIfNone(program: BackupParts, key: BackupKey): Promise<void> {
  const { keys } = await loadBackupKeys(program.deps);
  if (keys.length === 0) await keep(program, [key], [key.kind]);
}
