/** Opening what is sealed in the store. One row that cannot be opened hurts no other. */
import type { Account, StoredId } from "./account.ts";
import { AppError } from "./error.ts";
import { openId } from "./ids.ts";
import type { KnownId, Login } from "./login.ts";
import type { Deps } from "./ports.ts";
import type { Secret } from "./secret.ts";

type Opener = Pick<Deps, "vault" | "log">;

/** The access token of a row; undefined, and logged, where it cannot be opened. */
export async function openAccess({ vault, log }: Opener, account: Account): Promise<Secret | undefined> {
  const open = () => vault.openGrant(account.grant, account.key, account.generation);
  return (await orLog({ vault, log }, account.alias, "account cannot be opened", open))?.access;
}

/** Gives a login its access token; one that Twitch has called dead stays so, and what comes meanwhile is newer. */
export async function openLogin(opener: Opener, login: Login): Promise<void> {
  if (login.access !== undefined || login.accessDead) return;
  const { grant } = login.account;
  const access = await openAccess(opener, login.account);
  if (login.account.grant === grant && !login.accessDead) login.access = access;
}

/** The plain id beside its row; undefined, and logged, where it cannot be opened. */
export async function openKnownId(
  { vault, log }: Opener,
  alias: string,
  stored: StoredId,
): Promise<KnownId | undefined> {
  const id = await orLog({ vault, log }, alias, "id cannot be opened", () => openId(vault, stored));
  return id && { id, stored };
}

/** While the vault is locked nothing is tried. */
async function orLog<T>(
  { vault, log }: Opener,
  account: string,
  event: string,
  open: () => Promise<T>,
): Promise<T | undefined> {
  if (vault.locked !== undefined) return undefined;
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.error(event, { account, error: error.message });
    return undefined;
  }
}
