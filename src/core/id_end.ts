/** How ids end: at once, or at a time of their own. The minute's job sees to the latter, so a question never looks at it. */
import type { Duration, Time } from "./account.ts";
import type { Login } from "./login.ts";
import type { Roster } from "./roster.ts";

/** When an old id ends. */
export type IdEnd = "now" | { readonly after: Duration };

/** Ends these ids. One that was to end sooner than that still does. */
export async function endIds(roster: Roster, digests: readonly string[], end: IdEnd): Promise<void> {
  const { store, clock } = roster.deps;
  const now = clock.now();
  for (const digest of digests) {
    if (end === "now") {
      await roster.removeId(digest);
      continue;
    }
    const endsAt = Math.min(now + end.after, roster.ids.endOf(digest) ?? Infinity);
    await store.endId(digest, endsAt);
    roster.ids.end(digest, endsAt);
  }
}

/** All ids of a login but the newest are unknown from now on. */
export async function endOldIds(roster: Roster, login: Login): Promise<void> {
  await endIds(roster, roster.ids.digestsOf(login).slice(0, -1), "now");
  roster.deps.log.info("old ids ended", { account: login.account.alias });
}

/** Forgets the ids whose time is over. */
export async function dropEndedIds(roster: Roster): Promise<void> {
  const { store, clock, log } = roster.deps;
  for (const digest of roster.ids.endedBy(clock.now())) {
    const account = roster.ids.findDigest(digest)?.account.alias;
    roster.ids.remove(digest);
    try {
      await store.removeId(digest);
      log.info("an id has ended", { account });
    } catch (error) {
      // It is not found any more, and its row says that it is over to the next start.
      log.warn("an id that has ended stays on disk", { account, error: String(error) });
    }
  }
}

/** An earlier id of an account. */
export interface OldId {
  /** Undefined: it does not end. */
  readonly endsAt: Time | undefined;
}

/** The ids of a login that still work beside its newest. */
export function oldIdsOf(roster: Roster, login: Login): readonly OldId[] {
  return roster.ids.digestsOf(login).slice(0, -1).map((digest) => ({ endsAt: roster.ids.endOf(digest) }));
}
