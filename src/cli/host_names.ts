import type { Store } from "../core/ports.ts";
import type { Config } from "./config.ts";

const SETTING = "allowed_hosts";

/** The further names under which the pages may be addressed: those of the settings and those that a person allowed. */
export interface HostNames {
  all(): readonly string[];
  /** Those that a person allowed. */
  stored(): readonly string[];
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
  const stored = await store.setting(SETTING);
  const names = new Set<string>(stored === undefined ? [] : JSON.parse(new TextDecoder().decode(stored)));
  const save = (next: ReadonlySet<string>): Promise<void> | void =>
    store.saveSetting(SETTING, new TextEncoder().encode(JSON.stringify([...next])));
  return {
    all: () => [...config.allowedHosts, ...names],
    stored: () => [...names],
    async allow(name) {
      names.add(name);
      await save(names);
    },
    async remove(name) {
      const rest = new Set(names);
      rest.delete(name);
      await save(rest);
      names.delete(name);
    },
  };
}
