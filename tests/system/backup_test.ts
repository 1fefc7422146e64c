/** Backup and restore by the real program: to another machine with another key, beside a server and beside none. */
import assert from "node:assert/strict";
import { backupsIn, writeWhole } from "../../src/cli/backup_files.ts";
import { makes } from "../support/real_program.ts";
import { ask, askUntil, play, playAll, printTime, type Scene, until } from "../support/scene.ts";
import { canMount, smallDisk } from "../support/small_disk.ts";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT } from "../support/simulated_twitch/options.ts";
import { modeOf, namesIn } from "../support/temporary_directory.ts";

const PASSPHRASE = "correct horse battery";
const BY_STDIN = ["--passphrase-file", "-"];
const FILE = "logins.backup";
const mountable = canMount();

/** Writes a backup, by the passphrase on standard input. */
async function backUp(scene: Scene, file = FILE): Promise<void> {
  scene.keepSecret(PASSPHRASE);
  const { code, stdout, stderr } = await scene.run(["backup", file, ...BY_STDIN, "--json"], {
    input: [PASSPHRASE],
  });
  assert.equal(code, 0, stdout + stderr);
  const said = JSON.parse(stdout);
  assert.deepEqual([Object.keys(said), said.file], [["file", "accounts", "createdAt"], file]);
  assert.equal(modeOf(`${scene.directory}/${file}`), 0o600);
}

/** The data directory is lost, and its key with it. */
async function loseAll(scene: Scene): Promise<void> {
  await Deno.remove(scene.data, { recursive: true });
}

function restore(scene: Scene, file = FILE, passphrase = PASSPHRASE, more: readonly string[] = []) {
  return scene.run(["restore", file, ...BY_STDIN, ...more], { input: [passphrase] });
}

for (const make of makes()) {
  for (const client of [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]) {
    const type = client.secret === undefined ? "public" : "confidential";
    Deno.test(`${make.name}: a backup of a running server brings a ${type} app's id back on a blank machine`, () =>
      play({ make, client }, async (scene) => {
        const first = await scene.serve();
        const { id } = await scene.signIn();
        await backUp(scene);
        assert.equal((await first.stop()).code, 0);
        const key = await Deno.readTextFile(`${scene.data}/key`);
        await loseAll(scene);

        const began = performance.now();
        const restored = await restore(scene, FILE, PASSPHRASE, ["--json"]);
        assert.equal(restored.code, 0, restored.stderr);
        const { accounts, app } = JSON.parse(restored.stdout);
        assert.deepEqual([accounts.length, accounts[0].outcome, accounts[0].ids, app], [
          1,
          "added",
          1,
          "stored",
        ]);
        assert.notEqual(await Deno.readTextFile(`${scene.data}/key`), key);
        const second = await scene.serve();
        const { status, body } = await ask(second, id);
        printTime(
          `${make.name}, ${type} app: from the start of restore on a blank machine to a token`,
          began,
        );
        assert.deepEqual([status, scene.sim.isLive(body)], [200, true]);
        await askUntil(second, id, ({ status, body }) => status === 200 && scene.sim.isLive(body));
        assert.equal(scene.sim.counters.replays, 0);
      }));
  }

  Deno.test(`${make.name}: a restored app needs no settings, and a server that runs answers the id at once`, () =>
    play({ make }, async (scene) => {
      const { id } = await scene.signInByPaste();
      await backUp(scene);
      await loseAll(scene);
      const bare = { env: { TWITCH_CLIENT_ID: "", TWITCH_CLIENT_SECRET: "" } };
      const server = await scene.serve([], bare);
      assert.equal((await ask(server, id)).status, 404);
      const { code, stdout, stderr } = await scene.run(["restore", FILE, ...BY_STDIN], {
        ...bare,
        input: [PASSPHRASE],
      });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /ada_live {2}restored\n(.*\n)*The Twitch app of the backup is set up/);
      assert.ok(scene.sim.isLive((await ask(server, id)).body));
      // Its refresh token is no secret to Twitch: the server has sent it, with the app's own secret.
      await until(() => scene.sim.requests.some(({ params }) => params["grant_type"] === "refresh_token"));
      const again = await restore(scene);
      assert.match(again.stdout, /ada_live {2}left as it is/);
    }));

  Deno.test(`${make.name}: a backup whose client secret is void brings the logins back all the same`, () =>
    play({ make }, async (scene) => {
      const { id } = await scene.signInByPaste();
      await backUp(scene);
      await loseAll(scene);
      const fresh = "an0therclientsecret0fthisapp01";
      scene.keepSecret(fresh);
      scene.sim.rotateSecret(CONFIDENTIAL_CLIENT.id, fresh);
      const { code, stderr } = await restore(scene);
      assert.equal(code, 0, stderr);
      const server = await scene.serve([], { env: { TWITCH_CLIENT_SECRET: fresh } });
      const { status, body } = await ask(server, id);
      assert.deepEqual([status, scene.sim.isLive(body)], [200, true]);
    }));

  Deno.test(`${make.name}: a wrong passphrase, a torn and an altered backup change nothing, exit 2`, () =>
    play({ make }, async (scene) => {
      const { id } = await scene.signInByPaste();
      await backUp(scene);
      await loseAll(scene);
      const path = `${scene.directory}/${FILE}`;
      const whole = await Deno.readTextFile(path);
      const refused = async (says: RegExp, passphrase = PASSPHRASE): Promise<void> => {
        const { code, stdout, stderr } = await restore(scene, FILE, passphrase);
        assert.deepEqual([code, stdout], [2, ""], stderr);
        assert.match(stderr, says);
        assert.deepEqual(namesIn(scene.directory), [FILE], "not even a data directory is made");
      };
      await refused(/the passphrase is not the one/, "correct horse batterx");
      for (const length of [10, 300, whole.length - 1]) {
        await Deno.writeTextFile(path, whole.slice(0, length));
        await refused(/Cannot open the backup/);
      }
      const letter = whole.at(-10) === "A" ? "B" : "A";
      await Deno.writeTextFile(path, whole.slice(0, -10) + letter + whole.slice(-9));
      await refused(/torn or was altered/);
      await Deno.writeTextFile(path, whole.replace('"N":32768', '"N":1073741824'));
      await refused(/absurd amount of memory/);

      await Deno.writeTextFile(path, whole);
      assert.equal((await restore(scene)).code, 0);
      assert.ok(scene.sim.isLive((await ask(await scene.serve(), id)).body));
    }));

  Deno.test(`${make.name}: the recovery code is shown once, seals further backups, and is typed as one likes`, () =>
    play({ make }, async (scene) => {
      const { id } = await scene.signInByPaste();
      const first = await scene.run(["backup", FILE, "--recovery-code"]);
      const [code = "", said = ""] = first.stdout.split("\n");
      assert.match(code, /^([0-9A-Z]{3}-){8}[0-9A-Z]{3}$/, first.stderr);
      assert.match(said, /^Wrote logins\.backup with 1 account\./);
      assert.match(first.stderr, /shown this one time/);
      const second = await scene.run(["backup", "second", "--recovery-code", "--json"]);
      assert.ok(!(second.stdout + second.stderr).includes(code));
      await loseAll(scene);

      const wrong = await restore(scene, "second", `${code.slice(0, -1)}${code.endsWith("0") ? "1" : "0"}`);
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /its check digit does not fit/);
      const typed = code.replaceAll("-", "").replaceAll("0", "o").replaceAll("1", "l").toLowerCase();
      assert.equal((await restore(scene, "second", typed)).code, 0);
      const server = await scene.serve();
      assert.ok(scene.sim.isLive((await ask(server, id)).body));
      // The code that was typed seals what is made here from now on.
      const third = await scene.run(["backup", "third", "--recovery-code"]);
      assert.doesNotMatch(third.stdout, /^[0-9A-Z]{3}-/);
      const renewed = await scene.run(["backup", "fourth", "--new-recovery-code", "--json"]);
      const [shown = "", done = ""] = renewed.stdout.trim().split("\n");
      assert.notEqual(JSON.parse(shown).recoveryCode, code);
      assert.equal(JSON.parse(done).file, "fourth");
      assert.equal((await restore(scene, "third", code)).code, 0);
      assert.equal((await restore(scene, "fourth", code)).code, 2);

      const newest = JSON.parse(shown).recoveryCode;
      const both = ["backup", "both", ...BY_STDIN, "--recovery-code"];
      assert.equal((await scene.run(both, { input: [PASSPHRASE] })).code, 0);
      for (const typed of [PASSPHRASE, newest]) assert.equal((await restore(scene, "both", typed)).code, 0);
      const neither = await restore(scene, "both", code);
      assert.deepEqual([neither.code, /the recovery code is not the one/.test(neither.stderr)], [2, true]);
    }));

  Deno.test(`${make.name}: backup writes over nothing, takes no short passphrase, and asks nobody who is not there`, () =>
    play({ make }, async (scene) => {
      await scene.signInByPaste();
      await backUp(scene);
      const before = await Deno.readTextFile(`${scene.directory}/${FILE}`);
      const there = await scene.run(["backup", FILE, ...BY_STDIN], { input: [PASSPHRASE] });
      assert.equal(there.code, 3, there.stderr);
      assert.equal(await Deno.readTextFile(`${scene.directory}/${FILE}`), before);
      const forced = await scene.run(["backup", FILE, ...BY_STDIN, "--force"], { input: [PASSPHRASE] });
      assert.equal(forced.code, 0, forced.stderr);
      assert.notEqual(await Deno.readTextFile(`${scene.directory}/${FILE}`), before);
      for (
        const [args, input, says] of [
          [["backup", "short", ...BY_STDIN], "too short", /it has 9 characters and needs 12/],
          [["backup", "nobody"], "", /nobody sits at a terminal/],
          [["backup", "no/folder", ...BY_STDIN], PASSPHRASE, /there is no folder/],
          [["backup"], "", /missing required argument/],
          [["restore", "key", ...BY_STDIN], PASSPHRASE, /there is no such file/],
          [["restore", "data/key", ...BY_STDIN], PASSPHRASE, /is no backup/],
        ] as const
      ) {
        const { code, stdout, stderr } = await scene.run(args, { input: [input] });
        assert.deepEqual([code, stdout], [args[1] === "key" ? 3 : 2, ""], stderr);
        assert.match(stderr, says);
      }
      assert.deepEqual(namesIn(scene.directory), ["data", FILE]);
    }));

  Deno.test(`${make.name}: TOKEN_SERVER_BACKUP_DIR gets a backup after a sign-in, once there is a passphrase`, () =>
    play({ make, env: { TOKEN_SERVER_BACKUP_DIR: "usb" } }, async (scene) => {
      const usb = `${scene.directory}/usb`;
      await Deno.mkdir(usb);
      const server = await scene.serve();
      const { id } = await scene.signIn();
      await server.process.complained(/no backup is written: no passphrase/);
      await backUp(scene);
      await until(async () => (await backupsIn(usb)).length > 0);
      await server.process.complained(/backup written/);
      assert.ok(scene.sim.isLive((await ask(server, id)).body));
      assert.equal((await server.stop()).code, 0);
      await loseAll(scene);

      const [written] = await backupsIn(usb);
      assert.equal(modeOf(`${usb}/${written?.name}`), 0o600);
      assert.equal((await restore(scene, `usb/${written?.name}`)).code, 0);
      assert.ok(scene.sim.isLive((await ask(await scene.serve(), id)).body));
    }));
}

Deno.test({
  name: "writeWhole() on a full disk leaves the file that is there as it was",
  ignore: !mountable,
  async fn() {
    using disk = smallDisk();
    const path = `${disk.path}/b`;
    await writeWhole(path, "old");
    disk.fill(8192);
    await assert.rejects(writeWhole(path, "x".repeat(100_000)), { code: "disk" });
    assert.deepEqual([await Deno.readTextFile(path), namesIn(disk.path)], ["old", ["b", "filler"]]);
    disk.free();
    disk.readOnly();
    await assert.rejects(writeWhole(path, "x"), { code: "disk" });
  },
});

Deno.test({
  name: "a server whose backup directory is full serves on and says so",
  ignore: !mountable,
  fn: () =>
    playAll({ env: { TOKEN_SERVER_BACKUP_DIR: "usb" } }, async (scene) => {
      await Deno.mkdir(`${scene.directory}/usb`);
      using disk = smallDisk(`${scene.directory}/usb`);
      disk.fill();
      await backUp(scene);
      const server = await scene.serve();
      const { id } = await scene.signIn();
      await server.process.complained(/backup failed.*No space left/);
      assert.ok(scene.sim.isLive((await ask(server, id)).body));
      assert.deepEqual(namesIn(`${scene.directory}/usb`), ["filler"]);
    }),
});
