/** Another process on the same store may change the data key while this one is cut off from it, or stands still. */
import type { KeyPlace } from "./at_hand.ts";
import { headOf } from "./envelope.ts";
import { findDataKey } from "./open.ts";
import type { KeySlot, Slots } from "./slots.ts";
import type { KeyedVault, Lock } from "./vault.ts";

/** What has become of a vault whose data key was changed elsewhere. */
export type KeyNews = "reopened" | "locked";

/**
 * Where another process has changed the data key: opens the vault with what is at hand, or locks it. Asked again it tries
 * again, so that a key file that is put there counts. Undefined where nothing is new.
 */
export async function followKey(
  { slots, ...place }: KeyPlace & { readonly slots: Slots },
  vault: KeyedVault,
): Promise<KeyNews | undefined> {
  const { last, locked } = vault;
  if (last === undefined || !await slots.isRetired(headOf(last))) return undefined;
  const there = await slots.slots();
  const found = await findDataKey(there, place);
  if ("why" in found) {
    vault.lock(changedElsewhere(found, there));
    return locked === undefined ? "locked" : undefined;
  }
  vault.use(found.dataKey);
  return "reopened";
}

function changedElsewhere({ why, hint }: Lock, slots: readonly KeySlot[]): Lock {
  const hasFile = slots.some(({ kind }) => kind === "file");
  return {
    why: `another process has changed the key. ${why.charAt(0).toUpperCase()}${why.slice(1)}`,
    hint: hasFile ? "copy the new key file there, and the logins open by themselves" : hint,
  };
}
