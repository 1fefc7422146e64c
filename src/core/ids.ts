/**
 * Ids: the GUIDs in Companion's token server field. Who knows one gets the token, so an id is a secret: plain in
 * memory only, a digest and sealed text at rest.
 */
import type { Account, StoredId, Time } from "./account.ts";
import type { Vault } from "./ports.ts";
import { digestOf, Secret } from "./secret.ts";

const SHAPE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A new id. It has hyphens: module 3.0.3 and later take a text without one for a token. */
export function newId(): Secret {
  return new Secret(crypto.randomUUID());
}

/**
 * What somebody typed or Companion sent, as the id that was meant: blanks trimmed, case folded, braces and one stray
 * leading `?id=` taken off. Undefined if that is no id.
 */
export function readId(text: string): Secret | undefined {
  const bare = text.trim().replace(/^\?id=/i, "").replace(/^\{(.*)\}$/, "$1").trim().toLowerCase();
  return SHAPE.test(bare) ? new Secret(bare) : undefined;
}

/** The id as the store keeps it. */
export async function sealId(vault: Vault, id: Secret, account: Account, now: Time): Promise<StoredId> {
  return {
    digest: await digestOf(id),
    account: account.key,
    sealed: await vault.seal(id, { owner: account.key, purpose: "id", generation: 0 }),
    createdAt: now,
    endsAt: undefined,
  };
}

/** The plain id of a stored one; throws `AppError` `locked` as the vault does. */
export function openId(vault: Vault, stored: StoredId): Promise<Secret> {
  return vault.open(stored.sealed, { owner: stored.account, purpose: "id", generation: 0 });
}
