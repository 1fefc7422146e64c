/**
 * The store in one SQLite file. Every method that writes is one commit, durable when it returns; a method that answers
 * false has written nothing. Columns are named in every statement, so that a later schema may add some. The ballast is
 * given up for a new grant and for nothing else, and made again with a later write.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Account, AccountKey, JournalEntry, StoredId, Time } from "../../core/account.ts";
import { type AppFacts, NO_FACTS } from "../../core/app.ts";
import type { Store } from "../../core/ports.ts";
import { AppError } from "../../core/error.ts";
import type { Ballast } from "./ballast.ts";
import { told } from "./errors.ts";
import type { CiphertextRecord, RekeyingRecord } from "../ciphertexts.ts";
import { ciphertextsIn, rekey } from "./rekeying.ts";
import {
  accountOf,
  type AccountRow,
  accountRow,
  factsOf,
  type FactsRow,
  idOf,
  idRow,
  journalRow,
  slotOf,
  type SlotRecord,
  type SlotRow,
  slotRow,
  wholeOrNull,
} from "../rows.ts";
import { PAGE, STATEMENTS, type Statements } from "./statements.ts";
import { commit } from "./transaction.ts";

/** The store on an open database that has the schema of this program. */
export class SqliteStore implements Store, Disposable {
  readonly #database: DatabaseSync;
  readonly #run: Statements;
  readonly #ballast: Ballast | undefined;
  #open = true;

  /** `ballast` is for a database in a directory of its own. */
  constructor(database: DatabaseSync, ballast?: Ballast) {
    this.#database = database;
    this.#ballast = ballast;
    ballast?.make();
    this.#run = Object.fromEntries(
      Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Statements;
  }

  accounts(): Account[] {
    return this.#do("read the logins", () => paged(this.#run.accounts, accountOf));
  }

  account(key: AccountKey): Account | undefined {
    return this.#do("read the login", () => rows<AccountRow>(this.#run.account.all(key)).map(accountOf)[0]);
  }

  ids(): StoredId[] {
    return this.#do("read the ids", () => paged(this.#run.ids, idOf));
  }

  journal(): JournalEntry[] {
    return this.#do("read the journal", () => rows<JournalEntry>(this.#run.journal.all()).map(journalRow));
  }

  add(account: Account, id: StoredId): boolean {
    return this.#keep(
      "save the new login",
      account,
      () =>
        changed(this.#run.addAccount.run({ ...accountRow(account), revision: 1 })) &&
        changed(this.#run.addId.run({ ...idRow(id) })),
    );
  }

  replace(account: Account): boolean {
    return this.#keep("save the login", account, () => this.#replace(account));
  }

  beginRefresh(account: Account, entry: JournalEntry, learned: AppFacts = NO_FACTS): boolean {
    return this.#commit("save that a refresh begins", () => {
      if (!this.#replace(account)) return false;
      this.#learn(account.clientId, learned);
      return changed(this.#run.enter.run({ ...journalRow(entry) }));
    });
  }

  endRefresh(account: Account, learned: AppFacts = NO_FACTS): boolean {
    return this.#keep("save the refreshed login", account, () => {
      if (!this.#replace(account)) return false;
      this.#learn(account.clientId, learned);
      this.#run.strike.run(account.key);
      return true;
    });
  }

  /** Ids and journal entry go with the row, by their foreign keys. */
  remove(account: Account): boolean {
    return this.#do("remove the login", () => changed(this.#run.remove.run(account.key, account.revision)));
  }

  addId(id: StoredId): boolean {
    return this.#do("save the id", () => changed(this.#run.addId.run({ ...idRow(id) })));
  }

  endId(digest: string, endsAt: Time | undefined): boolean {
    return this.#do("end the id", () => changed(this.#run.endId.run(wholeOrNull(endsAt), digest)));
  }

  removeId(digest: string): boolean {
    return this.#do("remove the id", () => changed(this.#run.removeId.run(digest)));
  }

  facts(clientId: string): AppFacts {
    const found = this.#do("read about the app", () => this.#run.facts.all(clientId));
    return rows<FactsRow>(found).map(factsOf)[0] ?? NO_FACTS;
  }

  learn(clientId: string, facts: AppFacts): void {
    this.#do("save about the app", () => this.#learn(clientId, facts));
  }

  setting(name: string): Uint8Array | undefined {
    const found = this.#do("read a setting", () => this.#run.setting.all(name));
    return rows<{ value: Uint8Array }>(found)[0]?.value;
  }

  saveSetting(name: string, value: Uint8Array | undefined): void {
    this.#do(
      "save a setting",
      () => value === undefined ? this.#run.removeSetting.run(name) : this.#run.saveSetting.run(name, value),
    );
  }

  replaceSetting(name: string, before: Uint8Array | undefined, value: Uint8Array | undefined): boolean {
    return this.#commit("save a setting", () => {
      if (!sameBytes(this.setting(name), before)) return false;
      this.saveSetting(name, value);
      return true;
    });
  }

  /** In the order in which they were added. */
  slots(): SlotRecord[] {
    return this.#do("read the key slots", () => rows<SlotRow>(this.#run.slots.all()).map(slotOf));
  }

  /** False if there is a slot of that id. */
  addSlot(slot: SlotRecord): boolean {
    return this.#do("save the key slot", () => changed(this.#run.addSlot.run({ ...slotRow(slot) })));
  }

  /** Whether anything is kept that only a data key can open. */
  hasCiphertext(): boolean {
    return this.#do(
      "look for logins",
      () => rows<{ sealed: number }>(this.#run.sealed.all())[0]?.sealed === 1,
    );
  }

  /** Everything sealed, and what each is tied to. */
  ciphertexts(): CiphertextRecord[] {
    return this.#do("read what is sealed", () => ciphertextsIn(this.#run));
  }

  /** One process writes, and it knows its own keys. */
  isRetired(): boolean {
    return false;
  }

  /** False, and nothing is written, if slots or ciphertext are not what `change` names. */
  rekey(change: RekeyingRecord): boolean {
    const done = this.#commit("change the key slots", () => rekey(this.#run, change));
    // The log would keep the old slots until it is written anew, which may be in weeks.
    if (done) this.#tryTo(() => this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
    return done;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }

  #replace(account: Account): boolean {
    const row = { ...accountRow(account) };
    // Nearly always the names are the same, and two pages fewer go to the card.
    return changed(this.#run.renew.run(row)) || changed(this.#run.replace.run(row));
  }

  #learn(clientId: string, { rotates, oldAccess }: AppFacts): void {
    if (rotates || oldAccess !== undefined) this.#run.learn.run(clientId, rotates ? 1 : 0, oldAccess ?? null);
  }

  /** A commit that may bring a new grant, which must not be lost for want of room. */
  #keep(doing: string, account: Account, work: () => boolean): boolean {
    try {
      const done = this.#commit(doing, work);
      this.#ballast?.make();
      return done;
    } catch (error) {
      const refused = error instanceof AppError && error.code === "disk";
      if (!refused || !this.#isNew(account) || !this.#ballast?.giveUp()) throw error;
      return this.#commit(doing, work);
    }
  }

  #isNew({ key, generation }: Account): boolean {
    const stored = this.account(key);
    return stored === undefined || stored.generation < generation;
  }

  #do<T>(doing: string, work: () => T): T {
    return told(doing, "running", work);
  }

  /** It is done again by itself some day. */
  #tryTo(work: () => void): void {
    try {
      work();
    } catch {
      // Another connection reads, or the disk is full.
    }
  }

  #commit(doing: string, work: () => boolean): boolean {
    return told(doing, "running", () => commit(this.#database, work));
  }
}

/** All rows of a statement that answers a page of them, those after a position. */
function paged<Row, T>(statement: StatementSync, of: (row: Row) => T): T[] {
  const all: T[] = [];
  for (let last = Number.MIN_SAFE_INTEGER;;) {
    const page = rows<Row & { readonly position: number }>(statement.all(last));
    for (const row of page) all.push(of(row));
    if (page.length < PAGE) return all;
    last = page.at(-1)?.position ?? last;
  }
}

function rows<Row>(found: readonly object[]): readonly Row[] {
  return found as unknown as readonly Row[];
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function changed(result: { readonly changes: number | bigint }): boolean {
  return result.changes === 1;
}
