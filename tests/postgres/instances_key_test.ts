/** An instance that stands still while the key is rotated, as one that is cut off from the database, and comes back. */
import assert from "node:assert/strict";
import { PROGRAM } from "../../src/cli/version.ts";
import { saveApp } from "../../src/core/app_setting.ts";
import { Secret } from "../../src/core/secret.ts";
import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { openVault } from "../../src/vault/open.ts";
import { CONFIDENTIAL_CLIENT } from "../support/simulated_twitch/options.ts";
import { type Instances, playInstances } from "../support/instances.ts";
import { withPostgres } from "../support/postgres_scene.ts";
import type { RealServer } from "../support/real_program.ts";
import { ask, until } from "../support/scene.ts";

/** So that the instance renews the login all the time, and writes what it has sealed. */
const TWITCH = { accessTokenLife: 4 };

async function rotatedMeanwhile({ scene }: Instances, server: RealServer): Promise<void> {
  server.process.kill("SIGSTOP");
  try {
    // Nobody can until its lease has run out.
    await until(async () => (await scene.run(["key", "rotate"])).code === 0);
  } finally {
    server.process.kill("SIGCONT");
  }
}

/** As the setup page does: it can be read only with the key. */
async function storeApp(url: string, keyFile: string): Promise<void> {
  await using store = await openPostgresStore(url, PROGRAM);
  const vault = await openVault({ slots: store, keyFile, credential: undefined, now: Date.now() });
  const { id, secret = "" } = CONFIDENTIAL_CLIENT;
  await saveApp({ store, vault }, { clientId: id, clientSecret: new Secret(secret) });
}

async function health({ origin }: RealServer): Promise<string> {
  return (await (await fetch(`${origin}/healthz`)).json()).status;
}

/** How many rows hold what a key has sealed that counts no more, beside how many keys do not. */
function stale(instances: Instances): Promise<string> {
  const s = "companion_token_server";
  return instances.sql(`SELECT (SELECT count(*) FROM (SELECT sealed_grant AS sealed FROM ${s}.accounts
    UNION ALL SELECT sealed FROM ${s}.ids UNION ALL SELECT value FROM ${s}.settings) AS every
    JOIN ${s}.retired_keys ON head = substr(sealed, 1, 9)) || ' of ' || (SELECT count(*) FROM ${s}.retired_keys)`);
}

async function renewed({ scene: { sim } }: Instances): Promise<void> {
  const count = (): number => sim.counters.refreshes.values().reduce((sum, one) => sum + one, 0);
  const before = count();
  await until(() => count() > before);
}

withPostgres((cluster) => {
  Deno.test("an instance that stood still while the key was rotated goes on with the new one", async () => {
    await playInstances(await cluster(), { twitch: TWITCH }, async (instances) => {
      const { scene } = instances;
      const server = await instances.start("a");
      const { id } = await scene.signIn();
      assert.equal((await ask(server, id)).status, 200);
      await rotatedMeanwhile(instances, server);
      await renewed(instances);
      await until(async () => await health(server) === "ok");
      await until(() => /the logins are open with the new one/.test(server.process.stderr));
      await renewed(instances);
      assert.equal((await server.stop()).code, 0);
      assert.equal(await stale(instances), "0 of 1");
      assert.equal((await ask(await instances.start("a"), id)).status, 200);
    });
  });

  Deno.test("an instance whose key file is the one before is locked until the new one is there", async () => {
    await playInstances(await cluster(), { twitch: TWITCH, limit: 90_000 }, async (instances) => {
      const { scene } = instances;
      const [key, own] = [`${scene.directory}/key`, `${scene.directory}/own`];
      const { id } = await scene.signIn();
      await storeApp(instances.url, key);
      await Deno.copyFile(key, own);
      const env = { TOKEN_SERVER_KEY_FILE: "own", TWITCH_CLIENT_ID: "", TWITCH_CLIENT_SECRET: "" };
      const server = await instances.start("a", { env });
      assert.equal((await ask(server, id)).status, 200);
      await rotatedMeanwhile(instances, server);
      await until(async () => await health(server) === "locked");
      assert.match(server.process.stderr, /another process has changed the key/i);
      assert.equal(await stale(instances), "0 of 1");
      await Deno.copyFile(key, own);
      await until(async () => await health(server) === "ok");
      await renewed(instances);
      assert.equal((await ask(server, id)).status, 200);
      assert.doesNotMatch(server.process.stderr, /other_app/);
      assert.equal((await server.stop()).code, 0);
      assert.equal(await stale(instances), "0 of 1");
      await Deno.remove(own);
    });
  });
});
