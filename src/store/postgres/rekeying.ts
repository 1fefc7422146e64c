/** Ciphertext and slots in the database, and their change in one transaction. */
import type { CiphertextRecord, RekeyingRecord, ResealedRecord, SealedRows } from "../ciphertexts.ts";
import { ciphertextsOf, namesAll } from "../ciphertexts.ts";
import { hexOf } from "../hex.ts";
import { type SlotRecord, slotRow } from "../rows.ts";
import type { Connections, Session, Value } from "./connections.ts";
import { STATEMENTS } from "./statements.ts";

/** All of it; the three tables are read one after the other, so only a session that has locked them sees one moment. */
export async function ciphertextsIn(connections: Connections, session: Session): Promise<CiphertextRecord[]> {
  const [grants, ids, settings] = [
    await connections.send<SealedRows["grants"][number]>(session, STATEMENTS.sealedGrants),
    await connections.send<SealedRows["ids"][number]>(session, STATEMENTS.sealedIds),
    await connections.send<SealedRows["settings"][number]>(session, STATEMENTS.sealedSettings),
  ];
  return ciphertextsOf({ grants, ids, settings });
}

/** To be run in a transaction, which false must undo. From its first statement on nobody else writes anything sealed. */
export async function rekey(
  connections: Connections,
  session: Session,
  { head, from, slots, resealed }: RekeyingRecord,
): Promise<boolean> {
  await connections.send(session, STATEMENTS.lockSealed);
  if ((await connections.send(session, STATEMENTS.isRetired, [head])).length > 0) return false;
  const there = await connections.send<{ id: string }>(session, STATEMENTS.slots);
  if (!namesAll(from, there.map(({ id }) => id))) return false;
  const kept = slots.map(({ id }) => id);
  for (const id of from.filter((id) => !kept.includes(id))) {
    await connections.send(session, STATEMENTS.removeSlot, [id]);
  }
  for (const slot of slots.filter(({ id }) => !from.includes(id))) {
    await connections.send(session, STATEMENTS.addSlot, slotValues(slot));
  }
  if (resealed === undefined) return true;
  if ((await ciphertextsIn(connections, session)).length !== resealed.length) return false;
  const statements = {
    accounts: STATEMENTS.resealGrants,
    ids: STATEMENTS.resealIds,
    settings: STATEMENTS.resealSettings,
  };
  for (const [table, statement] of Object.entries(statements)) {
    const here = resealed.filter(({ place }) => place.in === table);
    const { count } = await connections.send(session, statement, [JSON.stringify(here.map(inHex))]);
    if (count !== here.length) return false;
  }
  await connections.send(session, STATEMENTS.retire, [head]);
  return true;
}

/** The slot as parameters. */
export function slotValues(slot: SlotRecord): Value[] {
  const { id, kind, wrapped, parameters, created_at } = slotRow(slot);
  return [id, kind, wrapped, parameters, created_at];
}

function inHex({ place, was, sealed }: ResealedRecord): Readonly<Record<string, string>> {
  return { place: place.row, was: hexOf(was), sealed: hexOf(sealed) };
}
