/** What commands ask a person who sits at a terminal, by the real program at one. */
import assert from "node:assert/strict";
import { type Ended, hasTerminal, makes, type RunningCommand } from "../support/real_program.ts";
import { ask, play, type Scene, statusLine, until } from "../support/scene.ts";
import { fault } from "../support/simulated_twitch/faults.ts";
import { FIRST_USER, PUBLIC_CLIENT, SECOND_USER } from "../support/simulated_twitch/options.ts";

const ignore = !hasTerminal();
/** Seconds. A lost answer is proved after a twentieth of it. */
const LIFE = 60;
/** Ctrl+D at the beginning of a line. */
const END = "\x04";

for (const make of makes()) {
  Deno.test({
    name: `${make.name}: login --for takes another user on a plain yes alone`,
    ignore,
    fn: () =>
      play({ make }, async (scene) => {
        const { alias } = await scene.signIn(FIRST_USER.login);
        for (const answer of ["no", "", "yep", END]) {
          const login = await comesAnother(scene, alias);
          await login.printed(/Add kohosuto as a new account\? \(yes or no\)/);
          const lives = liveTokens(scene);
          await login.type(answer);
          const { code, stdout } = await login.ended();
          assert.equal(code, answer === END ? 2 : 3, stdout);
          assert.equal(liveTokens(scene), lives - 1, "what came was made void");
          assert.deepEqual(await aliases(scene), [alias]);
        }

        const added = await comesAnother(scene, alias);
        await added.printed(/Add kohosuto as a new account\?/);
        await added.type("Yes");
        await connected(scene, added);
        assert.deepEqual(await aliases(scene), [alias, SECOND_USER.login]);

        const again = await comesAnother(scene, alias);
        await again.printed(/Sign in kohosuto again instead\? \(yes or no\)/);
        await again.type("y");
        await connected(scene, again);
        assert.deepEqual(await aliases(scene), [alias, SECOND_USER.login]);
      }),
  });

  Deno.test({
    name: `${make.name}: accounts refresh --last-try sends the spent token only after its name was typed`,
    ignore,
    fn: () =>
      play({ make, client: PUBLIC_CLIENT, twitch: { accessTokenLife: LIFE } }, async (scene) => {
        const { sim } = scene;
        const server = await scene.serve();
        const { id, alias } = await scene.signIn();
        sim.faults.add({ endpoint: "token", grantType: "refresh_token", when: "after", kind: fault.reset });
        assert.equal((await scene.run(["accounts", "refresh", alias])).code, 4);
        await until(async () => (await statusLine(server, id)).startsWith("SIGN IN"));
        for (const answer of ["yes", "", "kohosuto", END]) {
          const { code, stdout } = await lastTry(scene, alias, answer);
          assert.equal(code, 2, stdout);
          assert.match(stdout, /Twitch may end every login of this app and user/);
          assert.equal(sim.counters.replays, 0);
        }
        const { code, stdout } = await lastTry(scene, alias, alias);
        assert.equal(code, 3, stdout);
        assert.match(stdout, /Twitch refused the refresh token/);
        assert.equal(sim.counters.replays, 1);
      }),
  });
}

/** Begins to sign in the account, and comes back as somebody else. */
async function comesAnother(scene: Scene, alias: string): Promise<RunningCommand> {
  const login = scene.startAtTerminal(["login", "--paste", "--json", "--for", alias]);
  const { authorizeUrl } = JSON.parse((await login.printed(/^\{.*\}/m))[0]);
  await login.type(await scene.sim.signIn(authorizeUrl, { user: SECOND_USER.login }));
  return login;
}

async function connected(scene: Scene, login: RunningCommand): Promise<void> {
  const { code, stdout } = await login.ended();
  assert.equal(code, 0, stdout);
  const { id } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  await using server = await scene.serve();
  assert.ok(scene.sim.isLive((await ask(server, id)).body));
}

function liveTokens({ sim }: Scene): number {
  return sim.accessTokens().filter((token) => sim.isLive(token)).length;
}

async function aliases(scene: Scene): Promise<string[]> {
  const { stdout } = await scene.run(["accounts", "list", "--json"]);
  return JSON.parse(stdout).map((account: { alias: string }) => account.alias);
}

async function lastTry(scene: Scene, alias: string, answer: string): Promise<Ended> {
  const command = scene.startAtTerminal(["accounts", "refresh", alias, "--last-try"]);
  await command.printed(/Type the account's name to go on:/);
  await command.type(answer);
  return await command.ended();
}
