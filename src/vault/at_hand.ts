/** The keys that are there with nobody typing anything: the key file, one that waits to take its place, a credential. */
import type { Bytes, CipherKey, Refusal } from "./envelope.ts";
import type { KeyFile } from "./key.ts";
import { DISK_KEY_FILES, type KeyFiles, nextPath } from "./key_files.ts";
import { isUnattended, type KeySlot, unwrapDataKey } from "./slots.ts";

/** Where keys may lie. */
export interface KeyPlace {
  readonly keyFile: string;
  /** The systemd credential, where the program is given one. */
  readonly credential?: string | undefined;
  /** Default: those of the disk. */
  readonly files?: KeyFiles | undefined;
}

/** One of them. */
export interface KeyAtHand {
  readonly path: string;
  readonly key: CipherKey;
  readonly note: string | undefined;
}

/** What a look at all places has found. */
export interface AtHand {
  /** The key file, whatever its state. */
  readonly file: KeyFile;
  readonly keys: readonly KeyAtHand[];
}

/** A slot that was opened. The caller clears `dataKey`. */
export interface OpenedSlot {
  readonly by: KeyAtHand;
  readonly dataKey: Bytes;
}

/** Reads whatever is there; never throws for what is not. */
export async function lookAtHand(place: KeyPlace): Promise<AtHand> {
  const { keyFile, credential, files = DISK_KEY_FILES } = place;
  const paths = [keyFile, nextPath(keyFile), ...credential === undefined ? [] : [credential]];
  const found = await Promise.all(
    paths.map(async (path) => ({ path, file: await files.read(path) })),
  );
  const keys = found.flatMap(({ path, file }) =>
    file.kind === "read" ? [{ path, key: file.key, note: file.note }] : []
  );
  return { file: found[0]?.file ?? { kind: "missing" }, keys };
}

/** The slot with the first of these keys that opens it, or why none does; a typed key's slot is opened by none. */
export async function openSlot(slot: KeySlot, keys: readonly KeyAtHand[]): Promise<OpenedSlot | Refusal> {
  const refusals: Refusal[] = [];
  for (const by of isUnattended(slot.kind) ? keys : []) {
    const dataKey = await unwrapDataKey(by.key, slot);
    if (typeof dataKey !== "string") return { by, dataKey };
    refusals.push(dataKey);
  }
  return refusals.find((one) => one !== "other_key") ?? "other_key";
}

/** The path of the key that opens one of the slots; undefined if none does. */
export async function openerOf(
  slots: readonly KeySlot[],
  keys: readonly KeyAtHand[],
): Promise<string | undefined> {
  for (const slot of slots) {
    const opened = await openSlot(slot, keys);
    if (typeof opened === "string") continue;
    opened.dataKey.fill(0);
    return opened.by.path;
  }
  return undefined;
}

/**
 * Ends a change of the key file that was cut off: a new one that opens the slot takes its place, one that opens nothing
 * goes. Where neither opens the slot both are left alone.
 */
export async function settleKeyFile(place: KeyPlace, slots: readonly KeySlot[]): Promise<void> {
  const { keyFile, files = DISK_KEY_FILES } = place;
  const next = nextPath(keyFile);
  await files.tidy(keyFile);
  await files.tidy(next);
  const { keys } = await lookAtHand(place);
  if (keys.every(({ path }) => path !== next)) return;
  const ofFile = slots.filter(({ kind }) => kind === "file");
  const opener = async (path: string): Promise<boolean> =>
    await openerOf(ofFile, keys.filter((key) => key.path === path)) !== undefined;
  if (await opener(next)) await files.replace(next, keyFile);
  else if (await opener(keyFile)) await files.remove(next);
}
