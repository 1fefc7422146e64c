import type { Account, JournalEntry, Sealed, SealedGrant, StoredId } from "../../src/core/account.ts";

/** An account as a sign-in makes it, with bytes for a grant that no vault has sealed. */
export function anAccount(changes: Partial<Account> = {}): Account {
  return {
    key: "key-1",
    alias: "nightowl",
    twitchId: "12345",
    login: "nightowl",
    label: "",
    clientId: "app-1",
    scopes: ["chat:edit", "clips:edit"],
    grant: Uint8Array.of(1, 2, 3, 0, 255) as SealedGrant,
    generation: 1,
    issuedAt: 1_700_000_000_000,
    expiresAt: 1_700_000_014_400,
    lastRefresh: undefined,
    health: { state: "connected" },
    refusals: undefined,
    sends: [],
    createdAt: 1_700_000_000_000,
    relay: true,
    passwordDigest: undefined,
    revision: 1,
    ...changes,
  };
}

/** An id of `anAccount()`. */
export function anId(changes: Partial<StoredId> = {}): StoredId {
  const sealed = Uint8Array.of(9, 8, 7) as Sealed;
  return {
    digest: "d1".repeat(32),
    account: "key-1",
    sealed,
    createdAt: 1_700_000_000_000,
    endsAt: undefined,
    ...changes,
  };
}

/** The journal entry of a refresh of `anAccount()`. */
export function anEntry(changes: Partial<JournalEntry> = {}): JournalEntry {
  return { account: "key-1", generation: 1, digest: "ab".repeat(32), at: 1_700_000_100_000, ...changes };
}
