/** The real Twitch client, over a simulated Twitch in the same process, under the whole of core with a clock that a test moves. */
import { type Duration, MINUTE, SECOND } from "../../src/core/account.ts";
import { Connector, type DeviceState } from "../../src/core/connect.ts";
import { AppError } from "../../src/core/error.ts";
import type { Login } from "../../src/core/login.ts";
import { NoticeBoard } from "../../src/core/notice_board.ts";
import { readReturn } from "../../src/core/paste.ts";
import type { Twitch } from "../../src/core/ports.ts";
import { Refresher } from "../../src/core/refresher.ts";
import { Roster } from "../../src/core/roster.ts";
import { Secret } from "../../src/core/secret.ts";
import { createTwitch } from "../../src/twitch/client.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { fakeVault } from "../support/fake_vault.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { RecordingNotifier } from "../support/recording_notifier.ts";
import { silentLog } from "../support/silent_log.ts";
import type { Fault } from "../support/simulated_twitch/faults.ts";
import { REDIRECT_URI, type SimulatedClient } from "../support/simulated_twitch/options.ts";
import { createSimulatedTwitch, type SimulatedTwitch } from "../support/simulated_twitch/simulated_twitch.ts";

const WISH = { scopes: ["chat:read", "chat:edit"], label: "" };
const LIFE: Duration = 4 * 3600 * SECOND;

/** One app with one user who has signed in. */
export class Stage {
  readonly client: SimulatedClient;
  readonly sim: SimulatedTwitch;
  readonly clock = new FakeClock();
  readonly store = new MemoryStore();
  readonly notifier = new RecordingNotifier();
  readonly roster: Roster;
  readonly #refresher: Refresher;
  readonly #connector: Connector;
  readonly #board: NoticeBoard;
  /** Requests whose answer is not there yet: they take no time of the fake clock. */
  #underWay = 0;
  /** Aborted once the fault that hangs has struck: no test waits for a real time-out. */
  #patience: AbortController | undefined;

  private constructor(client: SimulatedClient) {
    this.client = client;
    this.sim = createSimulatedTwitch({ now: () => this.clock.now(), accessTokenLife: LIFE / SECOND });
    const { clock, store } = this;
    const fetch: typeof globalThis.fetch = (input, init) => this.sim.fetch(input, this.#hurried(init));
    const twitch = createTwitch({
      ...{ authUrl: "https://id.twitch.test/oauth2", apiUrl: "https://api.twitch.test/helix" },
      ...{ clock, fetch, denoVersion: "2.9.6" },
    });
    const deps = { store, vault: fakeVault(), twitch: this.#counting(twitch), clock, log: silentLog() };
    this.roster = new Roster({ ...deps, random: () => 0.5 });
    this.#refresher = new Refresher(this.roster);
    this.#connector = new Connector(this.roster);
    this.#board = new NoticeBoard(this.roster, this.notifier);
  }

  /** Signed in by device code, as every app can. */
  static async open(client: SimulatedClient): Promise<Stage> {
    const stage = new Stage(client);
    const { id, secret } = client;
    await stage.roster.useApp({
      clientId: id,
      clientSecret: secret === undefined ? undefined : new Secret(secret),
    });
    await stage.#board.load();
    const outcome = await stage.signInByDevice();
    if (outcome !== "connected") throw new Error(`Cannot sign in: ${outcome}`);
    return stage;
  }

  get login(): Login {
    const [login] = this.roster.all();
    if (login === undefined) throw new Error("nobody is signed in");
    return login;
  }

  /** The plain ids of the login. */
  get ids(): readonly string[] {
    return this.roster.ids.of(this.login).map(({ id }) => id.reveal());
  }

  /** Whether the token that would be served is good at Twitch. */
  get served(): boolean {
    const access = this.login.access?.reveal();
    return access !== undefined && this.sim.isLive(access);
  }

  /** The next request that fits `fault` is struck. One that is `slow` runs into the time-out. */
  strike(fault: Fault, slow: boolean): void {
    this.sim.faults.add(fault);
    if (slow) this.#patience = new AbortController();
  }

  #hurried(init: RequestInit = {}): RequestInit {
    if (this.#patience === undefined) return init;
    const { signal } = this.#patience;
    return { ...init, signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal };
  }

  /** Requests to the token endpoint with this grant type that arrived. */
  arrived(grantType: string): number {
    return this.sim.requests.filter(({ params }) => params["grant_type"] === grantType).length;
  }

  /** Answers `connected` or the code of the error. */
  async signInByCode(): Promise<string> {
    return await outcomeOf(this.#drive(this.#byCode()));
  }

  async #byCode(): Promise<void> {
    const { authorizeUrl } = await this.#connector.begin(WISH, REDIRECT_URI);
    const returned = readReturn(new URL(await this.sim.signIn(authorizeUrl)).searchParams);
    if (returned === undefined) throw new Error("the browser came back with nothing");
    await this.#connector.finish(returned);
  }

  /** Answers `connected` or the code of the error. */
  async signInByDevice(): Promise<string> {
    return await outcomeOf(this.#drive(this.#byDevice()));
  }

  async #byDevice(): Promise<void> {
    const begun = await this.#connector.beginDevice(WISH);
    this.sim.approveDevice(begun.userCode);
    let state: DeviceState;
    do {
      await this.clock.sleep(SECOND);
      state = this.#connector.device(begun.attempt);
    } while (state.kind === "waiting");
    if (state.kind === "failed") throw state.error;
  }

  /** What the job does each minute. */
  async round(): Promise<void> {
    await this.#drive(this.#refresher.due());
    this.#board.look();
    await settled();
  }

  /** Rounds for so long, or until `enough`. */
  async rounds(span: Duration, enough: () => boolean): Promise<void> {
    for (let passed = 0; passed < span && !enough(); passed += MINUTE) {
      await this.wait(MINUTE);
      await this.round();
    }
  }

  /** Lets time pass; what wakes by itself runs to its end. */
  async wait(span: Duration): Promise<void> {
    await this.#drive(this.clock.advance(span));
    await this.#idle();
  }

  /** What `accounts refresh` does. */
  async refreshNow(): Promise<void> {
    await this.#drive(this.#refresher.one(this.login, "person"));
  }

  async #idle(): Promise<void> {
    do await settled(); while (this.#underWay > 0);
  }

  /** Runs to its end what waits for Twitch or for time to pass. */
  async #drive<T>(work: Promise<T>): Promise<T> {
    let running = true;
    const end = (): void => void (running = false);
    work.then(end, end);
    for (await settled(); running; await settled()) {
      if (this.sim.faults.pending === 0) this.#runOut();
      if (this.#underWay === 0 && this.clock.sleeping > 0) await this.clock.advance(SECOND);
    }
    return await work;
  }

  #runOut(): void {
    this.#patience?.abort(new DOMException("Signal timed out.", "TimeoutError"));
    this.#patience = undefined;
  }

  #counting(twitch: Twitch): Twitch {
    const counted = async <T>(asked: Promise<T>): Promise<T> => {
      this.#underWay++;
      try {
        return await asked;
      } finally {
        this.#underWay--;
      }
    };
    return {
      ...twitch,
      exchangeCode: (...input) => counted(twitch.exchangeCode(...input)),
      beginDevice: (...input) => counted(twitch.beginDevice(...input)),
      pollDevice: (...input) => counted(twitch.pollDevice(...input)),
      refresh: (...input) => counted(twitch.refresh(...input)),
      validate: (...input) => counted(twitch.validate(...input)),
      revoke: (...input) => counted(twitch.revoke(...input)),
    };
  }
}

async function outcomeOf(work: Promise<void>): Promise<string> {
  try {
    await work;
    return "connected";
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}
