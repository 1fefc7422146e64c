import assert from "node:assert/strict";
import { type BackupAccount, type BackupContent, exportLogins } from "../../src/core/backup.ts";
import type { Login } from "../../src/core/login.ts";
import { type Restored, restoreLogins } from "../../src/core/restore.ts";
import { Secret } from "../../src/core/secret.ts";
import { OWL, signedIn, type World, world } from "./world.ts";

/** A value with the text of every secret in its place, so that two can be compared. */
export type Unwrapped<T> = T extends Secret ? string
  : T extends readonly (infer One)[] ? Unwrapped<One>[]
  : T extends object ? { -readonly [K in keyof T]: Unwrapped<T[K]> }
  : T;

/** Everything in `value`, secrets included, for a comparison. */
export function unwrapped<T>(value: T): Unwrapped<T> {
  if (value instanceof Secret) return value.reveal() as Unwrapped<T>;
  if (Array.isArray(value)) return value.map(unwrapped) as Unwrapped<T>;
  if (typeof value !== "object" || value === null) return value as Unwrapped<T>;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unwrapped(one)])) as Unwrapped<
    T
  >;
}

/** What a backup of this world holds. */
export async function backedUp(made: World): Promise<BackupContent> {
  return (await exportLogins(made.roster, made.roster.app, [])).content;
}

/** A backup of one signed-in owl, changed. */
export async function owlBackup(change: Partial<BackupAccount> = {}): Promise<BackupContent> {
  const made = await world();
  await signedIn(made, OWL, { generation: 5, label: "Backed up" });
  const content = await backedUp(made);
  return { ...content, accounts: content.accounts.map((account) => ({ ...account, ...change })) };
}

/** The plain ids of a login, oldest first. */
export function idsOf(made: World, login: Login): string[] {
  return made.roster.ids.of(login).map(({ id }) => id.reveal());
}

/** Restores a backup of one account. */
export async function onlyOne(made: World, content: BackupContent): Promise<Restored> {
  const restored = await restoreLogins(made.roster, content);
  const [one] = restored;
  assert.ok(restored.length === 1 && one !== undefined);
  return one;
}
