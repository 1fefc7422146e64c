/** Backups for people: made on the pages, and there to be downloaded for a while. Sealed, so memory may hold them. */
import { HOUR, type Time } from "../core/account.ts";
import type { BackupKey, BackupKeyKind } from "../core/backup_keys.ts";
import { loadBackupKeys } from "../core/backup_keys.ts";
import { randomSecret, type Secret } from "../core/secret.ts";
import type {
  BackupDeps,
  BackupDownload,
  BackupState,
  MadeBackup,
  RestoreReport,
} from "../http/settings_deps.ts";
import { readBackup } from "../vault/backup_file.ts";
import { makeKey, newMaking } from "../vault/backup_key.ts";
import { newRecoveryCode } from "../vault/recovery_code.ts";
import { backupName, backupsIn } from "./backup_files.ts";
import { type BackupJson, type BackupOperations, backupOperations, keyJson } from "./backup_operations.ts";
import { keyFor, slotFor } from "./backup_slot.ts";
import { checkLength } from "./passphrase.ts";
import type { Program } from "./program.ts";

const KEPT_FOR = HOUR;
const MOST_KEPT = 5;

/** The backups of the pages, by the operations of the commands `backup` and `restore`. */
export function backupsForPeople(program: Program): BackupDeps {
  const { deps, config } = program;
  const operations = backupOperations(program, true);
  const downloads = new Downloads(() => deps.clock.now());
  const make = async (fresh: readonly BackupKey[]): Promise<MadeBackup> => {
    const made = await makeWith(program, operations, fresh);
    deps.log.info("backup made for a person", { accounts: made.accounts });
    return { ref: downloads.add(made), accounts: made.accounts, left: made.left, kept: made.kept };
  };
  return {
    state: async () => ({
      keys: deps.vault.locked === undefined ? await knownKeys(program) : [],
      automatic: config.backupDir === undefined ? undefined : await folderState(config.backupDir),
    }),
    async byPassphrase(passphrase) {
      checkLength(passphrase);
      return await make([await makeKey("passphrase", newMaking("passphrase"), passphrase)]);
    },
    byKnownKeys: () => make([]),
    async byNewCode() {
      const code = newRecoveryCode();
      const made = await make([await makeKey("recovery_code", newMaking("recovery_code"), code)]);
      deps.log.info("recovery code made");
      return { ...made, code };
    },
    download: (ref) => downloads.get(ref),
    restore: (text, typed) => restore(operations, text, typed),
  };
}

/** Whatever opened earlier backups opens this one too. */
async function makeWith(
  { deps }: Program,
  operations: BackupOperations,
  fresh: readonly BackupKey[],
): Promise<BackupJson> {
  const { keys } = await loadBackupKeys(deps);
  const use = new Set<BackupKeyKind>([...keys, ...fresh].map(({ kind }) => kind));
  return await operations.makeBackup({ fresh: fresh.map(keyJson), use: [...use] });
}

async function knownKeys({ deps }: Program): Promise<BackupState["keys"]> {
  const { keys, inUse } = await loadBackupKeys(deps);
  return keys.map(({ kind, setAt }) => ({ kind, setAt, inUse: inUse.includes(kind) }));
}

async function folderState(folder: string): Promise<BackupState["automatic"]> {
  const times = (await backupsIn(folder).catch(() => [])).map(({ at }) => at);
  return { folder, count: times.length, newest: times.length === 0 ? undefined : Math.max(...times) };
}

async function restore(operations: BackupOperations, text: string, typed: Secret): Promise<RestoreReport> {
  const key = await keyFor(slotFor(readBackup(text), typed), typed);
  const { createdAt, accounts, app } = await operations.restoreBackup({ text, key: keyJson(key) });
  return {
    createdAt: Date.parse(createdAt),
    accounts: accounts.map(({ alias, outcome }) => ({ alias, outcome })),
    app,
  };
}

/** The last few, each for an hour, under names that nobody guesses. */
class Downloads {
  readonly #now: () => Time;
  readonly #made = new Map<string, BackupDownload & { readonly at: Time }>();

  constructor(now: () => Time) {
    this.#now = now;
  }

  add({ text, createdAt }: BackupJson): string {
    const ref = randomSecret().reveal();
    this.#made.set(ref, { name: backupName(Date.parse(createdAt)), text, at: this.#now() });
    const oldest = this.#made.keys().next().value;
    if (this.#made.size > MOST_KEPT && oldest !== undefined) this.#made.delete(oldest);
    return ref;
  }

  get(ref: string): BackupDownload | undefined {
    const made = this.#made.get(ref);
    if (made === undefined || this.#now() - made.at > KEPT_FOR) return undefined;
    return { name: made.name, text: made.text };
  }
}
