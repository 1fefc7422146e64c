import assert from "node:assert/strict";
import { BesideOthers } from "../../src/cli/beside_others.ts";
import { commonFormSecret } from "../../src/cli/form_secret.ts";
import { settled } from "../support/fake_clock.ts";
import { FakeVault } from "../support/fake_vault.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { type World, worldsOn } from "../support/world.ts";

/** What a program of several has its form secret from, with a vault of its own. */
function program({ roster, deps }: World, vault: FakeVault) {
  assert.ok(deps.shared);
  const others = new BesideOthers(roster, deps.shared);
  return { deps: { ...deps, vault }, others, besideOthers: others.follow.bind(others) };
}

Deno.test("an instance that started locked takes over the form secret of the others once it is unlocked", async () => {
  const memory = new SharedMemory();
  const [a, b] = await worldsOn(memory, 2);
  assert.ok(a?.deps.shared && b);
  const locked = Object.assign(new FakeVault(), { locked: "the key is missing" });
  const [first, second] = [program(a, new FakeVault()), program(b, locked)];
  const [known, late] = [await commonFormSecret(first), await commonFormSecret(second)];
  const own = late().reveal();
  assert.notEqual(own, known().reveal(), "there is no other way yet");
  memory.tell(a.deps.shared as never, { kind: "anything" });
  await settled();
  assert.equal(late().reveal(), own, "forms that were shown stay good while it is locked");
  locked.locked = undefined as never;
  memory.tell(a.deps.shared as never, { kind: "anything" });
  await settled();
  assert.equal(late().reveal(), known().reveal());
  for (const { others } of [first, second]) await others[Symbol.asyncDispose]();
});
