/** Secrets that all processes on one store have in common, each in a sealed setting. */
import type { Sealed } from "./account.ts";
import { AppError } from "./error.ts";
import type { Binding, Deps } from "./ports.ts";
import { SEALED_SETTINGS } from "./sealed_settings.ts";
import type { Secret } from "./secret.ts";

type Purpose = "setup code" | "form secret";

/**
 * The secret, made by `make` for the first that asks. While the key is missing each process has its own. Throws
 * `AppError` `store_away`.
 */
export async function commonSecret(
  { store, vault }: Pick<Deps, "store" | "vault">,
  purpose: Purpose,
  make: () => Secret,
): Promise<Secret> {
  if (vault.locked !== undefined) return make();
  const [name, bound] = [SEALED_SETTINGS[purpose], { owner: "server", purpose, generation: 0 }];
  while (true) {
    const sealed = await store.setting(name);
    const known = sealed && await opened(vault, sealed as Sealed, bound);
    if (known !== undefined) return known;
    const fresh = make();
    if (await store.replaceSetting(name, sealed, await vault.seal(fresh, bound))) return fresh;
  }
}

/** Nothing that was made before is good any more. Throws `AppError` `store_away`. */
export async function endCommonSecret({ store }: Pick<Deps, "store">, purpose: Purpose): Promise<void> {
  await store.saveSetting(SEALED_SETTINGS[purpose], undefined);
}

/** Undefined for one that another key has sealed: nobody can use it. */
async function opened(vault: Deps["vault"], sealed: Sealed, bound: Binding): Promise<Secret | undefined> {
  try {
    return await vault.open(sealed, bound);
  } catch (error) {
    if (error instanceof AppError && error.code === "locked") return undefined;
    throw error;
  }
}
