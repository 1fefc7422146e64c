/**
 * The logins as the program knows them right now. One process writes (the lock of the data directory), so this
 * memory is the truth and the store its durable copy; a question is answered from here alone.
 *
 * A change goes to the disk first and is seen here afterwards. Only where the disk refuses it does memory go ahead:
 * then `saveAt` is set, nothing further is spent, and the write is tried again until it succeeds.
 */
import { type Account, type AccountKey, type JournalEntry, SECOND, type StoredId } from "./account.ts";
import { type AppFacts, oldTokensDie, type TwitchApp } from "./app.ts";
import { AppError, storeRefuses } from "./error.ts";
import { KnownApps } from "./known_apps.ts";
import { IdIndex, type KnownId, type Login, newLogin, type RestoredGrant } from "./login.ts";
import { openKnownId, openLogin } from "./opening.ts";
import type { Deps } from "./ports.ts";
import { takeRow } from "./take_row.ts";
import { questionRefreshAt, type Situation } from "./schedule.ts";
import { digestOf, type Secret } from "./secret.ts";

const SAVE_AGAIN = 20 * SECOND;

/** How a change ended: on disk, in memory only, or not at all because the account is gone or has another grant. */
export type Saved = "saved" | "held" | "gone" | "superseded";

type Change = (row: Account) => Account;
/** Writes a row and answers its new revision, or undefined if the row has another one or is gone. */
type Save = (row: Account) => Promise<number | undefined>;

export class Roster {
  readonly deps: Deps;
  readonly #logins = new Map<AccountKey, Login>();
  readonly ids = new IdIndex();
  readonly #apps: KnownApps;
  #app: TwitchApp | undefined;

  constructor(deps: Deps) {
    this.deps = deps;
    this.#apps = new KnownApps(deps);
  }

  /** Reads every account, id and open refresh from the store. With a locked vault the tokens stay closed. */
  async load(): Promise<void> {
    const journal = new Map((await this.deps.store.journal()).map((entry) => [entry.account, entry]));
    for (const account of await this.deps.store.accounts()) {
      this.#logins.set(account.key, { ...newLogin(account), open: journal.get(account.key) });
      await this.#apps.load(account.clientId);
    }
    await this.openAll();
  }

  /** Opens every token and id that is not open; once more when a locked vault was unlocked. */
  async openAll(): Promise<void> {
    for (const login of this.#logins.values()) await openLogin(this.deps, login);
    for (const stored of await this.deps.store.ids()) {
      const login = this.#logins.get(stored.account);
      if (login !== undefined) await this.addStored(login, stored);
    }
    await this.useApp(this.#app);
  }

  /** The app configured now. */
  get app(): TwitchApp | undefined {
    return this.#app;
  }

  async useApp(app: TwitchApp | undefined): Promise<void> {
    if (app !== undefined) await this.#apps.load(app.clientId);
    this.#app = app;
    for (const login of this.#logins.values()) this.#trustApp(login);
  }

  /** Somebody may have put the client secret right: what waits because it was wrong need not wait longer. */
  #trustApp(login: Login): void {
    const { account, account: { health } } = login;
    if (health.state === "retrying" && health.reason === "app_refused") {
      login.account = { ...account, health: { ...health, nextTry: this.deps.clock.now() } };
    }
    this.touch(login);
  }

  factsOf(clientId: string): AppFacts {
    return this.#apps.of(clientId);
  }

  /** Adds to what is known of an app, in memory and on disk. */
  async learn(clientId: string, facts: Partial<AppFacts>): Promise<void> {
    this.note(clientId, facts);
    await this.#apps.write();
  }

  /** Like `learn`, but the disk has it with the next begin or end of a refresh of this app, in the same commit. */
  note(clientId: string, facts: Partial<AppFacts>): void {
    if (!this.#apps.note(clientId, facts)) return;
    for (const login of this.#logins.values()) this.touch(login);
  }

  all(): readonly Login[] {
    return [...this.#logins.values()];
  }

  get(key: AccountKey): Login | undefined {
    return this.#logins.get(key);
  }

  byAlias(alias: string): Login | undefined {
    return this.all().find((login) => login.account.alias === alias);
  }

  byTwitchId(twitchId: string): Login | undefined {
    return this.all().find((login) => login.account.twitchId === twitchId);
  }

  /** The login that a plain id leads to. */
  byId(id: string): Login | undefined {
    return this.ids.find(id);
  }

  /** Like `byId`, also while the vault is locked. */
  async find(id: Secret): Promise<Login | undefined> {
    return this.byId(id.reveal()) ?? this.ids.findDigest(await digestOf(id));
  }

  /** A new account with its first id. Served from then on, whatever the disk says. */
  async add(account: Account, access: Secret, id: KnownId): Promise<Saved> {
    const login = newLogin(account);
    login.access = access;
    login.unsavedId = id.stored;
    await this.#apps.load(account.clientId);
    const saved = await this.#tryDisk(login, (row) => row, (row) => this.#saveRow(login, row));
    if (saved === "gone") return saved;
    this.#logins.set(account.key, login);
    this.ids.add(login, id.stored.digest, id);
    this.touch(login);
    return saved;
  }

  /** Writes the row that `change` makes of the present one (again on a conflict); a new grant comes with its `access`. */
  update(login: Login, change: Change, access?: Secret): Promise<Saved> {
    return this.#write(login, change, (row) => this.#saveRow(login, row), access);
  }

  async #saveRow(login: Login, row: Account): Promise<number | undefined> {
    if (login.unsavedId === undefined) {
      const save = login.entryEnded ? this.#apps.endRefresh(row) : this.deps.store.replace(row);
      return await save ? row.revision + 1 : undefined;
    }
    if (!await this.deps.store.add({ ...row, revision: 1 }, login.unsavedId)) return undefined;
    login.unsavedId = undefined;
    return 1;
  }

  /**
   * Like `update`, with the journal entry in the same commit; also for a grant brought `by` a backup, which may be spent.
   * Throws `disk`: what cannot be journalled is not sent.
   */
  async beginRefresh(login: Login, entry: JournalEntry, change: Change, by?: RestoredGrant): Promise<Saved> {
    if (login.account.generation !== (by?.replaces ?? entry.generation)) return "superseded";
    const next = change(login.account);
    if (!await this.#apps.beginRefresh(next, entry)) {
      return await this.#reread(login) ? await this.beginRefresh(login, entry, change, by) : "gone";
    }
    login.account = { ...next, revision: next.revision + 1 };
    login.open = entry;
    Object.assign(login, by?.known);
    this.touch(login);
    return "saved";
  }

  /** Like `update`, closing the journal entry; `superseded` if the grant is no longer that of `generation`. */
  async endRefresh(login: Login, generation: number, change: Change, access?: Secret): Promise<Saved> {
    if (login.account.generation !== generation) return "superseded";
    const save: Save = async (row) => await this.#apps.endRefresh(row) ? row.revision + 1 : undefined;
    const saved = await this.#write(login, change, save, access);
    if (saved === "saved" || saved === "held") login.open = undefined;
    login.entryEnded = saved === "held";
    return saved;
  }

  async #write(login: Login, change: Change, save: Save, access: Secret | undefined): Promise<Saved> {
    const { generation } = login.account;
    const saved = await this.#tryDisk(login, change, save);
    if (saved === "gone") {
      if (!await this.#reread(login)) return "gone";
      if (login.account.generation !== generation) return "superseded";
      return await this.#write(login, change, save, access);
    }
    if (saved === "superseded") return saved;
    if (access !== undefined) Object.assign(login, { access, accessDead: false, unconfirmed: false });
    this.touch(login);
    if (saved === "saved") await this.#apps.write();
    return saved;
  }

  /** Runs a write. Memory goes ahead if the disk refuses it, and with a new grant at any failure: it comes but once. */
  async #tryDisk(login: Login, change: Change, save: Save): Promise<Saved> {
    const { generation } = login.account;
    try {
      const row = change(login.account);
      const revision = await save(row);
      if (revision === undefined) return "gone";
      if (revision >= login.account.revision) login.account = { ...row, revision };
      Object.assign(login, { saveAt: undefined, entryEnded: false });
      return "saved";
    } catch (error) {
      const { account } = login;
      const next = change(account);
      const refused = storeRefuses(error);
      if (!refused && next.generation === generation) throw error;
      this.deps.log.error("cannot write to disk", { account: account.alias, error: String(error) });
      if (account.generation !== generation) return "superseded";
      login.account = next;
      login.saveAt = this.deps.clock.now() + SAVE_AGAIN;
      return "held";
    }
  }

  /** Takes over the row as it is on disk; false, and the login forgotten, if it is gone. */
  async #reread(login: Login): Promise<boolean> {
    const row = await this.deps.store.account(login.account.key);
    if (row === undefined) {
      this.forget(login);
      return false;
    }
    await takeRow(this.deps, login, row);
    this.touch(login);
    return true;
  }

  /** Forgets the account here and on disk. */
  async remove(login: Login): Promise<void> {
    while (this.#logins.has(login.account.key)) {
      if (login.unsavedId !== undefined || await this.deps.store.remove(login.account)) this.forget(login);
      else await this.#reread(login);
    }
  }

  /** It is gone from the store. */
  forget(login: Login): void {
    this.#logins.delete(login.account.key);
    this.ids.removeAll(login);
    login.access = undefined;
    this.touch(login);
  }

  /** An account that another process has added; answers its login, which may be there already. */
  enter(login: Login): Login {
    const first = this.#logins.get(login.account.key);
    if (first === undefined) this.#logins.set(login.account.key, login);
    return first ?? login;
  }

  /** Opens an id that is in the store, unless it has ended. */
  async addStored(login: Login, stored: StoredId): Promise<void> {
    if ((stored.endsAt ?? Infinity) <= this.deps.clock.now()) return;
    const known = await openKnownId(this.deps, login.account.alias, stored);
    this.ids.add(login, stored.digest, known, stored.endsAt);
  }

  /** One more id for the login. */
  async addId(login: Login, id: KnownId): Promise<void> {
    if (!await this.deps.store.addId(id.stored)) {
      throw new AppError("not_found", `Cannot add an id: the account ${login.account.alias} is gone`);
    }
    this.ids.add(login, id.stored.digest, id);
  }

  /** The id is unknown from now on. */
  async removeId(digest: string): Promise<void> {
    await this.deps.store.removeId(digest);
    this.ids.remove(digest);
  }

  /** To be called after fields of a login were changed: plans its calm and wakes those who wait for it. */
  touch(login: Login): void {
    const { account, access } = login;
    // A journal entry of an older generation was answered by the grant that is there now.
    if (login.open?.generation !== account.generation) login.open = undefined;
    const app = this.#app?.clientId === account.clientId ? this.#app : undefined;
    const aligned = app !== undefined && oldTokensDie(app, this.factsOf(account.clientId));
    // An expiry that is not known makes /validate the judge: until it has answered, a question waits for it.
    const judged = login.validation?.answered === true ? Number.POSITIVE_INFINITY : 0;
    login.calmUntil = access === undefined ? 0 : questionRefreshAt(account, aligned) ?? judged;
    login.rest = undefined;
    for (const watcher of [...login.watchers]) watcher();
  }

  /** Reads what is known of an app, `again` where another process has learned more. */
  async learnAbout(clientId: string, again = false): Promise<void> {
    await this.#apps.load(clientId, again);
    if (again) { for (const login of this.#logins.values()) this.touch(login); }
  }

  /** What `nextStep` looks at. */
  situation(login: Login): Situation {
    const facts = this.factsOf(login.account.clientId);
    return { ...login, app: this.#app, facts, sendsOnce: this.deps.twitch.sendsOnce };
  }
}
