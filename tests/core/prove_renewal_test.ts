import assert from "node:assert/strict";
import { MINUTE } from "../../src/core/account.ts";
import { proveRenewal } from "../../src/core/prove_renewal.ts";
import { DOWN } from "../support/scripted_twitch.ts";
import { OWL, PUBLIC, signedIn, type World, world } from "../support/world.ts";

function sent({ events }: World): number {
  return events.filter((event) => event.startsWith("refresh")).length;
}

Deno.test("proveRenewal() renews a login of a confidential app, and not again within ten minutes", async () => {
  const made = await world();
  const owl = await signedIn(made);
  const before = owl.access?.reveal();
  const now = made.clock.now();
  assert.deepEqual(await proveRenewal(made.roster, made.refresher, owl), { kind: "renewed", at: now });
  assert.notEqual(owl.access?.reveal(), before);
  const once = sent(made);
  assert.ok(once > 0);
  await made.clock.advance(9 * MINUTE);
  assert.deepEqual(await proveRenewal(made.roster, made.refresher, owl), { kind: "renewed", at: now });
  assert.equal(sent(made), once);
  await made.clock.advance(2 * MINUTE);
  assert.deepEqual(await proveRenewal(made.roster, made.refresher, owl), {
    kind: "renewed",
    at: now + 11 * MINUTE,
  });
});

Deno.test("proveRenewal() spends no refresh token that works once without need", async () => {
  const made = await world(PUBLIC);
  const owl = await signedIn(made);
  assert.deepEqual(await proveRenewal(made.roster, made.refresher, owl), { kind: "spared" });
  assert.equal(sent(made), 0);
  await made.clock.advance((owl.account.expiresAt ?? 0) - made.clock.now() - 10 * MINUTE);
  assert.equal((await proveRenewal(made.roster, made.refresher, owl)).kind, "renewed");
});

Deno.test("proveRenewal() leaves tokens alone that would die in Companion's hands", async () => {
  const made = await world();
  const owl = await signedIn(made);
  await made.roster.learn("app-1", { oldAccess: "dies" });
  assert.deepEqual(await proveRenewal(made.roster, made.refresher, owl), { kind: "spared" });
});

Deno.test("proveRenewal() says why it failed", async () => {
  const made = await world();
  const owl = await signedIn(made);
  made.twitch.away = DOWN;
  const away = await proveRenewal(made.roster, made.refresher, owl);
  assert.equal(away.kind, "failed");
  assert.match(away.kind === "failed" ? away.message : "", /^Cannot refresh nightowl: /);
  const other = await world();
  const ended = await signedIn(other);
  other.twitch.disconnect(OWL);
  assert.equal((await proveRenewal(other.roster, other.refresher, ended)).kind, "failed");
});
