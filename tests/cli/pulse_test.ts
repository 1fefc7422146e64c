import assert from "node:assert/strict";
import { Pulse } from "../../src/cli/pulse.ts";
import { OWL, signedIn, world, WREN } from "../support/world.ts";

Deno.test("Pulse.report() counts the logins and says ok without any", async () => {
  const made = await world();
  const pulse = new Pulse(made.roster);
  assert.deepEqual(pulse.report(), { status: "ok", logins: { connected: 0, retrying: 0, needs_login: 0 } });
  await signedIn(made, OWL);
  assert.deepEqual(pulse.report(), { status: "ok", logins: { connected: 1, retrying: 0, needs_login: 0 } });
});

Deno.test("Pulse.report() says attention while a login needs a person", async () => {
  const made = await world();
  await signedIn(made, OWL, { health: { state: "needs_login", since: 1, reason: "refused" } });
  await signedIn(made, WREN);
  const report = new Pulse(made.roster).report();
  assert.deepEqual(report, { status: "attention", logins: { connected: 1, retrying: 0, needs_login: 1 } });
});

Deno.test("Pulse.report() says store while the disk refuses a grant, or a journal entry", async () => {
  const made = await world();
  const login = await signedIn(made, OWL);
  login.saveAt = made.clock.now();
  assert.deepEqual(new Pulse(made.roster).report(), { status: "store" });

  const other = await world();
  const health = { state: "retrying", since: 1, reason: "disk", attempts: 1, nextTry: 2 } as const;
  await signedIn(other, OWL, { health });
  assert.deepEqual(new Pulse(other.roster).report(), { status: "store" });
});

Deno.test("Pulse.report() says locked while the key is missing", async () => {
  const made = await world();
  made.vault.locked = "the key is missing";
  assert.deepEqual(new Pulse(made.roster).report(), { status: "locked" });
});
