import type { Account, JournalEntry } from "./account.ts";
import { type AppFacts, NO_FACTS } from "./app.ts";
import type { Awaitable, Deps } from "./ports.ts";

/** What was learned about the apps, in memory, with the store as its durable copy. */
export class KnownApps {
  readonly #deps: Pick<Deps, "store" | "log">;
  readonly #facts = new Map<string, AppFacts>();
  /** Those of which the disk has refused the newest facts. */
  readonly #unwritten = new Set<string>();

  constructor(deps: Pick<Deps, "store" | "log">) {
    this.#deps = deps;
  }

  /** Reads what the store knows of an app, once, or `again`: then what was noted here is added to it. */
  async load(clientId: string, again = false): Promise<void> {
    if (this.#facts.has(clientId) && !again) return;
    const stored = await this.#deps.store.facts(clientId);
    const noted = this.of(clientId);
    this.#facts.set(clientId, stored);
    if (this.#unwritten.has(clientId)) this.note(clientId, noted);
  }

  of(clientId: string): AppFacts {
    return this.#facts.get(clientId) ?? NO_FACTS;
  }

  /** Adds to what is known, in memory alone; true if that was something new. */
  note(clientId: string, facts: Partial<AppFacts>): boolean {
    const known = this.of(clientId);
    const rotates = known.rotates || facts.rotates === true;
    // Seen to survive once, an old token is no proof of anything any more.
    const oldAccess = known.oldAccess === "survives" ? "survives" : facts.oldAccess ?? known.oldAccess;
    if (rotates === known.rotates && oldAccess === known.oldAccess) return false;
    this.#facts.set(clientId, { rotates, oldAccess });
    this.#unwritten.add(clientId);
    return true;
  }

  /** That of the store, with what was noted of the app and is not on disk. */
  beginRefresh(row: Account, entry: JournalEntry): Promise<boolean> {
    return this.#along(row, (learned) => this.#deps.store.beginRefresh(row, entry, learned));
  }

  /** That of the store, with what was noted of the app and is not on disk. */
  endRefresh(row: Account): Promise<boolean> {
    return this.#along(row, (learned) => this.#deps.store.endRefresh(row, learned));
  }

  async #along(
    { clientId }: Account,
    write: (learned?: AppFacts) => Awaitable<boolean>,
  ): Promise<boolean> {
    if (!this.#unwritten.has(clientId)) return await write();
    const facts = this.of(clientId);
    const saved = await write(facts);
    if (saved) this.#written(clientId, facts);
    return saved;
  }

  /** Writes what was noted. What the disk refuses is written the next time. */
  async write(): Promise<void> {
    for (const clientId of this.#unwritten) {
      try {
        const facts = this.of(clientId);
        await this.#deps.store.learn(clientId, facts);
        this.#written(clientId, facts);
      } catch (error) {
        this.#deps.log.error("cannot write to disk what was learned of the app", { error: String(error) });
      }
    }
  }

  /** Unless more was noted while they were written. */
  #written(clientId: string, facts: AppFacts): void {
    if (this.of(clientId) === facts) this.#unwritten.delete(clientId);
  }
}
