import type { Time } from "../core/account.ts";
import type { BackupKey } from "../core/backup_keys.ts";
import { type KeyAtHand, openerOf } from "./at_hand.ts";
import { isUnattended, type KeySlot } from "./slots.ts";

/** A slot as people see it. */
export interface SlotView {
  readonly kind: string;
  readonly createdAt: Time;
  /** Whether a key at hand opens it; undefined where a person must type something. */
  readonly opens: boolean | undefined;
  /** How the key is made of what is typed; empty where nothing is. */
  readonly making: BackupKey["making"];
}

/** Beside the keys that are at hand. */
export async function viewOf(slot: KeySlot, keys: readonly KeyAtHand[]): Promise<SlotView> {
  const { kind, createdAt, parameters } = slot;
  const opens = isUnattended(kind) ? await openerOf([slot], keys) !== undefined : undefined;
  return { kind, createdAt, opens, making: parameters as BackupKey["making"] };
}
