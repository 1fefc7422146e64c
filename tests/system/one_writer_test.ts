/** One writing process per data directory: commands hand over to the server that runs, and nothing is lost at its end. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { DATABASE_FILE } from "../../src/store/sqlite/open.ts";
import { makes, type RealServer } from "../support/real_program.ts";
import { ask, askUntil, play, playAll, type Scene, until } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT } from "../support/simulated_twitch/options.ts";
import { modeOf } from "../support/temporary_directory.ts";

/** A server if the commands are to be handed over. */
type Maybe = RealServer | undefined;

async function json(scene: Scene, ...args: string[]) {
  const { code, stdout, stderr } = await scene.run([...args, "--json"]);
  assert.equal(code, 0, stdout + stderr);
  return JSON.parse(stdout);
}

async function assertServes(scene: Scene, server: Maybe, id: string): Promise<void> {
  await using own = server === undefined ? await scene.serve() : undefined;
  const { status, body } = await ask(server ?? own as RealServer, id);
  assert.equal(status, 200, body);
  assert.ok(scene.sim.isLive(body));
}

async function assertRefuses(scene: Scene, server: Maybe, id: string): Promise<void> {
  await using own = server === undefined ? await scene.serve() : undefined;
  assert.equal((await ask(server ?? own as RealServer, id)).status, 404);
}

/** Every command, with the effect that it is for. */
async function everyCommand(scene: Scene, server: Maybe): Promise<void> {
  const { sim } = scene;
  const first = await scene.signInByDevice("ada_live");
  const second = await scene.signInByPaste("kohosuto");
  for (const { id } of [first, second]) await assertServes(scene, server, id);
  const list = await json(scene, "accounts", "list");
  assert.deepEqual(list.map(({ id }: { id: string }) => id), [first.id, second.id]);
  assert.deepEqual(await json(scene, "accounts", "show", "kohosuto"), list[1]);

  const refreshed = await json(scene, "accounts", "refresh", first.alias);
  assert.equal(sim.counters.refreshes.get(1), 1);
  assert.notEqual(refreshed.lastRefresh, null);
  await assertServes(scene, server, first.id);

  const { id } = await json(scene, "accounts", "rotate-id", first.alias);
  await assertServes(scene, server, id);
  await assertRefuses(scene, server, first.id);

  const again = await scene.signInByPaste("ada_live");
  assert.equal(again.id, id, "a login that heals keeps its id");

  const tokens = sim.grants().find(({ login }) => login === "kohosuto")?.accessTokens;
  assert.deepEqual(await json(scene, "accounts", "remove", "kohosuto"), { alias: "kohosuto", revoked: true });
  assert.deepEqual(tokens?.map((token) => sim.isLive(token)), [false]);
  await assertRefuses(scene, server, second.id);
  const missing = await scene.run(["accounts", "show", "kohosuto"]);
  assert.deepEqual([missing.code, /ada_live/.test(missing.stderr)], [3, true]);
}

async function otherCommands(scene: Scene, server: Maybe): Promise<void> {
  assert.match((await scene.run(["version"])).stdout, /^companion-token-server \d/);
  const config = await scene.run(["config", "--json"]);
  assert.equal(config.code, 0, config.stderr);
  const health = await scene.run(["healthcheck", "--port", `${server?.port ?? 1}`]);
  assert.equal(health.code, server === undefined ? 4 : 0, health.stderr);
  for (const words of [["--help"], ["login", "--help"], ["accounts", "--help"]]) {
    const help = await scene.run(words);
    assert.deepEqual([help.code, help.stderr], [0, ""]);
    assert.match(help.stdout, /^Usage: companion-token-server/);
  }
}

const NO_APP = { TWITCH_CLIENT_ID: "", TWITCH_CLIENT_SECRET: "" };

/** An app that setup has stored, and that processes use which name none. */
async function setUp(scene: Scene, server: Maybe): Promise<void> {
  const { id, secret } = CONFIDENTIAL_CLIENT;
  const none = await scene.run(["login"]);
  assert.equal(none.code, 2, none.stderr);
  assert.match(none.stderr, /setup/);
  const stored = await scene.run(["setup"], { env: { TWITCH_CLIENT_ID: id, TWITCH_CLIENT_SECRET: secret } });
  assert.match(
    stored.stdout,
    /If the machine is ever lost or stolen[^]*1\. twitch\.tv[^]*2\. [^]*New Secret/,
  );
  assert.equal(stored.code, 0, stored.stderr);
  await assertServes(scene, server, (await scene.signIn()).id);
}

for (const beside of [true, false]) {
  const where = beside ? "beside a running server" : "without a server";
  Deno.test(`every command works ${where}`, () =>
    playAll({}, async (scene) => {
      const server = beside ? await scene.serve() : undefined;
      await everyCommand(scene, server);
      await otherCommands(scene, server);
      if (server !== undefined) assert.equal((await server.stop()).code, 0);
    }));
  Deno.test(`setup ${where} stores the app for those who name none`, () =>
    playAll({ env: NO_APP }, async (scene) => await setUp(scene, beside ? await scene.serve() : undefined)));
}

for (const make of makes()) {
  Deno.test(`${make.name}: serve.json is private while the server runs, and gone afterwards`, () =>
    play({ make }, async (scene) => {
      const path = `${scene.data}/serve.json`;
      const server = await scene.serve();
      assert.equal(modeOf(path), 0o600);
      assert.equal(modeOf(scene.data), 0o700);
      const { address, secret } = JSON.parse(await Deno.readTextFile(path));
      const body = JSON.stringify({ operation: "listAccounts", input: {} });
      const statuses = await Promise.all([`Bearer ${secret}`, "Bearer x", ""].map(async (authorization) => {
        const response = await fetch(`${address}/control`, {
          method: "POST",
          headers: { authorization },
          body,
        });
        await response.body?.cancel();
        return response.status;
      }));
      assert.deepEqual(statuses, [200, 404, 404]);
      assert.equal((await server.stop()).code, 0);
      await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    }));

  Deno.test(`${make.name}: kill -9 frees the data directory for a command and for the next server`, () =>
    play({ make }, async (scene) => {
      const server = await scene.serve();
      const { id } = await scene.signIn();
      server.process.kill("SIGKILL");
      await server.process.ended();
      assert.ok((await Deno.stat(`${scene.data}/serve.json`)).isFile);
      assert.equal((await json(scene, "accounts", "list"))[0].id, id);
      await assertServes(scene, undefined, id);
    }));

  Deno.test(`${make.name}: a command waits for a server that is just starting`, () =>
    play({ make }, async (scene) => {
      await scene.serve();
      const path = `${scene.data}/serve.json`;
      await Deno.rename(path, `${path}.away`);
      const list = scene.start(["accounts", "list"]);
      // Nothing outside tells that it waits; a run that is slower than this proves less, but fails no oftener.
      await new Promise((resolve) => setTimeout(resolve, 400));
      await Deno.rename(`${path}.away`, path);
      assert.equal((await list.ended()).code, 0);
    }));
}

for (const client of [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]) {
  const type = client.secret === undefined ? "public" : "confidential";
  Deno.test(`SIGTERM during a refresh of a ${type} app waits for the answer and stores it`, () =>
    playAll({ client }, stopDuringRefresh));
}

async function stopDuringRefresh(scene: Scene): Promise<void> {
  const { sim } = scene;
  const server = await scene.serve();
  const { id, alias } = await scene.signIn();
  const old = sim.refreshTokens();
  sim.faults.add({
    endpoint: "token",
    grantType: "refresh_token",
    when: "after",
    kind: { kind: "slow body", bytes: 1000, milliseconds: 1000 },
  });
  const asked = sim.counters.requests.token;
  const refresh = scene.start(["accounts", "refresh", alias]);
  await sim.arrivals("token", asked + 1);
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /login refreshed/);
  await refresh.ended();

  const again = await scene.serve();
  const { body } = await askUntil(again, id, ({ status }) => status === 200);
  assert.equal(body, sim.accessTokens().at(-1));
  assert.equal(sim.counters.refreshes.get(1), 1);
  assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
  assert.equal(sim.counters.replays, 0);
  assert.equal(sim.refreshTokens()[0] === old[0], scene.client.secret !== undefined);
}

Deno.test("a refreshed login is served and written later if another program has the database just then", () =>
  playAll({ client: PUBLIC_CLIENT }, async (scene) => {
    const { sim } = scene;
    const server = await scene.serve();
    const { id, alias } = await scene.signIn();
    sim.faults.add({
      endpoint: "token",
      grantType: "refresh_token",
      when: "after",
      kind: { kind: "slow body", bytes: 1000, milliseconds: 500 },
    });
    const asked = sim.counters.requests.token;
    const refresh = scene.start(["accounts", "refresh", alias]);
    await sim.arrivals("token", asked + 1);
    const other = new DatabaseSync(`${scene.data}/${DATABASE_FILE}`);
    other.exec("BEGIN IMMEDIATE");
    await server.process.complained(/cannot write to disk/);
    assert.equal((await ask(server, id)).body, sim.accessTokens().at(-1));
    other.exec("ROLLBACK");
    other.close();
    assert.equal((await refresh.ended()).code, 0);
    assert.equal((await server.stop()).code, 0);

    const again = await scene.serve();
    assert.equal((await ask(again, id)).body, sim.accessTokens().at(-1));
    assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
    assert.equal(sim.counters.replays, 0);
  }));

Deno.test("a command gives up on a server that hangs, exit 4, and disturbs it no further", () =>
  playAll({}, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    server.process.kill("SIGSTOP");
    const { code, stdout, stderr } = await scene.run(["accounts", "list"]);
    assert.equal(code, 4, stdout + stderr);
    assert.match(stderr, new RegExp(`process ${server.process.pid}\\) does not answer`));
    server.process.kill("SIGCONT");
    await until(async () => (await ask(server, id)).status === 200);
    assert.equal((await scene.run(["accounts", "list"])).code, 0);
  }));
