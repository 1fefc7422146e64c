/** A data directory with any number of accounts, written by the program's own store and vault. */
import { type Account, HOUR, type Time } from "../../src/core/account.ts";
import { newId, sealId } from "../../src/core/ids.ts";
import { Owner } from "../../src/core/owner.ts";
import { Secret } from "../../src/core/secret.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { openVault } from "../../src/vault/open.ts";
import { scryptPasswords } from "../../src/vault/password.ts";
import { SilentLog } from "../support/silent_log.ts";
import { CLIENT, tokensOf, userOf } from "./quick_twitch.ts";

/** What was stocked. */
export interface Stock extends Disposable {
  readonly directory: string;
  readonly count: number;
  /** Of the accounts, in their order. */
  readonly ids: readonly string[];
  /** What Companion asks. */
  readonly question: string;
}

const LIFE = 4 * HOUR;

/** Fills a new directory; the tokens expire at `expiresAt`, in nearly four hours unless it is said. */
export async function stock(count: number, expiresAt: Time = Date.now() + LIFE): Promise<Stock> {
  const directory = await Deno.makeTempDir({ prefix: "bench-" });
  using store = openSqliteStore(directory, "companion-token-server");
  const vault = await openVault({ slots: store, keyFile: `${directory}/key`, now: Date.now() });
  // As an installed server is: with a password.
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
  const owner = await Owner.load({ store, vault, clock, log: new SilentLog() }, scryptPasswords());
  await owner.claim(owner.setupCode ?? new Secret(""), new Secret("correct horse battery"), {
    from: "",
    userAgent: "",
  });
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) {
    const issuedAt = expiresAt - LIFE;
    const { access, refresh } = tokensOf(number);
    const scopes = ["chat:read"];
    const grant = { access: new Secret(access), refresh: new Secret(refresh), scopes, issuedAt, expiresAt };
    const user = userOf(number);
    const key = `key-${number}`;
    const account: Account = {
      ...{ key, alias: user.login, ...user, label: "", clientId: CLIENT.id, scopes, issuedAt, expiresAt },
      grant: await vault.sealGrant(grant, key, 1),
      ...{ generation: 1, lastRefresh: undefined, health: { state: "connected" }, refusals: undefined },
      ...{ sends: [], createdAt: issuedAt, passwordDigest: undefined, relay: false, revision: 1 },
    };
    const id = newId();
    store.add(account, await sealId(vault, id, account, issuedAt));
    ids.push(id.reveal());
  }
  return {
    ...{ directory, count, ids, question: `/token?id=${ids[0]}` },
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}
