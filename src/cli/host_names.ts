import type { Store } from "../core/ports.ts";
import type { Config } from "./config.ts";

const SETTING = "allowed_hosts";

/** The further names under which the pages may be addressed: those of the settings and those that a person allowed. */
export interface HostNames {
  all(): readonly string[];
  /** Those that a person allowed. */
  stored(): readonly string[];
  /** Reads again what another process may have written. Throws `AppError` `store_away`. */
  follow(): Promise<void>;
  /** From now on and after every restart. */
  allow(name: string): Promise<void>;
  /** Takes back what a person allowed. */
  remove(name: string): Promise<void>;
}

/** Reads the allowed names; they stand in clear, for a host name is no secret. */
export async function openHostNames(
  store: Store,
  config: Pick<Config, "allowedHosts">,
): Promise<HostNames> {
  let names: readonly string[] = namesIn(await store.setting(SETTING));
  /** Other processes may allow and remove names too. */
  const change = async (next: (names: readonly string[]) => readonly string[]): Promise<void> => {
    while (true) {
      const before = await store.setting(SETTING);
      const changed = next(namesIn(before));
      const bytes = new TextEncoder().encode(JSON.stringify(changed));
      if (!await store.replaceSetting(SETTING, before, bytes)) continue;
      names = changed;
      return;
    }
  };
  return {
    all: () => [...config.allowedHosts, ...names],
    stored: () => names,
    async follow() {
      names = namesIn(await store.setting(SETTING));
    },
    async allow(name) {
      names = [...new Set([...names, name])];
      await change((stored) => [...new Set([...stored, name])]);
    },
    remove: (name) => change((stored) => stored.filter((one) => one !== name)),
  };
}

function namesIn(stored: Uint8Array | undefined): readonly string[] {
  return stored === undefined ? [] : JSON.parse(new TextDecoder().decode(stored));
}
