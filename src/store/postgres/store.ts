/**
 * The store in a PostgreSQL database that several processes share. Every method that writes is one commit, durable when
 * it returns; a method that answers false has written nothing. Where it throws `store_away` the write may have been
 * done all the same: the revision says so to whoever reads again.
 */
import type { Account, AccountKey, JournalEntry, StoredId, Time } from "../../core/account.ts";
import { type AppFacts, NO_FACTS } from "../../core/app.ts";
import { AppError } from "../../core/error.ts";
import type { Store } from "../../core/ports.ts";
import type { Shared } from "../../core/shared.ts";
import type { CiphertextRecord, RekeyingRecord } from "../ciphertexts.ts";
import {
  ACCOUNT_COLUMNS,
  accountOf,
  type AccountRow,
  accountRow,
  factsOf,
  type FactsRow,
  idOf,
  type IdRow,
  idRow,
  journalRow,
  slotOf,
  type SlotRecord,
  type SlotRow,
  wholeOrNull,
} from "../rows.ts";
import type { Connections, Value } from "./connections.ts";
import { codeOf, told } from "./errors.ts";
import { FOLLOW_TIMES, type FollowTimes } from "./following.ts";
import { LEASE_TIMES, Leases, type LeaseTimes } from "./leases.ts";
import { ciphertextsIn, rekey, slotValues } from "./rekeying.ts";
import { SharedStore } from "./shared.ts";
import { STATEMENTS } from "./statements.ts";

/** How long a change of all ciphertext may take, in milliseconds. */
const REKEYING = 60_000;
const UNIQUE_VIOLATION = "23505";
const FOREIGN_KEY_VIOLATION = "23503";

export class PostgresStore implements Store, AsyncDisposable {
  readonly shared: Shared;
  readonly #shared: SharedStore;
  readonly #connections: Connections;
  readonly #leases: Leases;

  /** On a database that has the schema of this program; the connections end with the store. */
  constructor(
    connections: Connections,
    { lease = LEASE_TIMES, follow = FOLLOW_TIMES }: { lease?: LeaseTimes; follow?: FollowTimes } = {},
  ) {
    this.#connections = connections;
    this.#leases = new Leases(connections, lease);
    this.shared = this.#shared = new SharedStore(connections, this.#leases, follow);
  }

  async accounts(): Promise<Account[]> {
    return (await this.#read<AccountRow>("read the logins", STATEMENTS.accounts)).map(accountOf);
  }

  async account(key: AccountKey): Promise<Account | undefined> {
    return (await this.#read<AccountRow>("read the login", STATEMENTS.account, [key])).map(accountOf)[0];
  }

  async ids(): Promise<StoredId[]> {
    return (await this.#read<IdRow>("read the ids", STATEMENTS.ids)).map(idOf);
  }

  async journal(): Promise<JournalEntry[]> {
    return (await this.#read<JournalEntry>("read the journal", STATEMENTS.journal)).map(journalRow);
  }

  add(account: Account, id: StoredId): Promise<boolean> {
    const values = [account.key, 1, ...accountValues(account), ...idValues(id)];
    return this.#write("save the new login", STATEMENTS.add, values, UNIQUE_VIOLATION);
  }

  replace(account: Account): Promise<boolean> {
    return this.#guarded("save the login", STATEMENTS.replace, account);
  }

  beginRefresh(account: Account, entry: JournalEntry, learned: AppFacts = NO_FACTS): Promise<boolean> {
    const { account: key, generation, digest, at } = journalRow(entry);
    const more = [...factsValues(learned), key, generation, digest, at];
    return this.#guarded("save that a refresh begins", STATEMENTS.beginRefresh, account, more);
  }

  endRefresh(account: Account, learned: AppFacts = NO_FACTS): Promise<boolean> {
    return this.#guarded("save the refreshed login", STATEMENTS.endRefresh, account, factsValues(learned));
  }

  /** Ids and journal entry go with the row, by their foreign keys. */
  remove(account: Account): Promise<boolean> {
    return this.#write("remove the login", STATEMENTS.remove, [account.key, account.revision]);
  }

  addId(id: StoredId): Promise<boolean> {
    // The account may be removed in the same moment.
    return this.#write("save the id", STATEMENTS.addId, idValues(id), FOREIGN_KEY_VIOLATION);
  }

  endId(digest: string, endsAt: Time | undefined): Promise<boolean> {
    return this.#write("end the id", STATEMENTS.endId, [digest, wholeOrNull(endsAt)]);
  }

  removeId(digest: string): Promise<boolean> {
    return this.#write("remove the id", STATEMENTS.removeId, [digest]);
  }

  async facts(clientId: string): Promise<AppFacts> {
    const found = await this.#read<FactsRow>("read about the app", STATEMENTS.facts, [clientId]);
    return found.map(factsOf)[0] ?? NO_FACTS;
  }

  async learn(clientId: string, facts: AppFacts): Promise<void> {
    if (!facts.rotates && facts.oldAccess === undefined) return;
    await this.#write("save about the app", STATEMENTS.learn, [clientId, ...factsValues(facts)]);
  }

  async setting(name: string): Promise<Uint8Array | undefined> {
    return (await this.#read<{ value: Uint8Array }>("read a setting", STATEMENTS.setting, [name]))[0]?.value;
  }

  async saveSetting(name: string, value: Uint8Array | undefined): Promise<void> {
    if (value === undefined) await this.#write("save a setting", STATEMENTS.removeSetting, [name]);
    else await this.#write("save a setting", STATEMENTS.saveSetting, [name, value]);
  }

  async replaceSetting(
    name: string,
    before: Uint8Array | undefined,
    value: Uint8Array | undefined,
  ): Promise<boolean> {
    const doing = "save a setting";
    if (before === undefined && value === undefined) {
      return (await this.#read(doing, STATEMENTS.hasSetting, [name])).length === 0;
    }
    if (before === undefined) return await this.#write(doing, STATEMENTS.addSetting, [name, value ?? null]);
    if (value === undefined) return await this.#write(doing, STATEMENTS.removeSettingThatIs, [name, before]);
    return await this.#write(doing, STATEMENTS.changeSetting, [name, before, value]);
  }

  /** In the order in which they were added. */
  async slots(): Promise<SlotRecord[]> {
    return (await this.#read<SlotRow>("read the key slots", STATEMENTS.slots)).map(slotOf);
  }

  /** False if there is a slot of that id. */
  addSlot(slot: SlotRecord): Promise<boolean> {
    return this.#write("save the key slot", STATEMENTS.addSlot, slotValues(slot));
  }

  /** Whether anything is kept that only a data key can open. */
  async hasCiphertext(): Promise<boolean> {
    const [found] = await this.#read<{ sealed: boolean }>("look for logins", STATEMENTS.sealed);
    return found?.sealed === true;
  }

  /** Everything sealed, and what each is tied to. */
  ciphertexts(): Promise<CiphertextRecord[]> {
    const read = (): Promise<CiphertextRecord[]> =>
      this.#connections.transaction((session) => ciphertextsIn(this.#connections, session), REKEYING);
    return told("read what is sealed", "running", read);
  }

  /** Whether another process has changed the data key whose ciphertext begins so. */
  async isRetired(head: Uint8Array): Promise<boolean> {
    return (await this.#read("look for the key", STATEMENTS.isRetired, [head])).length > 0;
  }

  /** False, and nothing is written, if slots, ciphertext or data key are not what `change` names. */
  rekey(change: RekeyingRecord): Promise<boolean> {
    const undone = new Error("undone");
    const work = (): Promise<boolean> =>
      this.#connections.transaction(async (session) => {
        if (!await rekey(this.#connections, session, change)) throw undone;
        return true;
      }, REKEYING);
    return told("change the key slots", "running", () =>
      work().catch((error) => {
        if (error === undone) return false;
        throw error;
      }));
  }

  /** Leases that are still held run out. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shared[Symbol.asyncDispose]();
    this.#leases[Symbol.dispose]();
    await this.#connections[Symbol.asyncDispose]();
  }

  /** A write of an account that was read at its revision, under the account's lease where this process holds it. */
  async #guarded(
    doing: string,
    statement: string,
    account: Account,
    more: readonly Value[] = [],
  ): Promise<boolean> {
    const lease = `account ${account.key}`;
    const guards = [account.key, account.revision, lease, this.#leases.fence(lease)];
    const values = [...guards, ...accountValues(account), ...more];
    const [done] = await told(
      doing,
      "running",
      () => this.#connections.ask<{ written: boolean; held: boolean }>(statement, values),
    );
    if (done?.held === false) {
      throw new AppError("busy", `Cannot ${doing}: another instance has taken this login over`, {
        hint: "Nothing needs to be done: the other instance keeps the login alive",
      });
    }
    return done?.written === true;
  }

  #read<Row>(doing: string, statement: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    return told(doing, "running", () => this.#connections.read<Row>(statement, values));
  }

  /** Whether it has written the one row that it was to; false also for an error that `refusal` names. */
  #write(doing: string, statement: string, values: readonly Value[], refusal?: string): Promise<boolean> {
    return told(doing, "running", async () => {
      try {
        return (await this.#connections.ask(statement, values)).count === 1;
      } catch (error) {
        if (refusal !== undefined && codeOf(error) === refusal) return false;
        throw error;
      }
    });
  }
}

function accountValues(account: Account): Value[] {
  const row = accountRow(account);
  return ACCOUNT_COLUMNS.map((column) => row[column]);
}

function idValues(id: StoredId): Value[] {
  const { digest, account, sealed, created_at, ends_at } = idRow(id);
  return [digest, account, sealed, created_at, ends_at];
}

function factsValues({ rotates, oldAccess }: AppFacts): Value[] {
  return [rotates ? 1 : 0, oldAccess ?? null];
}
