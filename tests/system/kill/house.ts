/** A data directory, a simulated Twitch and the real program: where somebody is killed and everything is looked at afterwards. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DATABASE_FILE } from "../../../src/store/sqlite/open.ts";
import { type Ended, type Make, runCommand, startCommand, startServer } from "../../support/real_program.ts";
import type { RealServer, RunningCommand, Start } from "../../support/real_program.ts";
import type { SimulatedClient, SimulatedTwitchOptions } from "../../support/simulated_twitch/options.ts";
import { serveSimulatedTwitch, type SimulatedTwitchServer } from "../../support/simulated_twitch/server.ts";
import {
  createSimulatedTwitch,
  type SimulatedTwitch,
} from "../../support/simulated_twitch/simulated_twitch.ts";
import { temporaryDirectory } from "../../support/temporary_directory.ts";

/** Seconds: an open refresh is looked into after a twentieth of it. */
const LIFE = 20;

const USER_CODE = /^\{"userCode".*\}$/m;

/** What an account's row says. */
export interface Row {
  readonly alias: string;
  /** The sealed grant in hexadecimal digits. */
  readonly grant: string;
  readonly generation: number;
  readonly state: string;
  readonly reason: string | undefined;
}

const SHARED_ROWS = `SELECT json_build_object('alias', alias, 'generation', generation, 'health', health,
    'grant', encode(sealed_grant, 'hex'))
  FROM companion_token_server.accounts ORDER BY position`;

function linesOf(answer: string): Record<string, unknown>[] {
  return answer.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** A database that other processes share, in place of the one in the data directory. */
export interface SharedBooks {
  /** As TOKEN_SERVER_STORE says it. */
  readonly url: string;
  /** What a statement answers, a line for each row. */
  sql(text: string): Promise<string>;
}

/** Dispose of it to end everything in it. */
export class House implements AsyncDisposable {
  readonly client: SimulatedClient;
  readonly sim: SimulatedTwitch;
  readonly twitch: SimulatedTwitchServer;
  readonly start: Start;
  readonly database: SharedBooks | undefined;
  readonly #directory = temporaryDirectory();

  constructor(
    make: Make,
    client: SimulatedClient,
    options: SimulatedTwitchOptions,
    database?: SharedBooks,
  ) {
    this.client = client;
    this.database = database;
    const clients = [client];
    this.sim = createSimulatedTwitch({ accessTokenLife: LIFE, deviceInterval: 0.2, clients, ...options });
    this.twitch = serveSimulatedTwitch(this.sim);
    const env = {
      TWITCH_CLIENT_ID: client.id,
      TWITCH_CLIENT_SECRET: client.secret ?? "",
      TWITCH_AUTH_URL: this.twitch.authUrl,
      TWITCH_API_URL: this.twitch.apiUrl,
      ...database === undefined
        ? {}
        : { TOKEN_SERVER_STORE: database.url, DENO_CRON_TEST_SCHEDULE_OFFSET: "200" },
    };
    this.start = { make, directory: this.#directory.path, env };
  }

  get directory(): string {
    return this.#directory.path;
  }

  get dataDir(): string {
    return `${this.directory}/data`;
  }

  serve(): Promise<RealServer> {
    return startServer(this.start);
  }

  /** Starts a command of the program and leaves it running. */
  command(...args: string[]): RunningCommand {
    return startCommand(this.start, args);
  }

  /** Runs a command of the program to its end. */
  ended(...args: string[]): Promise<Ended> {
    return runCommand(this.start, args);
  }

  /** Restores a backup with the program's own command. */
  restore(file: string, typed: string): Promise<Ended> {
    return runCommand(this.start, ["restore", file, "--passphrase-file", "-", "--json"], typed);
  }

  /** Signs in with the program's own command; answers the id. */
  async signIn(): Promise<string> {
    await using login = this.command("login", "--device", "--json");
    await this.approve(login);
    const { code, stdout, stderr } = await login.ended();
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "").id;
  }

  /** Approves the sign-in of `login --device --json` as soon as it shows its code; one that ends before shows none. */
  async approve(login: RunningCommand): Promise<void> {
    try {
      this.sim.approveDevice(JSON.parse((await login.printed(USER_CODE))[0]).userCode);
    } catch (error) {
      if (USER_CODE.test(login.stdout)) throw error;
    }
  }

  /** The only account's id, as the program shows it. */
  async id(): Promise<string> {
    const { stdout } = await this.ended("accounts", "list", "--json");
    return JSON.parse(stdout)[0].id;
  }

  /** The only account's row; undefined if there is none. */
  async row(): Promise<Row | undefined> {
    const [row, ...others] = await this.rows();
    assert.deepEqual(others, [], "one user has one account");
    return row;
  }

  /** Every account's, oldest first; none where there is no database yet. `data` is another directory than its own. */
  async rows(data = "data"): Promise<readonly Row[]> {
    const columns = "alias, generation, health, hex(sealed_grant) AS grant";
    const found = this.database === undefined
      ? this.#read(`SELECT ${columns} FROM accounts ORDER BY position`, data)
      : linesOf(await this.database.sql(SHARED_ROWS));
    return found.map((row) => {
      const { state, reason } = JSON.parse(String(row["health"]));
      const [alias, grant] = [String(row["alias"]), String(row["grant"])];
      return { alias, grant, generation: Number(row["generation"]), state, reason };
    });
  }

  /** Whether a refresh token was sent whose fate is not known. */
  async isOpen(): Promise<boolean> {
    if (this.database === undefined) return this.#read("SELECT account FROM journal").length > 0;
    return await this.database.sql("SELECT count(*) FROM companion_token_server.journal") !== "0";
  }

  #read(sql: string, data = "data"): Record<string, unknown>[] {
    const path = `${this.directory}/${data}/${DATABASE_FILE}`;
    if (!existsSync(path)) return [];
    const database = new DatabaseSync(path);
    try {
      database.exec("PRAGMA busy_timeout = 1000");
      // Whoever made the database may have died before its tables.
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE name = 'accounts'").all();
      return tables.length === 0 ? [] : database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.twitch.close();
    this.#directory[Symbol.dispose]();
  }
}
