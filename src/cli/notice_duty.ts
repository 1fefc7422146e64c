import { type BackupTimes, NoticeBoard } from "../core/notice_board.ts";
import type { Lease } from "../core/shared.ts";
import type { Program } from "./program.ts";

/**
 * Telling people what concerns them: one process does it. Where this is the only one, it always does; where several
 * share a store, whoever holds the lease `notices`. While the database is away nobody else can take that over, so
 * whoever had it goes on.
 */
export class NoticeDuty implements AsyncDisposable {
  readonly #program: Program;
  readonly #backups: BackupTimes | undefined;
  #lease: Lease | undefined;
  #board: NoticeBoard | undefined;

  /** Without a backup directory there are no `backups`, and nothing is told of them. */
  constructor(program: Program, backups?: BackupTimes) {
    this.#program = program;
    this.#backups = backups;
  }

  /** Compares what was told with how the logins are. To be called now and then. Throws `AppError` `store_away`. */
  async look(): Promise<void> {
    const { notifier, deps: { shared } } = this.#program;
    // What nobody can be told stays untold until there is an address.
    if (notifier.hosts.length === 0) return;
    if (shared !== undefined && !this.#isOn()) {
      await this.#giveUp();
      this.#lease = await shared.lease("notices");
      if (this.#lease === undefined) return;
    }
    this.#board ??= await this.#newBoard();
    this.#board.look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#giveUp();
  }

  async #newBoard(): Promise<NoticeBoard> {
    const { roster, notifier, storeIsAway } = this.#program;
    const board = new NoticeBoard(roster, notifier, {
      backups: this.#backups,
      mayTell: () => this.#isOn(),
      storeIsAway,
    });
    await board.load();
    return board;
  }

  #isOn(): boolean {
    const { deps: { shared }, storeIsAway } = this.#program;
    return shared === undefined || this.#lease?.held === true || (this.#lease !== undefined && storeIsAway());
  }

  async #giveUp(): Promise<void> {
    this.#board?.[Symbol.dispose]();
    this.#board = undefined;
    await this.#lease?.[Symbol.asyncDispose]();
    this.#lease = undefined;
  }
}
