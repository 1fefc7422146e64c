/**
 * The password that an account may want beside its ids. Every version of Companion's Twitch module sends one that stands
 * in its token server's address, as Basic authentication. We make it, for what people make up could be guessed from
 * its digest; it is kept nowhere but as that.
 */
import type { Account } from "./account.ts";
import { AppError } from "./error.ts";
import type { Login } from "./login.ts";
import type { Roster } from "./roster.ts";
import { digestOf, randomSecret, sameText, Secret } from "./secret.ts";

/** What stands before the password in an address. Any other name is taken as well. */
const USER = "companion";

/** Gives the account a new password, which its ids need from now on; one before it is void. */
export async function protect(roster: Roster, login: Login): Promise<Secret> {
  const password = randomSecret(128);
  await keep(roster, login, await digestOf(password));
  return password;
}

/** The ids are enough again. */
export async function unprotect(roster: Roster, login: Login): Promise<void> {
  await keep(roster, login, undefined);
}

async function keep(roster: Roster, login: Login, passwordDigest: string | undefined): Promise<void> {
  while (login.account.passwordDigest !== passwordDigest) {
    // A new grant that came in between goes first; what was promised to a person is not lost over it.
    const saved = await roster.update(login, (row) => ({ ...row, passwordDigest }));
    if (saved === "gone") {
      throw new AppError("not_found", `Cannot protect ${login.account.alias}: the account is gone`);
    }
  }
  const on = passwordDigest !== undefined;
  roster.deps.log.info("password beside ids switched", { account: login.account.alias, on });
}

/** Whether the account's ids need a password. */
export function isProtected({ passwordDigest }: Account): boolean {
  return passwordDigest !== undefined;
}

/** Whether this is the password of a protected account. */
export async function isPassword({ passwordDigest }: Account, given: Secret): Promise<boolean> {
  return passwordDigest !== undefined && sameText(await digestOf(given), passwordDigest);
}

/** An address of this server, such as `http://192.168.1.5:8948`, with the password in it. */
export function addressWith(address: string, password: Secret): Secret {
  return new Secret(address.replace("://", () => `://${USER}:${password.reveal()}@`));
}

/**
 * The password for files that are to hold it; undefined where none is needed. Throws `AppError` `usage` where none was
 * typed, and `wrong_password`.
 */
export async function passwordForFiles(account: Account, typed: Secret): Promise<Secret | undefined> {
  if (!isProtected(account)) return undefined;
  if (await isPassword(account, typed)) return typed;
  const hint =
    "It is the one in the address that was shown when it was made; if nobody has it, make a new one";
  throw typed.reveal() === ""
    ? new AppError("usage", "Cannot make the file for Companion: this account wants a password too", { hint })
    : new AppError("wrong_password", "Cannot make the file for Companion: this is not the password", {
      hint,
    });
}
