/** A SQLite database with something in every table and every column. */
import { connect, DATABASE_FILE, openSqliteStore } from "../../src/store/sqlite/open.ts";
import { anAccount, anEntry, anId } from "./account_samples.ts";

export const PROGRAM = "companion-token-server 1.2.3";

/** Three accounts, four ids, an open refresh, slots, facts about two apps, settings in clear and sealed. */
export function fillHouse(dataDir: string): void {
  using store = openSqliteStore(dataDir, PROGRAM);
  const names = ["zoë", "ada \u{1f989}", 'mid\\dle "quoted"\n'];
  for (const [at, alias] of names.entries()) {
    const account = anAccount({
      key: `key-${at}`,
      alias,
      twitchId: String(at),
      label: alias,
      generation: at + 1,
      expiresAt: at === 0 ? undefined : 1_700_000_014_400,
      lastRefresh: at === 1 ? 1_700_000_000_001 : undefined,
      relay: at !== 2,
      passwordDigest: at === 2 ? "cd".repeat(32) : undefined,
      refusals: at === 1 ? { count: 2, first: 1, last: 2 } : undefined,
      sends: [at],
    });
    store.add(account, anId({ digest: String(9 - at).repeat(64), account: account.key }));
  }
  store.addId(anId({ digest: "0".repeat(64), account: "key-1", endsAt: 1_800_000_000_000 }));
  const first = store.account("key-0");
  if (first === undefined) throw new Error("it was added");
  store.beginRefresh(first, anEntry({ account: "key-0" }), { rotates: true, oldAccess: "dies" });
  store.learn("app-2", { rotates: false, oldAccess: "survives" });
  for (const id of ["z", "a"]) {
    const parameters = { kdf: "scrypt", N: 32768 };
    store.addSlot({ id, kind: "file", wrapped: Uint8Array.of(1, 0, 255), parameters, createdAt: 7 });
  }
  store.saveSetting("owner", new TextEncoder().encode('{"name":"é"}'));
  store.saveSetting("a sealed one", Uint8Array.of(1, 0, 0, 254));
  store.saveSetting("Z", new Uint8Array());
}

/** Every row of every table but `meta`, as SQLite gives it, position included. */
export function houseIn(dataDir: string): Record<string, unknown[]> {
  const database = connect(`${dataDir}/${DATABASE_FILE}`);
  const tables = ["slots", "settings", "apps", "accounts", "ids", "journal"];
  const found = tables.map((name) =>
    [name, database.prepare(`SELECT * FROM ${name}`).all().map((row) => ({ ...row }))] as const
  );
  database.close();
  return Object.fromEntries(found);
}
