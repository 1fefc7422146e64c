/** The main job, by the real program: sign in once, be answered a fresh token for ever. */
import assert from "node:assert/strict";
import { makes, runCommand, startCommand, startServer } from "../support/real_program.ts";
import {
  CONFIDENTIAL_CLIENT,
  PUBLIC_CLIENT,
  REDIRECT_URI,
  type SimulatedClient,
} from "../support/simulated_twitch/options.ts";
import { serveSimulatedTwitch } from "../support/simulated_twitch/server.ts";
import { createSimulatedTwitch, type SimulatedTwitch } from "../support/simulated_twitch/simulated_twitch.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Seconds: short enough that a whole life of a token fits into a test. */
const LIFE = 4;

function settingsFor(
  twitch: { authUrl: string; apiUrl: string },
  client: SimulatedClient,
): Record<string, string> {
  return {
    TWITCH_CLIENT_ID: client.id,
    ...client.secret === undefined ? {} : { TWITCH_CLIENT_SECRET: client.secret },
    TWITCH_REDIRECT_URI: REDIRECT_URI,
    TWITCH_AUTH_URL: twitch.authUrl,
    TWITCH_API_URL: twitch.apiUrl,
    TOKEN_SERVER_LOG_LEVEL: "debug",
    DENO_CRON_TEST_SCHEDULE_OFFSET: "200",
  };
}

async function ask(origin: string, id: string): Promise<string> {
  const response = await fetch(`${origin}/token?id=${id}`);
  const body = await response.text();
  assert.equal(response.status, 200, body);
  return body;
}

async function askUntil(origin: string, id: string, enough: (token: string) => boolean): Promise<string> {
  while (true) {
    const token = await ask(origin, id);
    if (enough(token)) return token;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** `login --device --json` while the person approves. */
async function signInByDevice(start: Parameters<typeof startCommand>[0], sim: SimulatedTwitch) {
  await using login = startCommand(start, ["login", "--device", "--json"]);
  const begun = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
  assert.deepEqual(Object.keys(begun), ["userCode", "verificationUri", "expiresIn"]);
  sim.approveDevice(begun.userCode);
  const { code, stdout, stderr } = await login.ended();
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

for (const make of makes()) {
  for (const client of [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]) {
    const type = client.secret === undefined ? "public" : "confidential";
    Deno.test(`${make.name}: a ${type} app signs in by device code, is served, refreshed and survives kill -9`, async () => {
      using directory = temporaryDirectory();
      const sim = createSimulatedTwitch({ accessTokenLife: LIFE, deviceInterval: 1 });
      await using twitch = serveSimulatedTwitch(sim);
      const start = { make, directory: directory.path, env: settingsFor(twitch, client) };

      let connected: { id: string };
      {
        await using server = await startServer(start);
        connected = await signInByDevice(start, sim);
        const first = await ask(server.origin, connected.id);
        assert.ok(sim.isLive(first));
        const second = await askUntil(server.origin, connected.id, (token) => token !== first);
        assert.ok(sim.isLive(second));
        server.process.kill("SIGKILL");
        await server.process.ended();
      }
      await using server = await startServer(start);
      assert.ok(sim.isLive(await askUntil(server.origin, connected.id, (token) => sim.isLive(token))));
      assert.equal(sim.counters.replays, 0);
      const { code } = await server.stop();
      assert.equal(code, 0);
    });
  }

  Deno.test(`${make.name}: login --paste works beside no server, and the server answers the new id`, async () => {
    using directory = temporaryDirectory();
    const sim = createSimulatedTwitch({ deviceInterval: 1 });
    await using twitch = serveSimulatedTwitch(sim);
    const start = { make, directory: directory.path, env: settingsFor(twitch, CONFIDENTIAL_CLIENT) };

    await using login = startCommand(start, ["login", "--paste", "--json"]);
    const begun = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
    assert.deepEqual(Object.keys(begun), ["authorizeUrl", "redirectUri", "state"]);
    await login.type(await sim.signIn(begun.authorizeUrl));
    const { code, stdout, stderr } = await login.ended();
    assert.equal(code, 0, stderr);
    const connected = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual(Object.keys(connected), ["id", "alias", "login", "twitchId", "scopes", "expiresAt"]);

    await using server = await startServer(start);
    assert.ok(sim.isLive(await ask(server.origin, connected.id)));
    const list = await runCommand(start, ["accounts", "list", "--json"]);
    assert.equal(JSON.parse(list.stdout)[0].id, connected.id);
  });
}
