import type { Deps } from "./ports.ts";
import { Secret } from "./secret.ts";

const NAME = "notice_addresses";
const BINDING = { owner: "server", purpose: "notice addresses", generation: 0 } as const;

/** The addresses for notices that the pages stored; none before the first. Throws `AppError` `locked` as the vault does. */
export async function loadNoticeAddresses(
  { store, vault }: Pick<Deps, "store" | "vault">,
): Promise<readonly Secret[]> {
  const sealed = await store.setting(NAME);
  if (sealed === undefined) return [];
  const text = await vault.open(sealed as Parameters<typeof vault.open>[0], BINDING);
  return (JSON.parse(text.reveal()) as string[]).map((address) => new Secret(address));
}

/** Stores the addresses, sealed, in place of those before: whoever knows one can write there. Throws `AppError` `disk`. */
export async function saveNoticeAddresses(
  { store, vault }: Pick<Deps, "store" | "vault">,
  addresses: readonly Secret[],
): Promise<void> {
  const text = new Secret(JSON.stringify(addresses.map((address) => address.reveal())));
  await store.saveSetting(NAME, addresses.length === 0 ? undefined : await vault.seal(text, BINDING));
}
