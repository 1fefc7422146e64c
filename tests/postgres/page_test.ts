/** .github/POSTGRES.md, tried: its set-up on a real server, and its lines that make secrets. */
import assert from "node:assert/strict";
import { postgresAddress } from "../../src/store/postgres/address.ts";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { readKeyFile } from "../../src/vault/key.ts";
import { anAccount, anId } from "../support/account_samples.ts";
import { PROGRAM, withPostgres } from "../support/postgres_scene.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const PAGE = Deno.readTextFileSync(new URL("../../.github/POSTGRES.md", import.meta.url));

/** The blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...PAGE.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text = ""]) => text);
}

withPostgres((cluster) => {
  Deno.test("POSTGRES.md: a role with the rights that it names is enough, and has no others", async () => {
    const server = await cluster();
    const [asAdministrator = "", inDatabase = ""] = blocks("sql");
    // One by one, for CREATE DATABASE takes no transaction.
    for (const statement of asAdministrator.split(";").filter((one) => one.trim() !== "")) {
      await server.sql("postgres", statement);
    }
    await server.sql("tokens", inDatabase);
    const password = encodeURIComponent(/PASSWORD '(.*)'/.exec(asAdministrator)?.[1] ?? "");
    const url = `postgres://tokens:${password}@127.0.0.1:${server.port}/tokens`;
    {
      await using store = await openPostgresStore(url, PROGRAM);
      await using other = await openPostgresStore(url, PROGRAM);
      assert.ok(await store.add(anAccount(), anId()));
      assert.equal((await other.accounts()).length, 1);
      await using lease = await other.shared.lease("account key-1");
      assert.ok(lease !== undefined);
    }
    const rights = "has_database_privilege('tokens', 'tokens', 'CREATE'), " +
      "has_schema_privilege('tokens', 'public', 'CREATE'), rolsuper OR rolcreatedb OR rolcreaterole";
    assert.equal(
      await server.sql("tokens", `SELECT ${rights} FROM pg_roles WHERE rolname = 'tokens'`),
      "f|f|f",
    );
  });
});

Deno.test("POSTGRES.md: its lines make the secrets of compose.yml as the program takes them", async () => {
  using directory = temporaryDirectory();
  const script = blocks("sh").find((text) => text.includes("mkdir")) ?? assert.fail("they are there");
  const { code, stderr } = await new Deno.Command("sh", { args: ["-euc", script], cwd: directory.path })
    .output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const read = (name: string) => Deno.readTextFileSync(`${directory.path}/secrets/${name}`);
  const { host, database, user, password, proof } = postgresAddress(read("store"));
  assert.deepEqual([host, database, user, proof], ["database", "companion", "companion", "none"]);
  assert.equal(password.reveal(), read("database-password"));
  assert.match(password.reveal(), /^[0-9a-f]{48}$/);
  const key = await readKeyFile(`${directory.path}/secrets/key`);
  assert.equal(key.kind, "read");
});
