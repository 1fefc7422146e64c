/** One process of the program on its data directory: the real store, vault and Twitch client, put together as `serve` does. */
import { MINUTE } from "../../src/core/account.ts";
import type { TwitchApp } from "../../src/core/app.ts";
import { doubtTimes, newestTime } from "../../src/core/doubt.ts";
import type { Deps, Twitch, Vault } from "../../src/core/ports.ts";
import { Refresher } from "../../src/core/refresher.ts";
import { Roster } from "../../src/core/roster.ts";
import { takeLock } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { createTwitch } from "../../src/twitch/client.ts";
import { openVault } from "../../src/vault/open.ts";
import { settled } from "../support/fake_clock.ts";
import { silentLog } from "../support/silent_log.ts";
import type { Random } from "../support/simulated_twitch/random.ts";
import { never, type Sender, type Wire } from "./wire.ts";

/** What a process finds. */
export interface Place {
  readonly dataDir: string;
  readonly app: TwitchApp;
  readonly wire: Wire;
  readonly random: Random;
}

/** A process that may die at any moment: what it was doing is then never finished. */
export class Process implements Sender {
  readonly log = silentLog();
  readonly roster: Roster;
  readonly refresher: Refresher;
  /** What was on the disk, or the wall clock, was wrong when it started: it could not know which tokens are over. */
  readonly misled: boolean;
  readonly #held: DisposableStack;
  readonly #wire: Wire;
  readonly #death = Promise.withResolvers<void>();
  #dead = false;
  #sealIsDeath = false;
  #turn: Promise<unknown> = Promise.resolve();
  #underWay = 0;

  private constructor(place: Place, parts: Omit<Deps, "log" | "random">, held: DisposableStack) {
    this.#held = held;
    this.#wire = place.wire;
    this.misled = place.wire.machine.error > 0 || place.wire.machine.unseen;
    const random = (): number => place.random.integer(0, 999_999) / 1_000_000;
    const deps = { ...parts, twitch: this.#ordered(parts.twitch), vault: this.#mortal(parts.vault) };
    this.roster = new Roster({ ...deps, log: this.log, random });
    this.refresher = new Refresher(this.roster);
  }

  /** Opens what is on the disk. */
  static async start(place: Place): Promise<Process> {
    const { dataDir, app, wire } = place;
    const held = new DisposableStack();
    const lock = takeLock(dataDir);
    if (lock === undefined) throw new Error("Cannot start: the process before has not let go of the lock");
    held.use(lock);
    const store = held.use(openSqliteStore(dataDir, "companion-token-server"));
    const clock = wire.machine.clock();
    const vault = await openVault({ slots: store, keyFile: `${dataDir}/key`, now: clock.now() });
    const urls = { authUrl: "https://id.twitch.test/oauth2", apiUrl: "https://api.twitch.test/helix" };
    const fetch: typeof globalThis.fetch = (input, init) => wire.fetchFor(made)(input, init);
    const twitch = held.use(createTwitch({ ...urls, clock, fetch, denoVersion: "2.9.6" }));
    const made = new Process(place, { store, vault, twitch, clock }, held);
    const { roster, refresher } = made;
    await roster.useApp(app);
    await roster.load();
    if (clock.now() < newestTime(roster) - MINUTE) doubtTimes(roster);
    clock.onJump = () => {
      if (made.dead) return;
      doubtTimes(roster);
      refresher.due();
    };
    return made;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Resolves when it has died. */
  get death(): Promise<void> {
    return this.#death.promise;
  }

  die(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#wire.forsake();
    this.#held.dispose();
    this.#death.resolve();
  }

  dieAtSeal(): void {
    this.#sealIsDeath = true;
  }

  serves(access: string): boolean {
    return this.roster.all().some((login) => login.access?.reveal() === access);
  }

  dependsOn(access: string): boolean {
    const login = this.roster.all().find((login) => login.access?.reveal() === access);
    return login === undefined || login.open !== undefined || login.account.refusals !== undefined;
  }

  /** Resolves when nothing runs on without time passing, or when it has died. */
  async idle(): Promise<void> {
    do await settled(); while (this.#underWay > 0 && !this.#dead);
  }

  /**
   * What threads and streams do is done one at a time, in the order in which it was asked for: so a seed gives the same
   * year again. What a dead process asks for is not answered: nothing of it reaches the disk.
   */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      const turn = this.#turn.then(() => this.#dead ? never() : work());
      this.#turn = turn.catch(() => {});
      const done = await turn;
      return this.#dead ? await never() : done;
    } finally {
      this.#underWay--;
    }
  }

  #ordered(twitch: Twitch): Twitch {
    return {
      ...twitch,
      refresh: (...input) => this.#inTurn(() => twitch.refresh(...input)),
      validate: (...input) => this.#inTurn(() => twitch.validate(...input)),
      revoke: (...input) => this.#inTurn(() => twitch.revoke(...input)),
    };
  }

  #mortal(vault: Vault): Vault {
    return {
      locked: vault.locked,
      openGrant: (...input) => this.#inTurn(() => vault.openGrant(...input)),
      seal: (...input) => this.#inTurn(() => vault.seal(...input)),
      open: (...input) => this.#inTurn(() => vault.open(...input)),
      sealGrant: (...input) => {
        if (this.#sealIsDeath) this.die();
        return this.#inTurn(() => vault.sealGrant(...input));
      },
    };
  }
}
