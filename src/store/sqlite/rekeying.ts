/**
 * Everything sealed that the database holds, and its change to another data key, as the vault asks for it
 * (`vault/slots.ts`). The statements see the bytes alone.
 */
import type { Sealed } from "../../core/account.ts";
import type { Binding } from "../../core/ports.ts";
import { settingBinding } from "../../core/sealed_settings.ts";
import { type SlotRecord, slotRow } from "./rows.ts";
import type { Statements } from "./statements.ts";

/** Which column of which row. */
export interface SealedPlaceRecord {
  readonly in: "accounts" | "ids" | "settings";
  readonly row: string;
}

/** Something sealed. */
export interface CiphertextRecord {
  readonly place: SealedPlaceRecord;
  readonly bound: Binding | undefined;
  readonly sealed: Sealed;
}

/** What is to be there instead. */
export interface RekeyingRecord {
  readonly from: readonly string[];
  readonly slots: readonly SlotRecord[];
  readonly resealed:
    | readonly { readonly place: SealedPlaceRecord; readonly was: Sealed; readonly sealed: Sealed }[]
    | undefined;
}

/** All of it. */
export function ciphertextsIn(run: Statements): CiphertextRecord[] {
  const grants = run.sealedGrants.all() as unknown as { key: string; generation: number; sealed: Sealed }[];
  const ids = run.sealedIds.all() as unknown as { digest: string; account: string; sealed: Sealed }[];
  const settings = run.sealedSettings.all() as unknown as { name: string; sealed: Sealed }[];
  return [
    ...grants.map(({ key, generation, sealed }): CiphertextRecord => ({
      place: { in: "accounts", row: key },
      bound: { owner: key, purpose: "grant", generation },
      sealed,
    })),
    ...ids.map(({ digest, account, sealed }): CiphertextRecord => ({
      place: { in: "ids", row: digest },
      bound: { owner: account, purpose: "id", generation: 0 },
      sealed,
    })),
    ...settings.map(({ name, sealed }): CiphertextRecord => ({
      place: { in: "settings", row: name },
      bound: settingBinding(name),
      sealed,
    })),
  ];
}

/** To be run in a transaction, which false must undo. */
export function rekey(run: Statements, { from, slots, resealed }: RekeyingRecord): boolean {
  const there = (run.slots.all() as unknown as { id: string }[]).map(({ id }) => id);
  if (there.length !== from.length || !from.every((id) => there.includes(id))) return false;
  const kept = slots.map(({ id }) => id);
  for (const id of from.filter((id) => !kept.includes(id))) run.removeSlot.run(id);
  for (const slot of slots.filter(({ id }) => !from.includes(id))) run.addSlot.run({ ...slotRow(slot) });
  if (resealed === undefined) return true;
  if (ciphertextsIn(run).length !== resealed.length) return false;
  const statements = { accounts: run.resealGrant, ids: run.resealId, settings: run.resealSetting };
  return resealed.every(({ place, was, sealed }) =>
    statements[place.in].run(sealed, place.row, was).changes === 1
  );
}
