import type { Account } from "./account.ts";
import type { Login } from "./login.ts";
import { openAccess } from "./opening.ts";
import type { Deps } from "./ports.ts";

/**
 * Takes over the row as it is in the store, with the token in it. A grant that the store has refused is newer than the
 * row: then only the row's revision is taken.
 */
export async function takeRow(deps: Pick<Deps, "vault" | "log">, login: Login, row: Account): Promise<void> {
  await take(deps, login, row, () => true);
}

/** Like `takeRow`, if somebody else has written the row since this process last did: what was read late undoes nothing. */
export async function takeNewRow(
  deps: Pick<Deps, "vault" | "log">,
  login: Login,
  row: Account,
): Promise<void> {
  await take(deps, login, row, () => row.revision > login.account.revision);
}

async function take(
  deps: Pick<Deps, "vault" | "log">,
  login: Login,
  row: Account,
  counts: () => boolean,
): Promise<void> {
  const isNew = (): boolean => !sameBytes(row.grant, login.account.grant);
  const access = isNew() ? await openAccess(deps, row) : login.access;
  const { account: known } = login;
  if (!counts()) return;
  if (row.generation < known.generation) {
    login.account = { ...known, revision: row.revision };
  } else if (isNew()) {
    const asRead = { accessDead: false, unconfirmed: false, saveAt: undefined, entryEnded: false };
    Object.assign(login, { ...asRead, account: row, access });
  } else {
    login.account = row;
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
