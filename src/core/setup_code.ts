/**
 * The one-time code that proves that somebody has this machine: whoever reads its terminal or log may set the first
 * password. Ten characters of Crockford's alphabet (no I, L, O, U) are 50 bits.
 */
import type { Sealed } from "./account.ts";
import { AppError } from "./error.ts";
import type { Deps } from "./ports.ts";
import { digestOf, Secret } from "./secret.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;

/** A new code as it is shown: `K7QF-3MNP-X2`. */
export function newSetupCode(): Secret {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  const letters = Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
  return new Secret(letters.replace(/.{4}(?=.)/g, "$&-"));
}

/** Whether somebody has typed this code: case, blanks and dashes do not count, O is 0, I and L are 1. */
export async function isSetupCode(typed: Secret, code: Secret): Promise<boolean> {
  // Compared by digest: the time it takes says nothing about the code.
  return await digestOf(bare(typed)) === await digestOf(bare(code));
}

function bare(code: Secret): Secret {
  const letters = code.reveal().toUpperCase().replace(/[\s\p{Pd}_.]/gu, "");
  return new Secret(letters.replaceAll("O", "0").replace(/[IL]/g, "1"));
}

const NAME = "setup_code";
const BINDING = { owner: "server", purpose: "setup code", generation: 0 } as const;

type Sealing = Pick<Deps, "store" | "vault">;

/**
 * The code of all processes that share a store, made by the first that asks. While the key is missing each has its own.
 * Throws `AppError` `store_away`.
 */
export async function commonSetupCode({ store, vault }: Sealing): Promise<Secret> {
  if (vault.locked !== undefined) return newSetupCode();
  while (true) {
    const sealed = await store.setting(NAME);
    const known = sealed && await opened(vault, sealed as Sealed);
    if (known !== undefined) return known;
    const fresh = newSetupCode();
    if (await store.replaceSetting(NAME, sealed, await vault.seal(fresh, BINDING))) return fresh;
  }
}

/** No code that was made before is good any more. Throws `AppError` `store_away`. */
export async function endCommonSetupCode({ store }: Pick<Deps, "store">): Promise<void> {
  await store.saveSetting(NAME, undefined);
}

/** Undefined for one that another key has sealed: nobody can use it. */
async function opened(vault: Deps["vault"], sealed: Sealed): Promise<Secret | undefined> {
  try {
    return await vault.open(sealed, BINDING);
  } catch (error) {
    if (error instanceof AppError && error.code === "locked") return undefined;
    throw error;
  }
}
