/** A household: some logins of one app on one machine, lived through minute by minute, and what came of it. */
import { DAY, type Duration, type Grant, HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { admit } from "../../src/core/admit.ts";
import { AppError } from "../../src/core/error.ts";
import type { Login } from "../../src/core/login.ts";
import { Secret } from "../../src/core/secret.ts";
import { tokenFor } from "../../src/core/token.ts";
import type { SimulatedClient } from "../support/simulated_twitch/options.ts";
import { createRandom, type Random } from "../support/simulated_twitch/random.ts";
import { createSimulatedTwitch, type SimulatedTwitch } from "../support/simulated_twitch/simulated_twitch.ts";
import { digestAtOnce, Machine } from "./machine.ts";
import { type Place, Process } from "./process.ts";
import { classesFor, type Rates, Weather } from "./weather.ts";
import { Wire } from "./wire.ts";

/** What goes wrong, faults and deaths per thousand requests. */
export interface Trouble extends Rates {
  readonly deaths: number;
  /** Restarts, and jumps of the clock. */
  readonly perMonth: number;
  readonly outagesPerMonth: number;
  readonly longestOutage: Duration;
}

/** What a household is like. */
export interface Plan {
  readonly client: SimulatedClient;
  readonly accounts: number;
  readonly days: number;
  readonly seed: number;
  readonly dataDir: string;
  /** Seconds that an access token lives; undefined: as long as Twitch's do. */
  readonly life: number | undefined;
  /** Undefined: nothing ever goes wrong. */
  readonly trouble: Trouble | undefined;
}

/** What happened. */
export interface Report {
  questions: number;
  /** Without a token, while none was valid. */
  unanswered: number;
  /** Tokens answered that Twitch did not accept any more. */
  stale: number;
  restarts: number;
  jumps: number;
  outages: number;
  /** Logins that a person had to renew, by what became of the answer with the new refresh token. */
  readonly lost: Map<string, number>;
  /**
   * Logins that ended although their token was not spent, because nothing could show it: Twitch was away until the old
   * access token was over, or the app's old access tokens survive a refresh.
   */
  withoutWitness: number;
  /** What must not be: logins lost otherwise, errors while a stored token was valid. */
  readonly wrongs: string[];
  mostLive: number;
}

const SCOPES: readonly string[] = ["chat:read", "chat:edit"];
/** So long nothing goes wrong at first: until an app is known to rotate, no care can be taken of it. */
const QUIET_START = 5 * HOUR;
const QUIET_END = 12 * HOUR;

/** One household with its year. */
export class House {
  readonly report: Report = {
    ...{
      questions: 0,
      unanswered: 0,
      stale: 0,
      restarts: 0,
      jumps: 0,
      outages: 0,
      mostLive: 0,
      withoutWitness: 0,
    },
    ...{ lost: new Map(), wrongs: [] },
  };
  readonly machine = new Machine();
  readonly sim: SimulatedTwitch;
  readonly weather: Weather;
  readonly wire: Wire;
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #place: Place;
  readonly #ids: string[] = [];
  #process: Process | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    const { client, seed, accounts, dataDir, life, trouble } = plan;
    const users = Array.from({ length: accounts }, (_, number) => {
      const login = `streamer_${number + 1}`;
      return { id: `${7000 + number}`, login, displayName: login };
    });
    const now = () => this.machine.truth;
    this.sim = createSimulatedTwitch({ clients: [client], users, seed, now, accessTokenLife: life });
    this.#random = createRandom(seed + 1);
    this.weather = new Weather(this.#random, trouble ?? { refresh: 0, validate: 0 }, classesFor(client));
    this.wire = new Wire(this.sim, this.weather, this.machine, this.#random);
    this.wire.deathRate = trouble?.deaths ?? 0;
    const clientSecret = client.secret === undefined ? undefined : new Secret(client.secret);
    const app = { clientId: client.id, clientSecret };
    this.#place = { dataDir, app, wire: this.wire, random: this.#random };
  }

  /** Lives through all days, the last of them without trouble, and answers how each login is then. */
  async live(): Promise<readonly { readonly health: string; readonly served: boolean }[]> {
    digestAtOnce();
    this.#process = await Process.start(this.#place);
    for (let number = 1; number <= this.#plan.accounts; number++) {
      this.#ids.push(await this.#signIn(`streamer_${number}`));
    }
    const span = this.#plan.days * DAY;
    for (let passed = 0; passed < span; passed += MINUTE) {
      const quiet = passed < QUIET_START || passed >= span - QUIET_END;
      this.weather.calm = quiet || this.#plan.trouble === undefined;
      if (this.weather.calm && this.machine.error !== 0) this.#jump(-this.machine.error);
      if (!this.weather.calm) await this.#events();
      await this.#minute(passed / MINUTE);
      if (passed % HOUR === 0) this.#countLive();
    }
    return this.#living.roster.all().map((login) => ({
      health: login.account.health.state,
      served: this.sim.isLive(login.access?.reveal() ?? ""),
    }));
  }

  /** Lets go of the data directory. */
  end(): void {
    this.#process?.die();
  }

  get #living(): Process {
    if (this.#process === undefined) throw new Error("nothing runs");
    return this.#process;
  }

  async #events(): Promise<void> {
    const { trouble } = this.#plan;
    if (trouble === undefined) return;
    const month = 30 * DAY / MINUTE;
    const happens = (perMonth: number): boolean => this.#random.integer(1, month) <= perMonth;
    if (happens(trouble.perMonth)) this.#living.die();
    if (happens(trouble.outagesPerMonth)) {
      this.weather.begin(this.machine.truth, trouble.longestOutage);
      this.report.outages++;
    }
    if (this.machine.error === 0 && happens(trouble.perMonth)) {
      const far = this.#random.integer(2 * MINUTE, 3 * DAY);
      this.#jump(this.#random.integer(0, 1) === 0 ? far : -far);
    } else if (this.machine.error !== 0 && this.#random.integer(1, 180) === 1) {
      this.#jump(-this.machine.error);
    }
    await this.#revive();
  }

  #jump(span: number): void {
    this.machine.jump(span);
    this.report.jumps++;
  }

  /** A new process in place of one that has died. */
  async #revive(): Promise<void> {
    while (this.#living.dead) {
      this.report.restarts++;
      this.#process = await Process.start(this.#place);
      await this.#round();
    }
  }

  async #round(): Promise<void> {
    const process = this.#living;
    await Promise.race([process.refresher.due(), process.death]);
  }

  /** The job is on the minute, questions in the middle of it. */
  async #minute(count: number): Promise<void> {
    await this.#pass(30 * SECOND);
    const asking = this.#ids.filter((_, place) => (count + place) % 15 === 0);
    const open = new Set(asking.map((id) => this.#ask(id)));
    for (const question of open) question.finally(() => open.delete(question));
    await this.#living.idle();
    const held = open.size > 0 && !this.#living.dead;
    if (held) await this.#pass(6 * SECOND);
    if (open.size > 0 && !this.#living.dead) {
      this.report.wrongs.push("a question was held for longer than 6 s");
    }
    await this.#pass((held ? 24 : 30) * SECOND);
    await this.#revive();
    await this.#round();
    await this.#revive();
    this.wire.settle();
    const { roster } = this.#living;
    if (roster.all().every(({ account }) => account.expiresAt !== undefined)) this.machine.unseen = false;
    await this.#renewLost();
  }

  async #pass(span: number): Promise<void> {
    await this.machine.advance(span, () => this.#living.idle());
    await this.#living.idle();
  }

  /** A question as Companion asks it. */
  async #ask(id: string): Promise<void> {
    const process = this.#living;
    const login = process.roster.byId(id);
    if (login === undefined) return void this.report.wrongs.push("an id is unknown");
    this.report.questions++;
    try {
      const token = await tokenFor(process.roster, process.refresher, login);
      if (!this.sim.isLive(token.reveal())) this.report.stale++;
    } catch (error) {
      if (process.dead) return;
      if (!(error instanceof AppError)) throw error;
      this.report.unanswered++;
      const { access } = await grantOf(process, login);
      const token = access.reveal();
      if (process.misled || !this.sim.isLive(token) || this.wire.denied.has(token)) return;
      this.report.wrongs.push(`${login.account.alias} was answered ${error.code} while its token was valid`);
    }
  }

  /**
   * A person signs in again where a login has ended; it must have ended by an answer that was lost, or by a cut request
   * whose fate nothing could show.
   */
  async #renewLost(): Promise<void> {
    const process = this.#living;
    for (const login of process.roster.all()) {
      const { health, alias } = login.account;
      if (health.state !== "needs_login") continue;
      const { access, refresh } = await grantOf(process, login);
      const spent = !this.sim.isLive(refresh.reveal());
      const cause = spent ? this.wire.lost.get(refresh.reveal()) : undefined;
      const { lost } = this.report;
      if (cause !== undefined) lost.set(cause, (lost.get(cause) ?? 0) + 1);
      else if (!spent && health.reason === "answer_lost" && !this.#testifies(access.reveal())) {
        this.report.withoutWitness++;
      } else {
        this.report.wrongs.push(
          `${alias} was lost (${health.reason}), its token ${spent ? "" : "not "}spent`,
        );
      }
      const { calm } = this.weather;
      this.weather.calm = true;
      await this.#signIn(login.account.login);
      this.weather.calm = calm;
    }
  }

  /** Whether `/validate` can show by this token that nothing was exchanged for its refresh token. */
  #testifies(access: string): boolean {
    return this.sim.isLive(access) && this.#plan.client.oldAccessTokenAfterRefresh !== "survives";
  }

  /** Answers the plain id. */
  async #signIn(user: string): Promise<string> {
    const { roster } = this.#living;
    const { app } = this.#place;
    const { twitch } = roster.deps;
    const begun = await twitch.beginDevice(app, SCOPES);
    if (begun.kind !== "started") throw new Error(`Cannot sign in: ${begun.reason}`);
    this.sim.approveDevice(begun.userCode, { user });
    const outcome = await twitch.pollDevice(app, begun.deviceCode, SCOPES);
    if (outcome.kind !== "granted") throw new Error(`Cannot sign in: ${outcome.kind}`);
    const { id } = await admit(roster, { app, scopes: SCOPES, label: "" }, outcome.tokens);
    return id.reveal();
  }

  #countLive(): void {
    const live = new Map<string, number>();
    for (const { login, accessTokens } of this.sim.grants()) {
      live.set(login, (live.get(login) ?? 0) + accessTokens.length);
    }
    this.report.mostLive = Math.max(this.report.mostLive, ...live.values());
  }
}

function grantOf({ roster }: Process, { account }: Login): Promise<Grant> {
  return roster.deps.vault.openGrant(account.grant, account.key, account.generation);
}
