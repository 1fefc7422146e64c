import type { AccountKey, Duration, Time } from "../../core/account.ts";
import type { Change, KeptAccount, Lease, Outline, Shared, WrongGuesses } from "../../core/shared.ts";
import { bytesOfHex } from "../hex.ts";
import { accountOf, type AccountRow, idOf, type IdRow, journalRow } from "../rows.ts";
import type { Connections } from "./connections.ts";
import { told } from "./errors.ts";
import { Following, type FollowTimes } from "./following.ts";
import type { Leases } from "./leases.ts";
import { STATEMENTS } from "./statements.ts";

interface KeptRow extends AccountRow {
  /** JSON. */
  readonly ids: string | null;
  readonly open: string | null;
}

type IdText = Omit<IdRow, "sealed"> & { readonly sealed: string };

interface WrongRow {
  readonly count: number;
  readonly ago: number | null;
}

/** What processes on one database share beyond what is stored. Times are the database server's. */
export class SharedStore implements Shared {
  readonly #connections: Connections;
  readonly #leases: Leases;
  readonly #times: FollowTimes;
  readonly #following = new Set<Following>();

  constructor(connections: Connections, leases: Leases, times: FollowTimes) {
    this.#connections = connections;
    this.#leases = leases;
    this.#times = times;
  }

  lease(name: string): Promise<Lease | undefined> {
    return this.#leases.take(name);
  }

  async othersHold(prefix: string): Promise<number> {
    const values = [prefix, this.#connections.name];
    const [row] = await told(
      "look for other instances",
      "running",
      () => this.#connections.read<{ count: number }>(STATEMENTS.othersHold, values),
    );
    return row?.count ?? 0;
  }

  follow(heard: (change: Change) => void): AsyncDisposable {
    const following = new Following(this.#connections, this.#times, heard);
    this.#following.add(following);
    return {
      [Symbol.asyncDispose]: async () => {
        await following[Symbol.asyncDispose]();
        this.#following.delete(following);
      },
    };
  }

  async outline(): Promise<Outline> {
    const rows = await told(
      "compare what is stored",
      "running",
      () => this.#connections.read<{ kind: string; name: string; number: number | null }>(STATEMENTS.outline),
    );
    const accounts = new Map<AccountKey, number>();
    const ids = new Map<string, Time | undefined>();
    for (const { kind, name, number } of rows) {
      if (kind === "id") ids.set(name, number ?? undefined);
      else if (number !== null) accounts.set(name, number);
    }
    return { accounts, ids };
  }

  async accountOf(digest: string): Promise<AccountKey | undefined> {
    const [row] = await told(
      "look for an id",
      "running",
      () => this.#connections.read<{ account: AccountKey }>(STATEMENTS.accountOf, [digest]),
    );
    return row?.account;
  }

  async kept(key: AccountKey): Promise<KeptAccount | undefined> {
    const [row] = await told(
      "read the login",
      "running",
      () => this.#connections.read<KeptRow>(STATEMENTS.kept, [key]),
    );
    if (row === undefined) return undefined;
    const ids: readonly IdText[] = JSON.parse(row.ids ?? "[]");
    return {
      account: accountOf(row),
      ids: ids.map((id) => idOf({ ...id, sealed: bytesOfHex(id.sealed) })),
      open: row.open === null ? undefined : journalRow(JSON.parse(row.open)),
    };
  }

  async countWrong(from: string, forgottenAfter: Duration): Promise<WrongGuesses> {
    const values = [from, Math.round(forgottenAfter)];
    const [row] = await told(
      "count a guess",
      "running",
      () => this.#connections.ask<WrongRow>(STATEMENTS.countWrong, values),
    );
    return guessesOf(row ?? { count: 1, ago: null });
  }

  async wrong(from: string): Promise<WrongGuesses | undefined> {
    const [row] = await told(
      "count guesses",
      "running",
      () => this.#connections.read<WrongRow>(STATEMENTS.wrong, [from]),
    );
    return row && guessesOf(row);
  }

  async forgetWrong(from: string): Promise<void> {
    await told("forget guesses", "running", () => this.#connections.ask(STATEMENTS.forgetWrong, [from]));
  }

  /** Ends what still follows. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#following].map((following) => following[Symbol.asyncDispose]()));
  }
}

function guessesOf({ count, ago }: WrongRow): WrongGuesses {
  return { count, ago: ago ?? undefined };
}
