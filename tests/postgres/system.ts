/**
 * The system tests, with the program on PostgreSQL instead of its file: every test whose subject is not that file or the
 * one process that may write it. `deno task test:system:postgres [FILE …]`
 */
import { noPostgres, PostgresCluster } from "../support/postgres_cluster.ts";

const FOLDER = new URL("../system/", import.meta.url);

/** What these are about does not exist there, or has tests of its own in this folder. (Single tests: `FOR_THE_FILE`.) */
const ABOUT_THE_FILE: Readonly<Record<string, string>> = {
  backup: "a blank machine, whose database is gone",
  reclaim: "a database that is gone",
  listening: "networks of their own, without a database in them",
  quiet: "a network of its own, without a database in it",
  damaged_data: "a torn file",
  disk: "a disk that takes nothing",
  kill_matrix: "kill_test.ts",
  kill_keys: "keys are changed while one instance runs alone",
  lock: "the lock of the data directory",
  moving: "the folder that is copied",
  old_versions: "files of earlier versions",
  one_writer: "the one process that may write",
  other_user: "the hand-over from command to server",
  simulated_twitch_server: "no program at all",
  sandbox: "what a file permission keeps out",
};

async function files(named: readonly string[]): Promise<readonly string[]> {
  if (named.length > 0) return named;
  const found: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    const subject = /^(.*)_test\.ts$/.exec(name)?.[1];
    if (subject !== undefined && !(subject in ABOUT_THE_FILE)) found.push(`tests/system/${name}`);
  }
  return found.toSorted();
}

async function main(named: readonly string[]): Promise<number> {
  const missing = noPostgres();
  if (missing !== undefined) {
    Deno.stderr.writeSync(
      new TextEncoder().encode(`Cannot run the system tests on PostgreSQL: ${missing}\n`),
    );
    return 2;
  }
  await using cluster = await PostgresCluster.start({ settings: ["max_connections=200"] });
  const options = ["--frozen", "--lock=tests/deno.lock", "--import-map=tests/import_map.json", "-A"];
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...options, ...await files(named)],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { TOKEN_SERVER_TEST_POSTGRES: cluster.url("").replace(/\/$/, "") },
  }).spawn().status;
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
