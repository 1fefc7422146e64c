import type { Grant } from "../core/account.ts";
import type { Binding, Vault } from "../core/ports.ts";
import type { Secret } from "../core/secret.ts";
import type { Masks } from "./masks.ts";

type Tokens = readonly [access: Secret, refresh: Secret];

/**
 * A vault that tells `masks` of every secret that passes through it, so that no log line can hold one. Per account the
 * newest grant counts and the one before it, for its access token may still live.
 */
export function maskingVault(vault: Vault, masks: Masks): Vault {
  const grants = new Map<string, readonly Tokens[]>();
  const others = new Map<string, Secret>();
  const noteGrant = (account: string, grant: Grant): void => {
    const known = grants.get(account) ?? [];
    if (known.some(([access]) => access.reveal() === grant.access.reveal())) return;
    const tokens: Tokens = [grant.access, grant.refresh];
    for (const secret of tokens) masks.add(secret);
    const kept = [...known, tokens];
    for (const secret of kept.length > 2 ? kept.shift() ?? [] : []) masks.remove(secret);
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
