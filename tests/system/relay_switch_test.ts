import assert from "node:assert/strict";
import { makes } from "../support/real_program.ts";
import { play } from "../support/scene.ts";

for (const make of makes()) {
  Deno.test(`${make.name}: accounts relay switches one account off and on, with and without a server`, () =>
    play({ make }, async (scene) => {
      const first = await scene.serve();
      const { id } = await scene.signIn();
      const users = async ({ origin }: { origin: string }) => {
        const answer = await fetch(`${origin}/as/${id}/helix/users`);
        return [answer.status, await answer.text()] as const;
      };
      assert.equal((await users(first))[0], 200);
      const off = await scene.run(["accounts", "relay", "ada_live", "off"]);
      assert.deepEqual([off.code, off.stdout], [0, "The relay is off for ada_live.\n"]);
      const [status, line] = await users(first);
      assert.equal(status, 403);
      assert.match(line, /switch it on with accounts relay ada_live on$/);
      assert.match((await scene.run(["accounts", "show", "ada_live"])).stdout, /^ {2}relay +off$/m);
      assert.equal((await first.stop()).code, 0);

      const second = await scene.serve();
      assert.equal((await users(second))[0], 403);
      await second.stop();
      const on = await scene.run(["accounts", "relay", "ada_live", "on", "--json"]);
      assert.deepEqual(JSON.parse(on.stdout), { alias: "ada_live", relay: true });
      const third = await scene.serve();
      assert.equal((await users(third))[0], 200);

      const wrong = await scene.run(["accounts", "relay", "ada_live", "maybe"]);
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /neither on nor off/);
      assert.equal((await scene.run(["accounts", "relay", "nobody", "off"])).code, 3);
      const [listed] = JSON.parse((await scene.run(["accounts", "list", "--json"])).stdout);
      assert.equal("relay" in listed, false);
    }));
}
