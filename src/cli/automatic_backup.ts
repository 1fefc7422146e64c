import { DAY, type Time } from "../core/account.ts";
import { keysInUse, loadBackupKeys } from "../core/backup_keys.ts";
import { backupAt } from "../core/backup_schedule.ts";
import { AppError } from "../core/error.ts";
import { addBackup, backupsIn, type FoundBackup } from "./backup_files.ts";
import { bugFields, errorFields } from "./log.ts";
import type { Program } from "./program.ts";
import { sealedBackup } from "./sealed_backup.ts";

/**
 * Backups without anybody there: after every sign-in and daily, into one directory. Nothing waits for them and nothing
 * that goes wrong with them reaches beyond the log.
 */
export class AutomaticBackup implements AsyncDisposable {
  readonly #program: Program;
  readonly #directory: string;
  /** What lies there; undefined until it was looked at. */
  #found: readonly FoundBackup[] | undefined;
  #failedAt: Time | undefined;
  #warnedAt: Time | undefined;
  #running: Promise<void> | undefined;

  constructor(program: Program, directory: string) {
    this.#program = program;
    this.#directory = directory;
  }

  /** When the backups that lie there were made; undefined until it was looked at, none if that fails. */
  get made(): readonly Time[] | undefined {
    return this.#found?.map(({ at }) => at) ?? (this.#failedAt === undefined ? undefined : []);
  }

  /** Makes a backup in the background if one is due. Never throws. */
  look(): void {
    if (this.#running !== undefined || this.#program.deps.vault.locked !== undefined) return;
    this.#running = this.#work().finally(() => {
      this.#running = undefined;
    });
  }

  /** Waits for the backup that is being made. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running;
  }

  async #work(): Promise<void> {
    const { clock, log } = this.#program.deps;
    const now = clock.now();
    try {
      await this.#makeIfDue(now);
    } catch (error) {
      this.#failedAt = now;
      this.#found = undefined;
      const fields = error instanceof AppError ? errorFields(error) : bugFields(error);
      log.error("backup failed", { directory: this.#directory, ...fields });
    }
  }

  async #makeIfDue(now: Time): Promise<void> {
    const { deps, roster } = this.#program;
    this.#found ??= await backupsIn(this.#directory);
    const accounts = roster.all().map(({ account }) => account);
    const made = this.#found.map(({ at }) => at);
    const due = backupAt({ accounts, made, failedAt: this.#failedAt }, now);
    if (due === undefined || due > now) return;
    const keys = keysInUse(await loadBackupKeys(deps));
    if (keys.length === 0) return this.#warn(now);
    const { text, content, left } = await sealedBackup(this.#program, keys);
    this.#found = await addBackup(this.#directory, text, now);
    this.#failedAt = undefined;
    deps.log.info("backup written", {
      directory: this.#directory,
      accounts: content.accounts.length,
      left: left.length > 0 ? left.join(" ") : undefined,
    });
  }

  #warn(now: Time): void {
    if (this.#warnedAt !== undefined && now >= this.#warnedAt && now - this.#warnedAt < DAY) return;
    this.#warnedAt = now;
    this.#program.deps.log.warn("no backup is written: no passphrase and no recovery code was set", {
      do: "companion-token-server backup FILE",
    });
  }
}
