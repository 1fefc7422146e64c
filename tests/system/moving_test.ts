/** The recipes for a new Pi and for a lost one, step by step, by the real program. */
import assert from "node:assert/strict";
import { ask, type Connected, playAll, type Scene } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT } from "../support/simulated_twitch/options.ts";

const PASSPHRASE = "four owls on a mast";
const BACKUP = ["move.backup", "--passphrase-file", "-"];
const FRESH = "an0therclientsecret0fthisapp01";

async function done(scene: Scene, words: readonly string[], input: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await scene.run(words, { input });
  assert.equal(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** Another machine in the place of this one. */
async function newMachine(scene: Scene): Promise<void> {
  await Deno.rename(scene.data, `${scene.directory}/the-old-card`);
}

Deno.test("a new Pi goes on where the old one stopped, and the ids stay", () =>
  playAll({}, async (scene) => {
    scene.keepSecret(PASSPHRASE);
    const old = await scene.serve();
    const accounts = [await scene.signIn("ada_live"), await scene.signIn("kohosuto")];
    await done(scene, ["backup", ...BACKUP], [PASSPHRASE]);
    await old.stop();
    await newMachine(scene);
    await done(scene, ["restore", ...BACKUP], [PASSPHRASE]);
    const server = await scene.serve();
    for (const { id, login } of accounts) {
      const { status, body } = await ask(server, id);
      assert.deepEqual([status, scene.sim.isLive(body)], [200, true], login);
    }
    assert.match(await done(scene, ["setup", "--link"]), /\/welcome\?code=/);
  }));

Deno.test("after a lost Pi what its card holds is void, and the accounts work under new ids", () =>
  playAll({}, async (scene) => {
    const { sim } = scene;
    for (const secret of [PASSPHRASE, FRESH]) scene.keepSecret(secret);
    const old = await scene.serve();
    const ada = await scene.signIn("ada_live");
    const lost = (await ask(old, ada.id)).body;
    await done(scene, ["backup", ...BACKUP], [PASSPHRASE]);
    await old.stop();
    await newMachine(scene);

    sim.disconnect(ada.login, CONFIDENTIAL_CLIENT.id);
    sim.rotateSecret(CONFIDENTIAL_CLIENT.id, FRESH);
    assert.equal(sim.isLive(lost), false);
    const renewed = { env: { TWITCH_CLIENT_SECRET: FRESH } };
    await done(scene, ["restore", ...BACKUP], [PASSPHRASE]);
    const server = await scene.serve([], renewed);
    const again: Connected = await scene.signInByPaste("ada_live", renewed);
    assert.equal(again.id, ada.id, "the backup has brought the id");
    const { id } = JSON.parse(await done(scene, ["accounts", "rotate-id", again.alias, "--json"]));
    const { status, body } = await ask(server, id);
    assert.deepEqual([status, sim.isLive(body)], [200, true]);
    assert.equal((await ask(server, ada.id)).status, 404);
  }));
