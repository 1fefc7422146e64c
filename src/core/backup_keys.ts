import type { Time } from "./account.ts";
import type { Deps } from "./ports.ts";
import { Secret } from "./secret.ts";

/** What a person keeps to open a backup with. */
export type BackupKeyKind = "passphrase" | "recovery_code";

/**
 * A key that seals backups, made of what a person keeps. The passphrase or code itself is kept nowhere; from `making`
 * (how, with which salt) a restore makes the key again.
 */
export interface BackupKey {
  readonly kind: BackupKeyKind;
  readonly making: Readonly<Record<string, string | number>>;
  /** 32 bytes, base64. */
  readonly key: Secret;
}

/** The keys that were set, each the last of its kind. Those `inUse` seal the backups that are made without anybody there. */
export interface BackupKeys {
  readonly keys: readonly (BackupKey & { readonly setAt: Time })[];
  readonly inUse: readonly BackupKeyKind[];
}

const NAME = "backup_keys";
const BINDING = { owner: "server", purpose: "backup key", generation: 0 } as const;

/** The keys that were set; none before the first. Throws `AppError` `locked` as the vault does. */
export async function loadBackupKeys({ store, vault }: Pick<Deps, "store" | "vault">): Promise<BackupKeys> {
  const sealed = await store.setting(NAME);
  if (sealed === undefined) return { keys: [], inUse: [] };
  const text = await vault.open(sealed as Parameters<typeof vault.open>[0], BINDING);
  const stored = JSON.parse(text.reveal()) as StoredKeys;
  return { ...stored, keys: stored.keys.map((one) => ({ ...one, key: new Secret(one.key) })) };
}

/** Sets keys, each in place of an earlier one of its kind, and has them used for the backups to come. */
export async function setBackupKeys(
  deps: Pick<Deps, "store" | "vault" | "clock">,
  fresh: readonly BackupKey[],
  inUse: readonly BackupKeyKind[],
): Promise<BackupKeys> {
  const setAt = deps.clock.now();
  const before = await loadBackupKeys(deps);
  const kept = before.keys.filter(({ kind }) => fresh.every((one) => one.kind !== kind));
  const keys = [...kept, ...fresh.map((one) => ({ ...one, setAt }))];
  const stored: StoredKeys = { keys: keys.map((one) => ({ ...one, key: one.key.reveal() })), inUse };
  await deps.store.saveSetting(NAME, await deps.vault.seal(new Secret(JSON.stringify(stored)), BINDING));
  return { keys, inUse };
}

/** The keys that seal a backup which is made without anybody there. */
export function keysInUse({ keys, inUse }: BackupKeys): readonly BackupKey[] {
  return keys.filter(({ kind }) => inUse.includes(kind));
}

interface StoredKeys {
  readonly keys: readonly { kind: BackupKeyKind; making: BackupKey["making"]; key: string; setAt: Time }[];
  readonly inUse: readonly BackupKeyKind[];
}
