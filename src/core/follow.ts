/**
 * Memory beside others: what another process has written to the shared store is taken over here, account by account.
 * Nothing that is read late undoes what was written here meanwhile (`takeNewRow`, `IdIndex.changes`).
 */
import { type AccountKey, SECOND, type Time } from "./account.ts";
import { AppError } from "./error.ts";
import { type Login, newLogin } from "./login.ts";
import { openAccess } from "./opening.ts";
import type { KeptAccount, Outline, Shared } from "./shared.ts";
import type { Roster } from "./roster.ts";
import { digestOf, type Secret } from "./secret.ts";
import { takeNewRow } from "./take_row.ts";

/** A question is answered after so long in any case. */
const LONGEST_WAIT = 6 * SECOND;
/** An id that is added here while the store is read is looked for again so often. */
const MOST_READS = 5;

/** Takes over an account as the store has it now, or forgets it. Throws `AppError` `store_away`. */
export async function followAccount(roster: Roster, shared: Shared, key: AccountKey): Promise<void> {
  for (let reads = 0; reads < MOST_READS; reads++) {
    const { changes } = roster.ids;
    const kept = await shared.kept(key);
    if (roster.ids.changes !== changes) continue;
    return await adopt(roster, key, kept);
  }
}

/**
 * The login of an id that another process may have given out a moment ago; undefined where this process is alone or the
 * store does not know the id either. Throws `AppError` `store_away`, also where it does not answer in the time that a
 * question may take: nobody is told that an id is wrong which may be right.
 */
export async function followId(roster: Roster, id: Secret): Promise<Login | undefined> {
  const { shared, clock } = roster.deps;
  if (shared === undefined) return undefined;
  const done = new AbortController();
  const late = clock.sleep(LONGEST_WAIT, done.signal).then(() => {
    throw new AppError("store_away", "Cannot look for the id: the database server does not answer in time");
  });
  // Also where nobody waits for it any more.
  late.catch(() => undefined);
  try {
    return await Promise.race([lookFor(roster, shared, id), late]);
  } finally {
    done.abort();
  }
}

async function lookFor(roster: Roster, shared: Shared, id: Secret): Promise<Login | undefined> {
  const key = await shared.accountOf(await digestOf(id));
  if (key === undefined) return undefined;
  await followAccount(roster, shared, key);
  return await roster.find(id);
}

/** Compares everything, and takes over what differs. Throws `AppError` `store_away`. */
export async function followAll(roster: Roster, shared: Shared): Promise<void> {
  const outline = await shared.outline();
  const keys = new Set<AccountKey>();
  for (const [key, revision] of outline.accounts) {
    if (roster.get(key)?.account.revision !== revision) keys.add(key);
  }
  for (const { account: { key } } of roster.all()) if (!outline.accounts.has(key)) keys.add(key);
  for (const digest of otherIds(roster, outline)) {
    const key = roster.ids.findDigest(digest)?.account.key ?? await shared.accountOf(digest);
    if (key !== undefined) keys.add(key);
  }
  for (const key of keys) await followAccount(roster, shared, key);
}

/** The ids that one side has and the other has not, or with another end. */
function otherIds({ ids, deps }: Roster, outline: Outline): readonly string[] {
  const now = deps.clock.now();
  const known = ids.living(now);
  const differs = ([digest, endsAt]: [string, Time | undefined]): boolean =>
    (endsAt ?? Infinity) > now && (!known.has(digest) || known.get(digest) !== endsAt);
  const stored = [...outline.ids].filter(differs).map(([digest]) => digest);
  return [...stored, ...[...known.keys()].filter((digest) => !outline.ids.has(digest))];
}

async function adopt(roster: Roster, key: AccountKey, kept: KeptAccount | undefined): Promise<void> {
  const before = roster.get(key);
  if (kept === undefined) {
    if (before !== undefined && before.unsavedId === undefined) roster.forget(before);
    return;
  }
  const { account, ids, open } = kept;
  await roster.learnAbout(account.clientId);
  const login = before ??
    roster.enter({ ...newLogin(account), access: await openAccess(roster.deps, account) });
  if (before !== undefined) await takeNewRow(roster.deps, login, account);
  if (login.account.revision === account.revision) login.open = open;
  const known = new Set(roster.ids.digestsOf(login));
  const stored = new Set(ids.map(({ digest }) => digest));
  for (const digest of known) {
    if (!stored.has(digest) && login.unsavedId?.digest !== digest) roster.ids.remove(digest);
  }
  for (const id of ids) {
    if (!known.has(id.digest)) await roster.addStored(login, id);
    else if (roster.ids.endOf(id.digest) !== id.endsAt) roster.ids.end(id.digest, id.endsAt);
  }
  roster.touch(login);
}
