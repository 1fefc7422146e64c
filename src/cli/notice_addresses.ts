/** The notifier of a running server, whose addresses a person can change. */
import { AppError } from "../core/error.ts";
import { loadNoticeAddresses, saveNoticeAddresses } from "../core/notice_setting.ts";
import type { Deps, Notifier } from "../core/ports.ts";
import type { Secret } from "../core/secret.ts";
import { createNotifier, type NetworkNotifier, type NotifierParts } from "../notice/notifier.ts";
import type { Masks } from "./masks.ts";

/** Addresses that can be changed. Dispose of it to stop. */
export interface NoticeAddresses extends NetworkNotifier {
  /** Flag or environment name them: then they cannot be changed here. */
  readonly fixed: boolean;
  addresses(): readonly Secret[];
  /** Uses what is stored, once it can be opened. */
  unlocked(): Promise<void>;
  /** Stores them and uses them from now on; what is on its way ends as `stopped`. Throws `AppError` `disk`, `locked`. */
  replace(addresses: readonly Secret[]): Promise<void>;
}

/** Those of flag or environment; without any, those that the pages stored. */
export async function openNoticeAddresses(
  deps: Pick<Deps, "store" | "vault" | "clock" | "log">,
  given: readonly Secret[],
  masks: Masks,
  fetching: Pick<NotifierParts, "fetch"> = {},
): Promise<NoticeAddresses> {
  const { vault, clock, log } = deps;
  const fixed = given.length > 0;
  let addresses = fixed || vault.locked !== undefined ? given : await stored(deps);
  const start = (): NetworkNotifier => {
    for (const address of addresses) masks.add(address);
    return createNotifier(addresses, { clock, log, ...fetching });
  };
  let notifier = start();
  const use = (next: readonly Secret[]): void => {
    const before = notifier;
    addresses = next;
    notifier = start();
    before[Symbol.dispose]();
  };
  const send: Notifier["send"] = (notice) => notifier.send(notice);
  return {
    fixed,
    addresses: () => addresses,
    get hosts() {
      return notifier.hosts;
    },
    get testedAt() {
      return notifier.testedAt;
    },
    send,
    test: (notice) => notifier.test(notice),
    async unlocked() {
      if (!fixed) use(await stored(deps));
    },
    async replace(next) {
      await saveNoticeAddresses(deps, next);
      use(next);
      log.info("addresses for notices changed", { hosts: notifier.hosts.join(", ") || undefined });
    },
    [Symbol.dispose]: () => notifier[Symbol.dispose](),
  };
}

/** Addresses that cannot be opened keep no server from starting. */
async function stored(deps: Pick<Deps, "store" | "vault" | "log">): Promise<readonly Secret[]> {
  try {
    return await loadNoticeAddresses(deps);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.warn("the addresses for notices cannot be opened", { error: error.message });
    return [];
  }
}
