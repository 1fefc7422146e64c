/** A short slice of `deno task test:fuzz`, by the real program. */
import assert from "node:assert/strict";
import { ask, playAll } from "../support/scene.ts";
import { createRandom } from "../support/simulated_twitch/random.ts";
import { attack, told } from "./fuzz/attack.ts";
import { malformed } from "./fuzz/malformed.ts";

const REQUESTS = 4000;

Deno.test("malformed() gives the same bytes for the same seed, and others for another", () => {
  const some = (seed: number): string => {
    const random = createRandom(seed);
    return Array.from({ length: 20 }, () => malformed(random).join()).join("\n");
  };
  assert.equal(some(1), some(1));
  assert.notEqual(some(1), some(2));
});

Deno.test(`${REQUESTS} malformed requests harm neither the program nor a question beside them`, () =>
  playAll({ env: { TOKEN_SERVER_LOG_LEVEL: "info" } }, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    const { body: token } = await ask(server, id);
    const found = await attack(server, { id, token, count: REQUESTS, seed: 7 });
    Deno.stdout.writeSync(new TextEncoder().encode(`${told(found)}\n`));
    assert.deepEqual(found.wrong, []);
    assert.ok(found.good > 0);
    assert.equal(found.hung, 0);
    assert.deepEqual(found.faults, [], server.process.stderr);
    // The control: they were malformed indeed, and some came through to the program.
    assert.ok(
      (found.statuses.get(400) ?? 0) > REQUESTS / 20 && (found.statuses.get(404) ?? 0) > 0,
      told(found),
    );
    assert.doesNotMatch(server.process.stderr, /level=error/);
    assert.equal((await server.stop()).code, 0);
  }));
