/**
 * What PostgreSQL costs against SQLite: statements and time of a refresh, and CPU time of a token question with one
 * instance and with two.
 *
 *   deno task bench:postgres --refreshes 200 --seconds 5
 *
 * Times are those of this machine; the ratios are what is to be compared. Needs wrk, and Linux for /proc.
 */
import { parseArgs } from "node:util";
import { STATEMENTS } from "../../../src/store/postgres/statements.ts";
import { readReturn } from "../../../src/core/paste.ts";
import { noPostgres, PostgresCluster, type TestDatabase } from "../../support/postgres_cluster.ts";
import { fromSource, type RealServer } from "../../support/real_program.ts";
import { Scene } from "../../support/scene.ts";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT, REDIRECT_URI } from "../../support/simulated_twitch/options.ts";
import { serveSimulatedTwitch } from "../../support/simulated_twitch/server.ts";
import { createSimulatedTwitch } from "../../support/simulated_twitch/simulated_twitch.ts";
import { temporaryDirectory } from "../../support/temporary_directory.ts";
import { Knife } from "../../system/kill/knife.ts";
import { openParts } from "../../system/kill/parts.ts";

const CONNECTIONS = 8;
/** Written to the disk for good, as in earnest. */
const SETTINGS = ["fsync=on", "shared_preload_libraries=pg_stat_statements"];

/** What one refresh took. */
interface RefreshCost {
  /** Of many, in milliseconds. */
  readonly median: number;
  readonly most: number;
  /** By their text; empty for SQLite. */
  readonly statements: ReadonlyMap<string, number>;
}

type Client = typeof CONFIDENTIAL_CLIENT | typeof PUBLIC_CLIENT;

async function refreshCost(
  client: Client,
  count: number,
  cluster?: PostgresCluster,
): Promise<RefreshCost> {
  using directory = temporaryDirectory();
  await using database = await cluster?.database();
  const sim = createSimulatedTwitch({ clients: [client], deviceInterval: 0.1, maxAccessTokens: 1e6 });
  await using twitch = serveSimulatedTwitch(sim);
  const site = { dataDir: `${directory.path}/data`, authUrl: twitch.authUrl, apiUrl: twitch.apiUrl, client };
  await Deno.mkdir(site.dataDir, { mode: 0o700 });
  await using parts = await openParts(
    database === undefined ? site : { ...site, database: database.url },
    new Knife(undefined, () => {}),
  );
  const { connector, roster } = parts;
  const wish = { scopes: ["chat:read"], label: "" };
  if (client.secret === undefined) {
    const { attempt, userCode } = await connector.beginDevice(wish);
    sim.approveDevice(userCode);
    while (connector.device(attempt).kind === "waiting") await parts.deps.clock.sleep(20);
  } else {
    const { authorizeUrl } = await connector.begin(wish, REDIRECT_URI);
    const back = new URL(await sim.signIn(authorizeUrl));
    const returned = readReturn(back.searchParams);
    if (returned !== undefined) await connector.finish(returned);
  }
  const [login] = roster.all();
  if (login === undefined) throw new Error("nobody has signed in");
  for (let warm = 0; warm < 10; warm++) await parts.refresh(login);
  if (database !== undefined) await cluster?.sql(database.name, "CREATE EXTENSION pg_stat_statements");
  const { name } = database ?? { name: "" };
  if (cluster !== undefined) await cluster.sql(name, "SELECT pg_stat_statements_reset()");
  const spans: number[] = [];
  for (let done = 0; done < count; done++) {
    const begun = performance.now();
    await parts.refresh(login);
    spans.push(performance.now() - begun);
  }
  const refreshed = sim.counters.refreshes.get(1) ?? 0;
  if (refreshed !== count + 10) throw new Error(`${refreshed} refreshes instead of ${count + 10}`);
  spans.sort((a, b) => a - b);
  const statements = cluster === undefined ? new Map() : await statementsIn(cluster, name, count);
  return {
    median: spans[Math.floor(count / 2)] ?? 0,
    most: spans[Math.floor(count * 0.95)] ?? 0,
    statements,
  };
}

/** How many of each there were for one refresh, by name; renewals of leases and beats are not of any. */
async function statementsIn(
  cluster: PostgresCluster,
  database: string,
  count: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await cluster.sql(
    database,
    `SELECT json_build_object('text', query, 'calls', calls) FROM pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY calls DESC`,
  );
  const names = new Map(Object.entries(STATEMENTS).map(([name, text]) => [oneLine(text), name]));
  return new Map(
    rows.split("\n").map((row): { text: string; calls: number } => JSON.parse(row)).flatMap(
      ({ text, calls }) => {
        const name = names.get(oneLine(text));
        return name === undefined || calls < count / 2 ? [] : [[name, calls / count] as const];
      },
    ),
  );
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Nanoseconds on a processor, of all threads. */
async function cpuOf(pid: number): Promise<number> {
  let sum = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`).catch(() => "0");
    sum += Number(text.split(" ")[0]);
  }
  return sum;
}

async function ask({ origin }: RealServer, id: string, seconds: number): Promise<number> {
  const args = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, `${origin}/token?id=${id}`];
  const { stdout } = await new Deno.Command("wrk", { args, stdout: "piped" }).output();
  const text = new TextDecoder().decode(stdout);
  if (/Non-2xx/.test(text)) throw new Error(text);
  return Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
}

/** Microseconds of CPU time for a question, and how many a second were answered. */
interface QuestionCost {
  readonly cpu: number;
  readonly rate: number;
}

async function questionCost(
  instances: number,
  seconds: number,
  database?: TestDatabase,
): Promise<QuestionCost> {
  const env = {
    DENO_CRON_TEST_SCHEDULE_OFFSET: "",
    TOKEN_SERVER_LOG_LEVEL: "info",
    TOKEN_SERVER_KEY_FILE: "key",
    ...database === undefined ? {} : { TOKEN_SERVER_STORE: database.url },
  };
  await using scene = new Scene({ make: fromSource(), env });
  const servers: RealServer[] = [];
  for (let at = 0; at < instances; at++) {
    const own = database === undefined ? {} : { env: { TOKEN_SERVER_DATA_DIR: `data-${at}` } };
    servers.push(await scene.serve([], own));
  }
  const { id } = await scene.signIn();
  await Promise.all(servers.map((server) => ask(server, id, 2)));
  const pids = servers.map(({ process }) => process.pid);
  const sum = async (): Promise<number> => (await Promise.all(pids.map(cpuOf))).reduce((a, b) => a + b, 0);
  const before = await sum();
  const answered = (await Promise.all(servers.map((server) => ask(server, id, seconds)))).reduce(
    (a, b) => a + b,
    0,
  );
  return { cpu: (await sum() - before) / answered / 1000, rate: answered / seconds };
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { refreshes: { type: "string", default: "200" }, seconds: { type: "string", default: "5" } },
  });
  const [refreshes, seconds] = [Number(values.refreshes), Number(values.seconds)];
  const missing = noPostgres();
  if (missing !== undefined) {
    say(`Nothing is measured: ${missing}`);
    return 2;
  }
  await using cluster = await PostgresCluster.start({ settings: SETTINGS });
  for (const [name, client] of [["confidential", CONFIDENTIAL_CLIENT], ["public", PUBLIC_CLIENT]] as const) {
    const lite = await refreshCost(client, refreshes);
    const shared = await refreshCost(client, refreshes, cluster);
    const total = shared.statements.values().reduce((sum, calls) => sum + calls, 0);
    say(
      `refresh, ${name}: SQLite ${ms(lite)} · PostgreSQL ${ms(shared)} · ${
        ratio(shared.median, lite.median)
      }`,
    );
    const each = [...shared.statements].map(([name, calls]) => `${name} ${calls.toFixed(1)}`).join(", ");
    say(`  statements for one refresh: ${total.toFixed(1)} (${each})`);
  }
  const lite = await questionCost(1, seconds);
  say(`question, SQLite: ${us(lite)}`);
  for (const instances of [1, 2]) {
    await using database = await cluster.database();
    const shared = await questionCost(instances, seconds, database);
    say(
      `question, PostgreSQL, ${instances} at once: ${us(shared)} · ${
        ratio(shared.cpu, lite.cpu)
      } the CPU time`,
    );
  }
  return 0;
}

function ms({ median, most }: RefreshCost): string {
  return `${median.toFixed(1)} ms (95 % within ${most.toFixed(1)})`;
}

function us({ cpu, rate }: QuestionCost): string {
  return `${cpu.toFixed(1)} µs of CPU each, ${Math.round(rate)} a second`;
}

function ratio(one: number, other: number): string {
  return `${(one / other).toFixed(2)} times`;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
