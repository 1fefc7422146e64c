/** Data that cannot be used, by the real program: it says why, changes nothing, and works again when that is put right. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { BALLAST_FILE } from "../../src/store/sqlite/ballast.ts";
import { DATABASE_FILE } from "../../src/store/sqlite/open.ts";
import { makes } from "../support/real_program.ts";
import { ask, play, type Scene, until } from "../support/scene.ts";
import { PUBLIC_CLIENT, type SimulatedClient } from "../support/simulated_twitch/options.ts";
import { canMount, type SmallDisk, smallDisk } from "../support/small_disk.ts";
import { namesIn } from "../support/temporary_directory.ts";

const mountable = canMount();

async function signedIn(scene: Scene): Promise<string> {
  return (await scene.signIn()).id;
}

async function assertRefused(scene: Scene, says: RegExp): Promise<void> {
  for (const args of [["serve", "--port", "0"], ["accounts", "list"], ["login", "--paste"]]) {
    const { code, stdout, stderr } = await scene.run(args);
    assert.equal(code, 2, stdout + stderr);
    assert.match(stderr, says);
  }
}

for (const make of makes()) {
  Deno.test(`${make.name}: a damaged database is named and left as it is, exit 2`, () =>
    play({ make }, async (scene) => {
      const id = await signedIn(scene);
      const path = `${scene.data}/${DATABASE_FILE}`;
      const whole = await Deno.readFile(path);
      for (const [from, to] of [[0, 100], [4096, 12_000]]) {
        const damaged = whole.slice().fill(0x5a, from, to);
        await Deno.writeFile(path, damaged);
        await assertRefused(scene, /Cannot open the database .*(damaged|not a database)/);
        assert.deepEqual(await Deno.readFile(path), damaged);
      }
      await Deno.writeFile(path, whole);
      assert.equal((await ask(await scene.serve(), id)).status, 200);
    }));

  Deno.test(`${make.name}: a database of a newer program is named and left as it is, exit 2`, () =>
    play({ make }, async (scene) => {
      await signedIn(scene);
      const path = `${scene.data}/${DATABASE_FILE}`;
      const database = new DatabaseSync(path);
      database.exec("PRAGMA user_version = 99; UPDATE meta SET value = '99' WHERE name = 'usable_from'");
      database.close();
      const newer = await Deno.readFile(path);
      await assertRefused(scene, /newer than this program/);
      assert.deepEqual(await Deno.readFile(path), newer);
    }));

  for (const wrong of ["another key", "no key"]) {
    Deno.test(`${make.name}: with ${wrong} the server is locked, says so, and touches neither key nor database`, () =>
      play({ make }, async (scene) => await lockOut(scene, wrong === "no key")));
  }

  const onSmallDisk = (act: (scene: Scene, disk: SmallDisk) => Promise<void>, client?: SimulatedClient) => ({
    ignore: !mountable,
    fn: () =>
      play({ make, ...(client === undefined ? {} : { client }) }, async (scene) => {
        await Deno.mkdir(scene.data);
        using disk = smallDisk(scene.data);
        await act(scene, disk);
        await scene.end();
      }),
  });
  Deno.test({
    name:
      `${make.name}: a server whose disk is full serves what it has, and keeps a new login until there is room`,
    ...onSmallDisk(serveOnFullDisk),
  });
  Deno.test({
    name: `${make.name}: a new grant is on a disk that was full to the last byte, by the ballast alone`,
    ...onSmallDisk(refreshOnFullDisk, PUBLIC_CLIENT),
  });
  Deno.test({
    name: `${make.name}: commands on a full disk end with exit 4 and lose nothing`,
    ...onSmallDisk(commandsOnFullDisk),
  });
}

async function lockOut(scene: Scene, missing: boolean): Promise<void> {
  const id = await signedIn(scene);
  const path = `${scene.data}/key`;
  const key = await Deno.readTextFile(path);
  scene.keepSecret(key.trim().replace(/^.*:/, ""));
  const other = `companion-token-server-key-1:${"A".repeat(43)}\n`;
  if (missing) await Deno.remove(path);
  else await Deno.writeTextFile(path, other);
  const rows = rowsOf(scene);

  {
    await using server = await scene.serve();
    const health = await fetch(`${server.origin}/healthz`);
    assert.deepEqual([health.status, await health.json()], [503, { status: "locked" }]);
    const { status, body, retryAfter } = await ask(server, id);
    assert.deepEqual([status, retryAfter], [503, "5"], body);
    assert.equal((await ask(server, crypto.randomUUID())).status, 404);
    assert.match(server.process.stderr, /the logins are locked/);
    await assertLocked(scene);
    assert.equal((await server.stop()).code, 0);
  }
  await assertLocked(scene);
  if (missing) await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  else assert.equal(await Deno.readTextFile(path), other);
  assert.deepEqual(rowsOf(scene), rows);

  await Deno.writeTextFile(path, key);
  const server = await scene.serve();
  assert.ok(scene.sim.isLive((await ask(server, id)).body));
}

async function assertLocked(scene: Scene): Promise<void> {
  const list = await scene.run(["accounts", "list", "--json"]);
  assert.equal(list.code, 0, list.stderr);
  const [account] = JSON.parse(list.stdout);
  assert.deepEqual([account.id, account.alias], [null, "ada_live"]);
  for (const args of [["login", "--device"], ["login", "--paste"], ["accounts", "refresh", "ada_live"]]) {
    const { code, stdout, stderr } = await scene.run(args);
    assert.equal(code, 2, `${args}: ${stdout}${stderr}`);
    assert.match(stderr, /TOKEN_SERVER_KEY_FILE/);
  }
}

/** All that is in the database, but for the note of who has opened it. */
function rowsOf(scene: Scene): unknown {
  const database = new DatabaseSync(`${scene.data}/${DATABASE_FILE}`);
  try {
    return ["accounts", "ids", "journal", "slots", "settings", "apps"].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all()
    );
  } finally {
    database.close();
  }
}

async function serveOnFullDisk(scene: Scene, disk: SmallDisk): Promise<void> {
  const server = await scene.serve();
  const first = await scene.signIn();
  const { body: token } = await ask(server, first.id);
  await withoutBallast(scene);
  disk.fill();
  const refused = await scene.run(["accounts", "refresh", first.alias]);
  assert.equal(refused.code, 4, refused.stderr);
  assert.deepEqual(await ask(server, first.id), { status: 200, body: token, retryAfter: null });
  assert.equal(
    scene.sim.requests.filter(isRefresh).length,
    0,
    "nothing is sent that could not be journalled",
  );
  const second = await scene.signIn("kohosuto");
  assert.ok(scene.sim.isLive((await ask(server, second.id)).body));
  const health = await fetch(`${server.origin}/healthz`);
  assert.deepEqual([health.status, await health.json()], [503, { status: "store" }]);
  disk.free();
  assert.equal((await server.stop()).code, 0);

  const again = await scene.serve();
  for (const { id } of [first, second]) assert.ok(scene.sim.isLive((await ask(again, id)).body));
  assert.equal((await scene.run(["accounts", "refresh", first.alias])).code, 0);
}

/** As it is once it was given up. */
async function withoutBallast({ data }: Scene): Promise<void> {
  await Deno.remove(`${data}/${BALLAST_FILE}`);
}

/** The disk fills up between the journal entry and the answer; without ballast the same grant is in memory only. */
async function refreshOnFullDisk(scene: Scene, disk: SmallDisk): Promise<void> {
  const { id, alias } = await scene.signIn();
  for (const ballast of [false, true]) {
    const server = await scene.serve();
    const before = generationOf(scene);
    const refreshes = scene.sim.requests.filter(isRefresh).length;
    if (!ballast) await withoutBallast(scene);
    const kind = { kind: "slow body", bytes: 8, milliseconds: 40 } as const;
    scene.sim.faults.add({ endpoint: "token", grantType: "refresh_token", when: "after", kind });
    const command = scene.start(["accounts", "refresh", alias]);
    await until(() => scene.sim.requests.filter(isRefresh).length > refreshes);
    disk.fill();
    const ended = await command.ended();
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(generationOf(scene), before + (ballast ? 1 : 0));
    assert.ok(!namesIn(scene.data).includes(BALLAST_FILE));
    if (!ballast) {
      disk.free();
      assert.equal((await server.stop()).code, 0);
      continue;
    }
    server.process.kill("SIGKILL");
    await server.process.ended();
  }
  disk.free();
  const again = await scene.serve();
  assert.ok(scene.sim.isLive((await ask(again, id)).body));
  assert.ok(namesIn(scene.data).includes(BALLAST_FILE));
  assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
  assert.equal(scene.sim.counters.replays, 0);
}

function generationOf(scene: Scene): number {
  const database = new DatabaseSync(`${scene.data}/${DATABASE_FILE}`, { readOnly: true });
  try {
    return Number(database.prepare("SELECT generation FROM accounts").get()?.["generation"]);
  } finally {
    database.close();
  }
}

function isRefresh({ params }: { params: Partial<Record<string, string>> }): boolean {
  return params["grant_type"] === "refresh_token";
}

async function commandsOnFullDisk(scene: Scene, disk: SmallDisk): Promise<void> {
  const { id, alias } = await scene.signIn();
  const login = scene.start(["login", "--paste", "--json"]);
  const { authorizeUrl } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
  await withoutBallast(scene);
  disk.fill();
  await login.type(await scene.sim.signIn(authorizeUrl, { user: "kohosuto" }));
  const ended = await login.ended();
  assert.equal(ended.code, 4, ended.stdout + ended.stderr);
  assert.match(ended.stderr, /disk/);
  for (const args of [["serve", "--port", "0"], ["accounts", "rotate-id", alias]]) {
    const { code, stdout, stderr } = await scene.run(args);
    assert.equal(code, 4, `${args}: ${stdout}${stderr}`);
    assert.match(stderr, /Make room on the disk/);
  }
  disk.free();
  const server = await scene.serve();
  assert.ok(scene.sim.isLive((await ask(server, id)).body));
  const { id: second } = await scene.signIn("kohosuto");
  assert.ok(scene.sim.isLive((await ask(server, second)).body));
}
