import type { Grant } from "../core/account.ts";
import type { Binding, Vault } from "../core/ports.ts";
import type { Secret } from "../core/secret.ts";
import type { Masks } from "./masks.ts";

/**
 * A vault that tells `masks` of every secret that passes through it, so that no log line can hold one. Per account the
 * newest grant counts and the one before it, for its access token may still live.
 */
export function maskingVault(vault: Vault, masks: Masks): Vault {
  const grants = new Map<string, readonly Grant[]>();
  const others = new Map<string, Secret>();
  const noteGrant = (account: string, grant: Grant): void => {
    const known = grants.get(account) ?? [];
    if (known.some((one) => one.access.reveal() === grant.access.reveal())) return;
    for (const secret of [grant.access, grant.refresh]) masks.add(secret);
    const kept = [...known, grant];
    const dropped = kept.length > 2 ? kept.shift() : undefined;
    if (dropped !== undefined) {
      for (const secret of [dropped.access, dropped.refresh]) {
        masks.remove(secret);
      }
    }
    grants.set(account, kept);
  };
  const noteText = (text: Secret, { purpose }: Binding): void => {
    // The one secret that the log tells: it works once, for whoever can read the log.
    if (others.has(text.reveal()) || purpose === "setup code") return;
    others.set(text.reveal(), text);
    masks.add(text);
  };
  return {
    get locked() {
      return vault.locked;
    },
    sealGrant(grant, account, generation) {
      noteGrant(account, grant);
      return vault.sealGrant(grant, account, generation);
    },
    async openGrant(sealed, account, generation) {
      const grant = await vault.openGrant(sealed, account, generation);
      noteGrant(account, grant);
      return grant;
    },
    seal(text, binding) {
      noteText(text, binding);
      return vault.seal(text, binding);
    },
    async open(sealed, binding) {
      const text = await vault.open(sealed, binding);
      noteText(text, binding);
      return text;
    },
  };
}
