/** The commands `store migrate` and `store reopen` of the real program, with a real PostgreSQL. */
import assert from "node:assert/strict";
import { withPostgres } from "../support/postgres_scene.ts";
import { fromSource } from "../support/real_program.ts";
import { ask, play, type Scene } from "../support/scene.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

withPostgres((cluster) => {
  Deno.test("store migrate: the real program serves the same ids and tokens from PostgreSQL", async () => {
    const database = await (await cluster()).database();
    await using _database = database;
    await play({ make: fromSource() }, async (scene) => {
      using secrets = temporaryDirectory();
      const file = `${secrets.path}/store`;
      await Deno.writeTextFile(file, `${database.url}\n`);
      await movesAndServes(scene, { TOKEN_SERVER_STORE_FILE: file });
    });
  });

  Deno.test("store reopen: the real program goes on with SQLite where nobody used the new store", async () => {
    const database = await (await cluster()).database();
    await using _database = database;
    await play({ make: fromSource() }, async (scene) => {
      const env = { TOKEN_SERVER_STORE: database.url };
      const { id } = await scene.signIn();
      assert.equal((await scene.run(["store", "migrate"], { env })).code, 0);
      const back = await scene.run(["store", "reopen"], { env });
      assert.equal(back.code, 0, back.stderr);
      assert.match(back.stdout, /^The logins are here again\./);
      const server = await scene.serve();
      assert.ok(scene.sim.isLive((await ask(server, id)).body));
      const empty = await scene.run(["accounts", "list", "--json"], { env });
      assert.equal(empty.stdout.trim(), "[]");
    });
  });
});

/** The whole way of a person, with the refusals on it. */
async function movesAndServes(scene: Scene, env: Readonly<Record<string, string>>): Promise<void> {
  const ids = [(await scene.signIn("ada_live")).id, (await scene.signIn("kohosuto")).id];
  const server = await scene.serve();
  const before = [];
  for (const id of ids) before.push((await ask(server, id)).body);
  const tooEarly = await scene.run(["store", "migrate"], { env });
  assert.equal(tooEarly.code, 4, tooEarly.stderr);
  assert.match(tooEarly.stderr, /a server or a command works in .*\nStop the server first/);
  assert.equal((await server.stop()).code, 0);

  // Without its key: nothing has to be unsealed.
  await Deno.rename(`${scene.data}/key`, `${scene.data}/elsewhere`);
  const moved = await scene.run(["store", "migrate", "--json"], { env });
  await Deno.rename(`${scene.data}/elsewhere`, `${scene.data}/key`);
  assert.equal(moved.code, 0, moved.stderr);
  const { to, already, counts } = JSON.parse(moved.stdout);
  assert.match(to, /^postgres:\/\/127\.0\.0\.1:\d+\/test_\d+$/);
  assert.deepEqual([already, counts.accounts, counts.ids, counts.slots], [false, 2, 2, 1]);
  assert.match(moved.stderr, /Closed the database here.*\nCopied and compared/);
  const twice = await scene.run(["store", "migrate"], { env });
  assert.equal(twice.code, 0, twice.stderr);
  assert.match(twice.stdout, /are in postgres:\/\/\S+ already: nothing was changed/);

  for (const words of [["serve"], ["login"], ["accounts", "list"], ["backup", "FILE", "--recovery-code"]]) {
    const refused = await scene.run(words);
    assert.equal(refused.code, 2, words.join(" "));
    assert.match(refused.stderr, /its logins have moved to postgres:\/\/127\.0\.0\.1:\d+\/test_\d+\n/);
    assert.match(refused.stderr, /store reopen/);
  }

  const after = await scene.serve([], { env });
  for (const [at, id] of ids.entries()) assert.equal((await ask(after, id)).body, before[at]);
  const refreshed = await scene.run(["accounts", "refresh", "ada_live"], { env });
  assert.equal(refreshed.code, 0, refreshed.stderr);
  const running = await scene.run(["store", "reopen"], { env });
  assert.equal(running.code, 4, running.stderr);
  assert.match(running.stderr, /a server runs on it/);
  assert.equal((await after.stop()).code, 0);
  const used = await scene.run(["store", "reopen"], { env });
  assert.equal(used.code, 3, used.stderr);
  assert.match(used.stderr, /they were used in postgres:/);
  assert.equal(scene.sim.counters.replays, 0);
  assert.deepEqual((await idsOnOneMachine(scene, env)).toSorted(), ids.toSorted());
}

/** As .github/POSTGRES.md has it: a backup of the database, restored where the logins lie in a file again. */
async function idsOnOneMachine(scene: Scene, env: Readonly<Record<string, string>>): Promise<string[]> {
  await Deno.writeTextFile(`${scene.directory}/passphrase`, "a passphrase for this test\n");
  const passphrase = ["--passphrase-file", "passphrase"];
  const saved = await scene.run(["backup", "made.backup", ...passphrase], { env });
  assert.equal(saved.code, 0, saved.stderr);
  const one = { env: { TOKEN_SERVER_STORE: "sqlite:", TOKEN_SERVER_DATA_DIR: `${scene.directory}/one` } };
  const restored = await scene.run(["restore", "made.backup", ...passphrase], one);
  assert.equal(restored.code, 0, restored.stderr);
  const listed: { id: string }[] = JSON.parse((await scene.run(["accounts", "list", "--json"], one)).stdout);
  return listed.map(({ id }) => id);
}
