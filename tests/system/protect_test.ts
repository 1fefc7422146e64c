/** `accounts protect` on the real program, asked by the request code of Companion's modules. */
import assert from "node:assert/strict";
import got9 from "got";
import { got as got12 } from "got-cjs";
import got14 from "got14";
import got15 from "got15";
import { makes } from "../support/real_program.ts";
import { ask, play } from "../support/scene.ts";

interface Made {
  readonly alias: string;
  readonly protected: boolean;
  readonly password: string | null;
  readonly urls: readonly string[];
}

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

/** The request code of Generic HTTP 2.1 to 3.1. */
const GENERIC_HTTP: readonly Record<"get" | "post", (url: string) => Promise<Answer>>[] = [
  { get: (url) => got12.get(url), post: (url) => got12.post(url, { body: "x" }) },
  { get: (url) => got14.get(url), post: (url) => got14.post(url, { body: "x" }) },
  { get: (url) => got15.get(url), post: (url) => got15.post(url, { body: "x" }) },
];

function refusal(status: number): (error: unknown) => boolean {
  return (error) => {
    assert.equal((error as { response?: Answer }).response?.statusCode, status);
    return true;
  };
}

for (const make of makes()) {
  Deno.test(`${make.name}: accounts protect wants a password that every module can send in its address`, () =>
    play({ make }, async (scene) => {
      const server = await scene.serve();
      const { id } = await scene.signIn();
      const token = (await ask(server, id)).body;
      const made: Made = JSON.parse(
        (await scene.run(["accounts", "protect", "ada_live", "on", "--json"])).stdout,
      );
      assert.deepEqual([made.alias, made.protected], ["ada_live", true]);
      assert.ok(made.urls.length > 0);
      for (const url of made.urls) {
        assert.match(url, new RegExp(`^http://companion:${made.password}@[^@]+:\\d+/token$`));
      }
      const refused = await ask(server, id);
      assert.equal(refused.status, 403);
      const origin = server.origin.replace("://", `://companion:${made.password}@`);
      const url = `${origin}/token?id=${id}`;
      assert.equal((await got9(url, { json: true })).body, token);
      for (const { get, post } of GENERIC_HTTP) {
        assert.equal((await get(url)).body, token);
        assert.match((await get(`${origin}/status.txt?id=${id}`)).body, /^(OK|AD 400)/);
        assert.equal((await get(`${origin}/as/${id}/helix/users`)).statusCode, 200);
        await assert.rejects(post(`${origin}/as/${id}/ad`), refusal(400));
        await assert.rejects(post(`${server.origin}/as/${id}/ad`), refusal(403));
        await assert.rejects(get(`${server.origin}/token?id=${id}`), refusal(403));
      }
      const [listed] = JSON.parse((await scene.run(["accounts", "list", "--json"])).stdout);
      assert.equal(listed.protected, true);
      assert.match((await scene.run(["accounts", "show", "ada_live"])).stdout, /^ {2}password +wanted/m);

      const buttons = ["accounts", "export-companion", "ada_live", "--server", server.origin];
      const without = await scene.run(buttons);
      assert.equal(without.code, 2);
      const file = await scene.run([...buttons, "--password-file", "-"], { input: [`${made.password}`] });
      assert.ok(file.stdout.includes(`${origin}/as/${id}/say`), file.stderr);
      assert.equal((await server.stop()).code, 0);

      const second = await scene.serve();
      assert.equal((await ask(second, id)).status, 403);
      const off = await scene.run(["accounts", "protect", "ada_live", "off", "--json"]);
      assert.deepEqual(JSON.parse(off.stdout), {
        ...{ alias: "ada_live", protected: false, password: null, urls: [] },
      });
      assert.equal((await ask(second, id)).status, 200);
      assert.equal((await scene.run(["accounts", "protect", "ada_live", "maybe"])).code, 2);
    }));
}
