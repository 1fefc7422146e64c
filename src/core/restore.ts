/**
 * Bringing the logins of a backup back, beside whatever is there.
 *
 * - A user who is not here is added, with the account's own key and generation and all ids.
 * - The same account (same key) is renewed only by a later generation. Its ids come with it; from a backup that is not
 *   later none are taken, for an id that is missing here was withdrawn since.
 * - Another account of the same user (another key: the user has signed in anew since) has generations of its own, so
 *   the later `issuedAt` counts. Its ids are merged in any case: Companion still asks with the old ones.
 * - A login of the app in use never makes room for one of another app.
 *
 * Nobody can know whether the refresh token of a backup was used since, perhaps by the machine that it was made on. So a
 * restored grant comes as an *open* refresh, a journal entry of its own generation in the same commit: `nextStep` then
 * has it proved by `/validate` before it is sent where refresh tokens are spent by use, and sends it at once where a
 * second use does no harm, which shows that it works. A new row is added one generation lower and as ended, so that a
 * restore that is cut off leaves nothing that could be sent, and one more restore finishes it.
 */
import type { Account, Health, JournalEntry, Time } from "./account.ts";
import { freeAlias } from "./admit.ts";
import type { BackupAccount, BackupContent, BackupId } from "./backup.ts";
import { AppError } from "./error.ts";
import { newId, sealId } from "./ids.ts";
import { type KnownId, type Login, NOTHING_KNOWN } from "./login.ts";
import type { Roster } from "./roster.ts";
import { digestOf } from "./secret.ts";

/**
 * `added`: it was not here. `renewed`: the backup's grant is the later one. `kept`: what is here is as late or later.
 * `other_app`: what is here belongs to the app in use and the backup's to another.
 */
export type RestoreOutcome = "added" | "renewed" | "kept" | "other_app";

/** What became of one login of the backup. */
export interface Restored {
  readonly login: Login;
  readonly outcome: RestoreOutcome;
  /** How many of its ids were not known here and are now. */
  readonly ids: number;
}

/**
 * Restores the accounts of a backup and what was learned of their apps; asks nothing of Twitch. Throws `AppError`
 * `locked` before anything is written while the key is missing, and `disk`.
 */
export async function restoreLogins(roster: Roster, content: BackupContent): Promise<readonly Restored[]> {
  const { vault } = roster.deps;
  if (vault.locked !== undefined) {
    throw new AppError("locked", "Cannot restore: the key of this data directory is missing", {
      hint: vault.locked,
    });
  }
  await learnFacts(roster, content);
  const restored: Restored[] = [];
  for (const account of content.accounts) {
    const { login, outcome, ids } = await restoreOne(roster, account, content.createdAt);
    restored.push({ login, outcome, ids });
    roster.deps.log.info("restored", { account: login.account.alias, outcome, ids });
  }
  return restored;
}

/** Before any account: what is known to spend its refresh tokens is never sent unproved. What is known here stays. */
async function learnFacts(roster: Roster, { facts }: BackupContent): Promise<void> {
  for (const { clientId, rotates, oldAccess } of facts) {
    const known = await roster.deps.store.facts(clientId);
    await roster.learn(clientId, {
      rotates: known.rotates || rotates,
      oldAccess: known.oldAccess ?? oldAccess,
    });
  }
}

async function restoreOne(roster: Roster, backup: BackupAccount, madeAt: Time): Promise<Restored> {
  const known = roster.byTwitchId(backup.twitchId);
  if (known?.unsavedId !== undefined) throw notTaken(known.account.alias);
  const outcome = known === undefined ? "added" : verdictOn(roster, known.account, backup);
  const login = known ?? await addAsEnded(roster, backup);
  if (login === undefined) return await restoreOne(roster, backup, madeAt);
  const same = login.account.key === backup.key;
  const later = outcome === "added" || outcome === "renewed";
  const first = known === undefined ? 1 : 0;
  const ids = first + (later || !same ? await mergeIds(roster, login, backup.ids) : 0);
  if (!later) return { login, outcome, ids };
  const saved = await takeGrant(roster, login, backup, madeAt);
  return saved ? { login, outcome, ids } : await restoreOne(roster, backup, madeAt);
}

function verdictOn({ app }: Roster, here: Account, backup: BackupAccount): RestoreOutcome {
  if (here.clientId === app?.clientId && backup.clientId !== app.clientId) return "other_app";
  const later = here.key === backup.key
    ? backup.generation > here.generation
    : backup.grant.issuedAt > here.issuedAt;
  return later ? "renewed" : "kept";
}

/** A row of which nothing is sent, one generation below the backup's; undefined if somebody has just signed in. */
async function addAsEnded(roster: Roster, backup: BackupAccount): Promise<Login | undefined> {
  const { clock, vault } = roster.deps;
  const { grant, clientId, twitchId, login: name, label, createdAt, relay, passwordDigest } = backup;
  const key = roster.get(backup.key) === undefined ? backup.key : crypto.randomUUID();
  const generation = backup.generation - 1;
  const account: Account = {
    ...{ key, twitchId, login: name, label, clientId, generation, createdAt, relay, passwordDigest },
    ...timesOf(backup),
    alias: freeAlias(roster, backup.alias),
    grant: await vault.sealGrant(grant, key, generation),
    health: { state: "needs_login", since: clock.now(), reason: "answer_lost" },
    sends: [],
    revision: 1,
  };
  const saved = await roster.add(account, grant.access, await firstId(roster, account, backup));
  if (saved === "saved") return roster.get(key);
  const held = roster.get(key);
  if (saved !== "held" || held === undefined) return undefined;
  await roster.remove(held);
  throw notTaken(account.alias);
}

/** What belongs to the grant beside its tokens. */
function timesOf({ grant: { scopes, issuedAt, expiresAt }, lastRefresh, refusals }: BackupAccount) {
  return { scopes, issuedAt, expiresAt, lastRefresh, refusals };
}

/** The oldest id of the backup that is free here, or else a new one. */
async function firstId(roster: Roster, account: Account, backup: BackupAccount): Promise<KnownId> {
  const { clock } = roster.deps;
  for (const id of backup.ids) {
    if (await isFree(roster, id)) return await sealedFor(roster, account, id);
  }
  return await sealedFor(roster, account, { id: newId(), createdAt: clock.now(), endsAt: undefined });
}

async function mergeIds(roster: Roster, login: Login, ids: readonly BackupId[]): Promise<number> {
  let merged = 0;
  for (const id of ids) {
    if (!await isFree(roster, id)) continue;
    await roster.addId(login, await sealedFor(roster, login.account, id));
    merged++;
  }
  return merged;
}

/** Nobody's here, and not ended. */
async function isFree(roster: Roster, { id, endsAt }: BackupId): Promise<boolean> {
  if (endsAt !== undefined && endsAt <= roster.deps.clock.now()) return false;
  return await roster.find(id) === undefined;
}

async function sealedFor(
  roster: Roster,
  account: Account,
  { id, createdAt, endsAt }: BackupId,
): Promise<KnownId> {
  return { id, stored: { ...await sealId(roster.deps.vault, id, account, createdAt), endsAt } };
}

/** The backup's grant as an open refresh, in one commit. False if the account is gone or has got another grant meanwhile. */
async function takeGrant(
  roster: Roster,
  login: Login,
  backup: BackupAccount,
  madeAt: Time,
): Promise<boolean> {
  const { vault } = roster.deps;
  const { key, generation: replaces } = login.account;
  const { grant } = backup;
  const generation = Math.max(replaces + 1, key === backup.key ? backup.generation : 0);
  const sealed = await vault.sealGrant(grant, key, generation);
  const entry: JournalEntry = { account: key, generation, digest: await digestOf(grant.refresh), at: madeAt };
  const health: Health = backup.ended ?? { state: "connected" };
  const saved = await roster.beginRefresh(login, entry, (row) => ({
    ...row,
    ...timesOf(backup),
    login: backup.login,
    label: row.label === "" ? backup.label : row.label,
    clientId: backup.clientId,
    passwordDigest: passwordFor(row, backup),
    grant: sealed,
    generation,
    health,
    sends: [],
  }), { replaces, known: { ...NOTHING_KNOWN, access: grant.access } });
  return saved === "saved";
}

/** The later password of the same account; a backup without one, perhaps of an older version, never takes one away. */
function passwordFor(row: Account, backup: BackupAccount): string | undefined {
  return row.key === backup.key ? backup.passwordDigest ?? row.passwordDigest : row.passwordDigest;
}

function notTaken(alias: string): AppError {
  return new AppError("disk", `Cannot restore ${alias}: the disk does not take it`, {
    hint: "Make room on the disk, then restore again; what was restored before stays",
  });
}
