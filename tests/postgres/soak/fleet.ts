/** Three instances on one database with the accounts of one app, what is done to them, and what it has come to. */
import assert from "node:assert/strict";
import { hurriedProgram } from "../../support/hurried_program.ts";
import { CAREFUL } from "../../support/hurried_times.ts";
import type { PostgresCluster, TestDatabase } from "../../support/postgres_cluster.ts";
import type { Start } from "../../support/real_program.ts";
import { REDIRECT_URI, type SimulatedClient } from "../../support/simulated_twitch/options.ts";
import { createRandom, type Random } from "../../support/simulated_twitch/random.ts";
import type { SimulatedTwitchServer } from "../../support/simulated_twitch/server.ts";
import { createSimulatedTwitch } from "../../support/simulated_twitch/simulated_twitch.ts";
import { temporaryDirectory } from "../../support/temporary_directory.ts";
import { ANSWER_TAKES, disturb, type Done } from "./disturbances.ts";
import { Ledger } from "./ledger.ts";
import { type Fates, fatesOf } from "./fates.ts";
import { Member } from "./member.ts";
import { type Asked, Questions } from "./questions.ts";
import { removals, type Staleness } from "./removals.ts";
import { people, seed, type Seeded } from "./seeding.ts";

const INSTANCES = ["A", "B", "C"];
/** How long all may need to be well again once nothing is done to anybody any more. */
const REST = 60_000;

export interface FleetOptions {
  readonly name: string;
  readonly client: SimulatedClient;
  readonly accounts: number;
  /** Seconds that an access token lives. */
  readonly life: number;
  readonly seed: number;
}

/** What one fleet has shown. */
export interface Shown extends Fates {
  readonly name: string;
  readonly accounts: number;
  readonly sends: number;
  readonly refreshes: number;
  readonly replays: number;
  readonly questions: Asked;
  readonly staleness: Staleness;
}

export class Fleet implements AsyncDisposable {
  readonly members: readonly Member[];
  readonly #options: FleetOptions;
  readonly #cluster: PostgresCluster;
  readonly #database: TestDatabase;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #seeded: readonly Seeded[];
  readonly #open: AsyncDisposableStack;

  private constructor(
    options: FleetOptions,
    cluster: PostgresCluster,
    { database, ledger, seeded, members, open }: {
      readonly database: TestDatabase;
      readonly ledger: Ledger;
      readonly seeded: readonly Seeded[];
      readonly members: readonly Member[];
      readonly open: AsyncDisposableStack;
    },
  ) {
    this.#options = options;
    this.#cluster = cluster;
    this.#database = database;
    this.#ledger = ledger;
    this.#seeded = seeded;
    this.members = members;
    this.#open = open;
    this.#random = createRandom(options.seed);
  }

  /** Signs everybody in and starts the instances. */
  static async start(cluster: PostgresCluster, options: FleetOptions): Promise<Fleet> {
    await using open = new AsyncDisposableStack();
    const { client, life } = options;
    const directory = open.use(temporaryDirectory()).path;
    const database = open.use(await cluster.database());
    const users = people(options.accounts);
    const sim = createSimulatedTwitch({
      ...{ clients: [client], users, accessTokenLife: life, deviceInterval: 0.1, seed: options.seed },
    });
    const ground = { store: database.url, dataDir: directory, keyFile: `${directory}/key`, client, sim };
    const seeded = await seed(ground, users);
    // Answers that come in drips: a death among them finds the refresh token used and its successor nowhere.
    const kind = { kind: "slow body", bytes: 30, milliseconds: ANSWER_TAKES / 8 } as const;
    const endpoint = { endpoint: "token", grantType: "refresh_token" } as const;
    sim.faults.add({ ...endpoint, when: "after", kind, times: Infinity });
    const dies = client.secret === undefined || client.oldAccessTokenAfterRefresh === "dies";
    const ledger = new Ledger(sim, dies);
    ledger.begin();
    const members: Member[] = [];
    for (const each of INSTANCES) {
      const name = `${options.name} ${each}`;
      const start = (port: number, twitch: SimulatedTwitchServer): Start =>
        startOf(directory, each, client, database.url.replace(`:${cluster.port}/`, `:${port}/`), twitch);
      members.push(open.use(new Member({ name, ledger, port: cluster.port, start })));
    }
    await Promise.all(members.map((member) => member.up()));
    return new Fleet(options, cluster, { database, ledger, seeded, members, open: open.move() });
  }

  /** Lets it live until `end` is aborted, then, with the database back from its `crashes`, lets it come to rest. */
  async live(
    { done, crashes }: { readonly done: Done; readonly crashes: Promise<void> },
    end: AbortSignal,
  ): Promise<Shown> {
    const { members } = this;
    const dies = this.#options.client.secret === undefined;
    const about = { seeded: this.#seeded, survives: !dies };
    const questions = new Questions(members, this.#ledger, createRandom(this.#options.seed + 1), about);
    const staleness: Staleness = { removed: 0, calm: 0, disturbed: 0, recovered: 0, problems: [] };
    const site = { cluster: this.#cluster, database: this.#database.name, members, questions };
    await Promise.all([
      questions.run(end),
      disturb(members, this.#random, done, end),
      removals(site, staleness, end),
    ]);
    await crashes;
    await Promise.all(members.map((member) => member.up()));
    await this.#rest();
    const { sim, sends, rotations } = this.#ledger;
    return {
      ...{ name: this.#options.name, accounts: this.#options.accounts, sends, staleness },
      ...await fatesOf({ ...site, ledger: this.#ledger }),
      refreshes: rotations.length,
      replays: sim.counters.replays,
      questions: questions.counts,
    };
  }

  async #rest(): Promise<void> {
    const end = performance.now() + REST;
    while (performance.now() < end) {
      const open = await this.#cluster.sql(
        this.#database.name,
        "SELECT count(*) FROM companion_token_server.journal",
      );
      const words = await Promise.all(this.members.map(async ({ origin }) => {
        const answer = await fetch(`${origin}/healthz`);
        return (await answer.json()).status;
      }));
      if (open === "0" && words.every((word) => word === "ok" || word === "attention")) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.fail(`the fleet ${this.#options.name} does not come to rest`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}

function startOf(
  directory: string,
  name: string,
  client: SimulatedClient,
  store: string,
  twitch: SimulatedTwitchServer,
): Start {
  return {
    make: hurriedProgram(CAREFUL),
    directory,
    env: {
      TWITCH_CLIENT_ID: client.id,
      TWITCH_CLIENT_SECRET: client.secret ?? "",
      TWITCH_REDIRECT_URI: REDIRECT_URI,
      TWITCH_AUTH_URL: twitch.authUrl,
      TWITCH_API_URL: twitch.apiUrl,
      TOKEN_SERVER_STORE: store,
      TOKEN_SERVER_DATA_DIR: `${directory}/${name}`,
      TOKEN_SERVER_KEY_FILE: `${directory}/key`,
      TOKEN_SERVER_HOST: "127.0.0.1",
      DENO_CRON_TEST_SCHEDULE_OFFSET: "1000",
    },
  };
}
