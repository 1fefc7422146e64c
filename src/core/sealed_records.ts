import type { Sealed } from "./account.ts";
import type { Binding, Deps } from "./ports.ts";
import { SEALED_SETTINGS } from "./sealed_settings.ts";
import { Secret } from "./secret.ts";

/** Plain JSON. Secrets stand in it in clear: it exists sealed, and in the hands of who reads it. */
export type SealedRecord = Readonly<Record<string, unknown>>;

/** Records in one sealed setting, which several processes may change: no change of one undoes that of another. */
export class SealedRecords {
  readonly #deps: Pick<Deps, "store" | "vault">;
  readonly #bound: Binding;
  readonly #name: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: Pick<Deps, "store" | "vault">, purpose: "attempts" | "held sign-ins") {
    this.#deps = deps;
    this.#bound = { owner: "server", purpose, generation: 0 };
    this.#name = SEALED_SETTINGS[purpose];
  }

  /**
   * Does `work` after all that came before: who reads finds nothing missing or new because it is half written. Throws as
   * `work` does.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Throws `AppError` `locked` as the vault does, and `store_away`. */
  async read(): Promise<readonly SealedRecord[]> {
    return await this.#opened(await this.#deps.store.setting(this.#name));
  }

  /** Writes in place of what was there; with none the row goes. Throws as `read` does, and `disk`. */
  async write(records: readonly SealedRecord[]): Promise<void> {
    await this.#deps.store.saveSetting(this.#name, await this.#sealed(records));
  }

  /** Writes what `next` makes of what is there; undefined writes nothing. Throws as `write` does. */
  async change(
    next: (records: readonly SealedRecord[]) => readonly SealedRecord[] | undefined,
  ): Promise<void> {
    const { store } = this.#deps;
    while (true) {
      const before = await store.setting(this.#name);
      const records = next(await this.#opened(before));
      if (records === undefined) return;
      if (await store.replaceSetting(this.#name, before, await this.#sealed(records))) return;
    }
  }

  async #opened(sealed: Uint8Array | undefined): Promise<readonly SealedRecord[]> {
    if (sealed === undefined) return [];
    const records: unknown = JSON.parse(
      (await this.#deps.vault.open(sealed as Sealed, this.#bound)).reveal(),
    );
    return Array.isArray(records) ? records : [];
  }

  async #sealed(records: readonly SealedRecord[]): Promise<Uint8Array | undefined> {
    if (records.length === 0) return undefined;
    return await this.#deps.vault.seal(new Secret(JSON.stringify(records)), this.#bound);
  }
}
