/** What is stored of the owner, in clear: it works while the key is missing, and gives nobody a way in. */
import { storeRefuses } from "./error.ts";
import type { Deps } from "./ports.ts";
import type { SessionRecord } from "./sessions.ts";

const NAME = "owner";
/** No hash of a password: whoever compares with it says that it is damaged, and what to do. */
const UNREADABLE = "";

export interface Kept {
  /** As `Passwords` made it; undefined until the first one is set. */
  readonly password: string | undefined;
  readonly sessions: readonly SessionRecord[];
}

/**
 * What is kept of the owner, in memory and in the store. One change comes after the other; where other processes write
 * to the store too, each goes by what the store has at that moment.
 */
export class OwnerRecord {
  readonly #deps: Pick<Deps, "store" | "shared">;
  #kept: Kept = { password: undefined, sessions: [] };
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: Pick<Deps, "store" | "shared">) {
    this.#deps = deps;
  }

  get kept(): Kept {
    return this.#kept;
  }

  /**
   * Reads it. Sessions that cannot be understood end; a password that cannot be is one that none matches. Throws
   * `AppError` `store_away`.
   */
  read(): Promise<void> {
    return this.#inLine(async () => {
      this.#kept = keptIn(await this.#deps.store.setting(NAME));
    });
  }

  /** Stores what `next` makes of it and goes by that from then on; if the store does not take it, all is as before. */
  change(next: (kept: Kept) => Kept): Promise<void> {
    return this.#inLine(() => this.#write(next));
  }

  /** Goes by it whether or not the store takes it. Throws `AppError` `disk` or `store_away` if not. */
  changeAtOnce(next: (kept: Kept) => Kept): Promise<void> {
    return this.#inLine(async () => {
      const { shared } = this.#deps;
      if (shared === undefined) this.#kept = next(this.#kept);
      try {
        await this.#write(shared === undefined ? (kept) => kept : next);
      } catch (error) {
        if (shared !== undefined && storeRefuses(error)) this.#kept = next(this.#kept);
        throw error;
      }
    });
  }

  async #write(next: (kept: Kept) => Kept): Promise<void> {
    const { store, shared } = this.#deps;
    while (shared !== undefined) {
      const bytes = await store.setting(NAME);
      const kept = next(keptIn(bytes));
      if (!await store.replaceSetting(NAME, bytes, bytesOf(kept))) continue;
      this.#kept = kept;
      return;
    }
    const kept = next(this.#kept);
    await store.saveSetting(NAME, bytesOf(kept));
    this.#kept = kept;
  }

  #inLine(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function keptIn(bytes: Uint8Array | undefined): Kept {
  if (bytes === undefined) return { password: undefined, sessions: [] };
  const stored = parsed(bytes);
  if (stored === undefined) return { password: UNREADABLE, sessions: [] };
  return {
    password: typeof stored.password === "string" ? stored.password : undefined,
    sessions: (Array.isArray(stored.sessions) ? stored.sessions : []).filter(isRecord),
  };
}

function bytesOf(kept: Kept): Uint8Array | undefined {
  const empty = kept.password === undefined && kept.sessions.length === 0;
  return empty ? undefined : new TextEncoder().encode(JSON.stringify(kept));
}

function parsed(bytes: Uint8Array): { password?: unknown; sessions?: unknown } | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is SessionRecord {
  if (typeof value !== "object" || value === null) return false;
  const { id, beganAt, seenAt, from, agent } = value as Record<string, unknown>;
  return [id, from, agent].every((text) => typeof text === "string") &&
    [beganAt, seenAt].every((time) => Number.isFinite(time));
}
