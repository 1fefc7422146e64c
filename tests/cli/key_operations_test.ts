import assert from "node:assert/strict";
import { keyOperations } from "../../src/cli/key_operations.ts";
import { type Program, SERVING } from "../../src/cli/program.ts";
import type { Host } from "../../src/cli/sign_in_operations.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { worldsOn } from "../support/world.ts";

Deno.test("rotateKey() and a new key file are refused while another instance serves", async () => {
  const [a, b] = await worldsOn(new SharedMemory(), 2);
  assert.ok(a && b?.deps.shared);
  const done: string[] = [];
  const keyring = {
    list: () => Promise.resolve([]),
    rotate: () => Promise.resolve(void done.push("rotated")),
    add: (kind: string) => Promise.resolve(void done.push(kind)),
  };
  const { roster, deps } = a;
  const keys = keyOperations({ roster, deps, keyring } as unknown as Program, {} as Host);
  {
    await using _serving = await b.deps.shared.lease(`${SERVING} b`);
    const refusal = { code: "busy", message: /1 running instance/, hint: /Stop every instance/ };
    await assert.rejects(keys.rotateKey({ keys: [] }), refusal);
    await assert.rejects(keys.addKey({ kind: "file", key: null }), refusal);
    await keys.addKey({ kind: "credential", key: null });
  }
  await keys.rotateKey({ keys: [] });
  await keys.addKey({ kind: "file", key: null });
  assert.deepEqual(done, ["credential", "rotated", "file"]);
});
