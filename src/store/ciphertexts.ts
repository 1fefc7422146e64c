/**
 * Everything sealed that a store holds, and its change to another data key, as the vault asks for it
 * (`vault/slots.ts`).
 */
import type { Sealed } from "../core/account.ts";
import type { Binding } from "../core/ports.ts";
import { settingBinding } from "../core/sealed_settings.ts";
import type { SlotRecord } from "./rows.ts";

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

/** One ciphertext in the place of another. */
export interface ResealedRecord {
  readonly place: SealedPlaceRecord;
  readonly was: Sealed;
  readonly sealed: Sealed;
}

/** What is to be there instead. */
export interface RekeyingRecord {
  readonly head: Uint8Array;
  readonly from: readonly string[];
  readonly slots: readonly SlotRecord[];
  readonly resealed: readonly ResealedRecord[] | undefined;
}

/** What the tables hold, each in its order. */
export interface SealedRows {
  readonly grants: readonly { readonly key: string; readonly generation: number; readonly sealed: Sealed }[];
  readonly ids: readonly { readonly digest: string; readonly account: string; readonly sealed: Sealed }[];
  readonly settings: readonly { readonly name: string; readonly sealed: Sealed }[];
}

/** All of it, with what each is tied to. */
export function ciphertextsOf({ grants, ids, settings }: SealedRows): CiphertextRecord[] {
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

/** Whether `from` names each of the slots that are there. */
export function namesAll(from: readonly string[], there: readonly string[]): boolean {
  return there.length === from.length && from.every((id) => there.includes(id));
}
