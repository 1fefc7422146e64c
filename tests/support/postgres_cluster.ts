/**
 * A PostgreSQL server of its own on loopback and a Unix socket, from Debian's package, in a temporary directory; its
 * superuser `companion` has the password `canary-password`. The server refuses to run as root, so there it runs as the
 * user `postgres`.
 */

const PLACES = "/usr/lib/postgresql";
export const USER = "companion";
export const PASSWORD = "canary-password";

/** A fresh database of the cluster, gone when disposed of. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** As TOKEN_SERVER_STORE says it. */
  readonly url: string;
}

/** Why there can be no cluster here, for the names of tests that are skipped; undefined where there can. */
export function noPostgres(): string | undefined {
  if (Deno.build.os !== "linux") return "only on Linux";
  return programs() === undefined ? "Debian's package postgresql is not installed" : undefined;
}

/** The directory of the newest server that is installed. */
function programs(): string | undefined {
  try {
    const versions = [...Deno.readDirSync(PLACES)].map(({ name }) => Number(name)).filter((number) =>
      number > 0
    );
    return versions.length === 0 ? undefined : `${PLACES}/${Math.max(...versions)}/bin`;
  } catch {
    return undefined;
  }
}

const INITDB = ["-A", "scram-sha-256", "-E", "UTF8", "--no-sync"];

export interface ClusterOptions {
  /** Settings of the server; DIRECTORY stands for its directory. */
  readonly settings?: readonly string[];
  /** In place of what lets USER in with the password. */
  readonly hba?: readonly string[];
  /** Puts files into the directory, which the server will own. */
  readonly before?: (directory: string) => Promise<void>;
}

export class PostgresCluster implements AsyncDisposable {
  readonly port: number;
  readonly directory: string;
  readonly #settings: readonly string[];
  #databases = 0;

  private constructor(directory: string, port: number, settings: readonly string[]) {
    this.directory = directory;
    this.port = port;
    this.#settings = settings;
  }

  static async start({ settings = [], hba, before }: ClusterOptions = {}): Promise<PostgresCluster> {
    const directory = await Deno.makeTempDir({ prefix: "postgres-", dir: "/tmp" });
    const data = `${directory}/data`;
    await Deno.mkdir(data);
    await Deno.writeTextFile(`${directory}/password`, PASSWORD);
    await before?.(directory);
    await run("chmod", "711", directory);
    if (Deno.uid() === 0) await run("chown", "-R", "postgres:", directory);
    await asServer("initdb", "-D", data, "-U", USER, ...INITDB, `--pwfile=${directory}/password`);
    if (hba !== undefined) await Deno.writeTextFile(`${data}/pg_hba.conf`, `${hba.join("\n")}\n`);
    const given = settings.map((setting) => setting.replaceAll("DIRECTORY", directory));
    const cluster = new PostgresCluster(directory, freePort(), given);
    await cluster.start();
    return cluster;
  }

  /** An address of a database; `more` goes behind the question mark. */
  url(database: string, more = ""): string {
    const query = more === "" ? "" : `?${more}`;
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/${database}${query}`;
  }

  async database(): Promise<TestDatabase> {
    const name = `test_${++this.#databases}`;
    await this.sql("postgres", `CREATE DATABASE ${name}`);
    return {
      name,
      url: this.url(name),
      [Symbol.asyncDispose]: async () => {
        await this.sql("postgres", `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      },
    };
  }

  /** What psql prints, without its decoration: a line for each row. */
  async sql(database: string, text: string): Promise<string> {
    const { stdout } = await execute(`${programs()}/psql`, ["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text], {
      PGHOST: "127.0.0.1",
      PGPORT: String(this.port),
      PGUSER: USER,
      PGPASSWORD: PASSWORD,
      PGDATABASE: database,
    });
    return stdout.trim();
  }

  /** Waits until it answers. */
  async start(): Promise<void> {
    const settings = [
      ...[`port=${this.port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${this.directory}`],
      ...[
        "fsync=off",
        "shared_buffers=16MB",
        "max_connections=60",
        "log_min_messages=fatal",
        ...this.#settings,
      ],
    ];
    const options = settings.map((setting) => `-c '${setting}'`).join(" ");
    await this.#control("start", "-w", "-l", `${this.directory}/log`, "-o", options);
  }

  /** `immediate` is a crash. */
  async stop(mode: "fast" | "immediate" = "immediate"): Promise<void> {
    await this.#control("stop", "-w", "-m", mode);
  }

  /** Nothing is answered until `resume`. */
  async pause(): Promise<void> {
    await this.#signal("SIGSTOP");
  }

  async resume(): Promise<void> {
    await this.#signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#signal("SIGCONT");
    await this.stop().catch(() => {});
    await Deno.remove(this.directory, { recursive: true });
  }

  async #control(...given: string[]): Promise<void> {
    await asServer("pg_ctl", "-D", `${this.directory}/data`, ...given);
  }

  /** To the server and each of its connections. */
  async #signal(signal: Deno.Signal): Promise<void> {
    const pid = await Deno.readTextFile(`${this.directory}/data/postmaster.pid`).catch(() => "");
    const main = Number(pid.split("\n")[0]);
    if (!(main > 1)) return;
    const { stdout } = await execute("ps", ["-o", "pid=", "--ppid", String(main)]);
    const children = stdout.split("\n").map(Number).filter((number) => number > 1);
    for (const each of [main, ...children]) {
      try {
        Deno.kill(each, signal);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound) && !/ESRCH/.test(String(error))) throw error;
      }
    }
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function asServer(program: string, ...given: string[]): Promise<void> {
  const path = `${programs()}/${program}`;
  if (Deno.uid() !== 0) await run(path, ...given);
  else await run("runuser", "-u", "postgres", "--", path, ...given);
}

async function run(program: string, ...given: string[]): Promise<void> {
  await execute(program, given);
}

async function execute(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string }> {
  // pg_ctl leaves a server that would hold a pipe open: what it says goes to its log.
  const quiet = args.includes("start");
  const output = await new Deno.Command(program, {
    args: [...args],
    env,
    cwd: "/",
    stdin: "null",
    stdout: quiet ? "null" : "piped",
    stderr: quiet ? "null" : "piped",
  }).output();
  const said = (bytes: () => Uint8Array): string => quiet ? "" : new TextDecoder().decode(bytes());
  if (!output.success) throw new Error(`Cannot run ${program}: ${said(() => output.stderr)}`);
  return { stdout: said(() => output.stdout) };
}
