/** `login --for`, by the real program: somebody else than expected is not taken without a person's word. */
import assert from "node:assert/strict";
import { makes } from "../support/real_program.ts";
import { ask, play, type Scene } from "../support/scene.ts";

const OTHER = "kohosuto";

for (const make of makes()) {
  for (const server of [true, false]) {
    Deno.test(`${make.name}: login --for refuses another user ${server ? "beside a server" : "alone"}, exit 3`, () =>
      play({ make }, (scene) => refused(scene, server)));
  }
}

async function refused(scene: Scene, serving: boolean): Promise<void> {
  const { id, alias } = await scene.signIn();
  const server = serving ? await scene.serve() : undefined;
  for (const way of ["--paste", "--device"]) {
    const login = scene.start(["login", way, "--json", "--for", alias]);
    const begun = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
    const before = scene.sim.accessTokens().filter((token) => scene.sim.isLive(token)).length;
    if (way === "--device") scene.sim.approveDevice(begun.userCode, { user: OTHER });
    else await login.type(await scene.sim.signIn(begun.authorizeUrl, { user: OTHER }));
    const { code, stdout, stderr } = await login.ended();
    assert.equal(code, 3, stderr);
    assert.match(stderr, /Cannot sign in ada_live: Twitch says that this is kohosuto\n.*made void/);
    assert.equal(stdout.trim().split("\n").length, 1, "no account is printed");
    assert.equal(scene.sim.accessTokens().filter((token) => scene.sim.isLive(token)).length, before);
  }
  const list = await scene.run(["accounts", "list", "--json"]);
  assert.deepEqual(JSON.parse(list.stdout).map((account: { alias: string }) => account.alias), [alias]);

  const again = scene.start(["login", "--paste", "--json", "--for", alias]);
  const { authorizeUrl } = JSON.parse((await again.printed(/^\{.*\}$/m))[0]);
  await again.type(await scene.sim.signIn(authorizeUrl, { user: alias }));
  const ended = await again.ended();
  assert.equal(ended.code, 0, ended.stderr);
  const last = JSON.parse(ended.stdout.trim().split("\n").at(-1) ?? "");
  assert.deepEqual(Object.keys(last), ["id", "alias", "login", "twitchId", "scopes", "expiresAt"]);
  assert.equal(last.id, id);
  if (server !== undefined) assert.ok(scene.sim.isLive((await ask(server, id)).body));
  assert.equal((await scene.run(["login", "--for", "nobody"])).code, 3);
}
