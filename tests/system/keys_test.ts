/** Keys by the real program: beside a running server, locked at its start, opened while it runs, renewed under load. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { DATABASE_FILE } from "../../src/store/sqlite/open.ts";
import { PASSWORD, Person } from "../support/person.ts";
import { ask, askUntil, playAll, type Scene } from "../support/scene.ts";
import { namesIn } from "../support/temporary_directory.ts";
import { FOR_THE_FILE } from "../support/postgres_databases.ts";

const PASSPHRASE = "correct horse battery staple";
const BY_STDIN = ["--passphrase-file", "-"];

/** Runs `key …`, which must end so. Answers its standard output. */
async function key(scene: Scene, words: string, code?: number, input?: string): Promise<string> {
  const args = ["key", ...words.split(" "), ...input === undefined ? [] : BY_STDIN];
  const ended = await scene.run(args, input === undefined ? {} : { input: [input] });
  assert.equal(ended.code, code ?? 0, `${words}: ${ended.stdout}${ended.stderr}`);
  return ended.stdout + ((code ?? 0) === 0 ? "" : ended.stderr);
}

async function kinds(scene: Scene): Promise<readonly (readonly [string, boolean | null])[]> {
  const slots = JSON.parse(await key(scene, "list --json")) as { kind: string; opens: boolean | null }[];
  return slots.map(({ kind, opens }) => [kind, opens] as const);
}

Deno.test("with a passphrase alone the server starts locked, says so, and is opened while it runs", async () => {
  await playAll({}, async (scene) => {
    scene.keepSecret(PASSPHRASE);
    const first = await scene.serve();
    const { id, alias } = await scene.signIn();
    const added = await key(scene, "add passphrase", 0, PASSPHRASE);
    assert.match(added, /It protects nothing while the key file lies beside the database/);
    assert.match(await key(scene, "remove file", 2), /--unlock-after-each-reboot/);
    assert.deepEqual(await kinds(scene), [["file", true], ["passphrase", null]]);
    // What is sealed now must open at the next start.
    assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
    await key(scene, "remove file --unlock-after-each-reboot");
    assert.ok(!namesIn(scene.data).includes("key"));
    assert.equal((await ask(first, id)).status, 200);
    await first.stop();

    const second = await scene.serve();
    const answer = await ask(second, id);
    assert.deepEqual([answer.status, answer.retryAfter], [503, "5"]);
    const health = await fetch(`${second.origin}/healthz`);
    assert.deepEqual([health.status, (await health.json()).status], [503, "locked"]);
    assert.match(second.process.stdout, /Locked: .*run companion-token-server key unlock/);
    assert.equal((await scene.run(["accounts", "refresh", alias])).code, 2);
    assert.match(await key(scene, "unlock", 3, "another passphrase"), /this is not their passphrase/);
    assert.equal((await ask(second, id)).status, 503);
    assert.equal(await key(scene, "unlock", 0, PASSPHRASE), "Unlocked: 1 account.\n");
    const open = await ask(second, id);
    assert.deepEqual([open.status, scene.sim.isLive(open.body)], [200, true]);
    assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
    assert.equal(await key(scene, "unlock"), "The logins are open already.\n");
    await second.stop();
    assert.match(await key(scene, "unlock", 4, PASSPHRASE), /What was typed is right\. Start the server/);
  });
});

Deno.test("a systemd credential takes the place of the key file, by a server that is given one", async () => {
  await playAll({}, async (scene) => {
    const handedOver = { CREDENTIALS_DIRECTORY: `${scene.directory}/credentials` };
    await Deno.mkdir(handedOver.CREDENTIALS_DIRECTORY, { mode: 0o700 });
    await Deno.writeFile(
      `${handedOver.CREDENTIALS_DIRECTORY}/companion-token-server.key`,
      crypto.getRandomValues(new Uint8Array(32)),
      { mode: 0o600 },
    );
    assert.match(await key(scene, "add credential", 2), /this process was given none/);
    const first = await scene.serve([], { env: handedOver });
    const { id } = await scene.signIn();
    await key(scene, "add credential");
    await key(scene, "remove file");
    assert.deepEqual(await kinds(scene), [["credential", true]]);
    assert.match(await key(scene, "remove credential", 2), /no other is known/);
    await key(scene, "rotate");
    await first.stop();

    const without = await scene.serve();
    assert.equal((await ask(without, id)).status, 503);
    assert.match(
      without.process.stdout,
      /Locked: The systemd credential companion-token-server\.key is missing/,
    );
    await without.stop();
    const second = await scene.serve([], { env: handedOver });
    const { status, body } = await ask(second, id);
    assert.deepEqual([status, scene.sim.isLive(body)], [200, true]);
    await second.stop();
  });
});

Deno.test(
  "settings that were swapped keep no server from starting and no token from being served",
  FOR_THE_FILE,
  async () => {
    await playAll({ env: { TWITCH_CLIENT_ID: "", TWITCH_CLIENT_SECRET: "" } }, async (scene) => {
      const { id: clientId, secret = "" } = scene.client;
      const app = { TWITCH_CLIENT_ID: clientId, TWITCH_CLIENT_SECRET: secret };
      assert.equal((await scene.run(["setup"], { env: app })).code, 0);
      const { id } = await scene.signIn();
      assert.equal((await scene.run(["backup", "file", "--recovery-code"])).code, 0);
      const database = new DatabaseSync(`${scene.data}/${DATABASE_FILE}`);
      database.exec(`UPDATE settings SET value = (SELECT value FROM settings WHERE name = 'backup_keys')
      WHERE name = 'twitch_app'`);
      database.close();
      const server = await scene.serve();
      await server.process.complained(/the Twitch app cannot be opened/);
      assert.equal((await ask(server, id)).status, 200);
      await server.stop();
    });
  },
);

Deno.test("a locked server is opened on its page, where nobody can listen, and by the recovery code", async () => {
  await playAll({}, async (scene) => {
    scene.keepSecret(PASSWORD);
    const first = await scene.serve();
    const { id } = await scene.signIn();
    const code = (await key(scene, "recovery")).trim();
    assert.match(code, /^([0-9A-Z]{3}-){8}[0-9A-Z]{3}$/);
    await first.stop();
    await Deno.rename(`${scene.data}/key`, `${scene.directory}/away`);

    const second = await scene.serve();
    const person = await Person.claiming(second);
    scene.keepSecret(person.session);
    assert.equal((await ask(second, id)).status, 503);
    assert.equal(await person.submit("/unlock", { secret: "another" }, "/"), 400);
    assert.equal((await ask(second, id)).status, 503);
    assert.equal(await person.submit("/unlock", { secret: code.toLowerCase() }, "/"), 303);
    assert.equal((await askUntil(second, id, ({ status }) => status === 200)).status, 200);
    assert.ok(!second.process.stdout.concat(second.process.stderr).includes(code));
    // The way back from a key file that is lost for good.
    await key(scene, "add file");
    await second.stop();
    const third = await scene.serve();
    assert.equal((await ask(third, id)).status, 200);
    await third.stop();
    await Deno.remove(`${scene.directory}/away`);
  });
});

Deno.test("key rotate beside a running server: every question meanwhile is answered, and the next start opens", async () => {
  await playAll({ twitch: { accessTokenLife: 30 } }, async (scene) => {
    scene.keepSecret(PASSPHRASE);
    const server = await scene.serve();
    const { id, alias } = await scene.signIn();
    await key(scene, "add passphrase", 0, PASSPHRASE);
    const old = await Deno.readTextFile(`${scene.data}/key`);
    scene.keepSecret(old.trim().replace(/^.*:/, ""));
    let going = true;
    const statuses = new Set<number>();
    const asking = (async () => {
      while (going) statuses.add((await ask(server, id)).status);
    })();
    try {
      assert.match(await key(scene, "rotate", 3, "another passphrase"), /this is not their passphrase/);
      assert.equal(await Deno.readTextFile(`${scene.data}/key`), old);
      const [refreshed] = await Promise.all([
        scene.run(["accounts", "refresh", alias]),
        key(scene, "rotate", 0, PASSPHRASE),
      ]);
      assert.equal(refreshed.code, 0, refreshed.stderr);
    } finally {
      going = false;
      await asking;
    }
    assert.deepEqual([...statuses], [200]);
    assert.notEqual(await Deno.readTextFile(`${scene.data}/key`), old);
    assert.deepEqual(await kinds(scene), [["passphrase", null], ["file", true]]);
    assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
    await server.stop();
    const next = await scene.serve();
    assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
    const answer = await ask(next, id);
    assert.deepEqual([answer.status, scene.sim.isLive(answer.body)], [200, true]);
    await next.stop();
  });
});

Deno.test("a server that is killed while its keys are rotated opens everything at the next start", async () => {
  await playAll({}, async (scene) => {
    const { id, alias } = await scene.signIn();
    // How long after the command began; the seed of chance is the machine's own speed.
    for (const moment of [60, 120, 180, 240, 300]) {
      const server = await scene.serve();
      await using rotation = scene.start(["key", "rotate"]);
      await new Promise((resolve) => setTimeout(resolve, moment));
      server.process.kill("SIGKILL");
      await server.process.ended();
      await rotation.ended();
      const next = await scene.serve();
      const answer = await ask(next, id);
      assert.deepEqual([answer.status, scene.sim.isLive(answer.body)], [200, true]);
      assert.equal((await scene.run(["accounts", "refresh", alias])).code, 0);
      await next.stop();
    }
    assert.deepEqual(namesIn(scene.data).filter((name) => name.startsWith("key")), ["key"]);
  });
});
