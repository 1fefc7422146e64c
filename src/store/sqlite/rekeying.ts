/** Ciphertext and slots in the database. The statements see the bytes alone. */
import {
  type CiphertextRecord,
  ciphertextsOf,
  namesAll,
  type RekeyingRecord,
  type SealedRows,
} from "../ciphertexts.ts";
import { slotRow } from "../rows.ts";
import type { Statements } from "./statements.ts";

/** All of it. */
export function ciphertextsIn(run: Statements): CiphertextRecord[] {
  return ciphertextsOf({
    grants: run.sealedGrants.all() as unknown as SealedRows["grants"],
    ids: run.sealedIds.all() as unknown as SealedRows["ids"],
    settings: run.sealedSettings.all() as unknown as SealedRows["settings"],
  });
}

/** To be run in a transaction, which false must undo. */
export function rekey(run: Statements, { from, slots, resealed }: RekeyingRecord): boolean {
  const there = (run.slots.all() as unknown as { id: string }[]).map(({ id }) => id);
  if (!namesAll(from, there)) return false;
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
