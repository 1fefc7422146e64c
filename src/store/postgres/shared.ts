import type { AccountKey, Duration, Time } from "../../core/account.ts";
import type { Change, Lease, Outline, Shared } from "../../core/ports.ts";
import type { Connections } from "./connections.ts";
import { told } from "./errors.ts";
import { Following, type FollowTimes } from "./following.ts";
import type { Leases } from "./leases.ts";
import { STATEMENTS } from "./statements.ts";

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

  follow(heard: (change: Change) => void): AsyncDisposable {
    const following = new Following(this.#connections, this.#times, heard);
    this.#following.add(following);
    return following;
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

  async countWrong(
    from: string,
    forgottenAfter: Duration,
  ): Promise<{ readonly count: number; readonly before: Time | undefined }> {
    const values = [from, Math.round(forgottenAfter)];
    const [row] = await told(
      "count a guess",
      "running",
      () => this.#connections.ask<{ count: number; before: number | null }>(STATEMENTS.countWrong, values),
    );
    return { count: row?.count ?? 1, before: row?.before ?? undefined };
  }

  async wrong(from: string): Promise<{ readonly count: number; readonly at: Time } | undefined> {
    const [row] = await told(
      "count guesses",
      "running",
      () => this.#connections.read<{ count: number; at: number }>(STATEMENTS.wrong, [from]),
    );
    return row && { count: row.count, at: row.at };
  }

  async forgetWrong(from: string): Promise<void> {
    await told("forget guesses", "running", () => this.#connections.ask(STATEMENTS.forgetWrong, [from]));
  }

  /** Ends what still follows. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#following].map((following) => following[Symbol.asyncDispose]()));
  }
}
