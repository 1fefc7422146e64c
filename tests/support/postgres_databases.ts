/**
 * System tests on PostgreSQL: where TOKEN_SERVER_TEST_POSTGRES names a server, each directory that the program is started
 * in has a database of its own there, in place of the file. `deno task test:system:postgres` sets it.
 */
const known = new Set<string>();

/** The address of the server, without a database; undefined where the tests go by the file. */
export function testServer(): string | undefined {
  return Deno.env.get("TOKEN_SERVER_TEST_POSTGRES") || undefined;
}

/** What the program needs of the environment to use the database of this directory, which is made the first time. */
export function databaseFor(directory: string): Readonly<Record<string, string>> {
  const server = testServer();
  if (server === undefined) return {};
  const name = directory.toLowerCase().replace(/[^a-z0-9]+/g, "_").slice(-60);
  const url = `${server}/${name}`;
  if (!known.has(name)) {
    known.add(name);
    const args = ["-XAtq", "-d", `${server}/postgres`, "-c", `CREATE DATABASE ${name}`];
    const { success, stderr } = new Deno.Command("psql", { args, stdout: "null" }).outputSync();
    if (!success) throw new Error(`Cannot make a database: ${new TextDecoder().decode(stderr)}`);
  }
  return { TOKEN_SERVER_STORE: url };
}

/** Of a test about what PostgreSQL does not have or does otherwise, and what has its own test in `tests/postgres`. */
export const FOR_THE_FILE: Readonly<{ ignore: boolean }> = { ignore: testServer() !== undefined };
