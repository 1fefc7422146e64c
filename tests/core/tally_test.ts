import assert from "node:assert/strict";
import { heardLog } from "../../src/core/events.ts";
import { Tally } from "../../src/core/tally.ts";
import { Secret } from "../../src/core/secret.ts";
import { REFUSED } from "../support/scripted_twitch.ts";
import { signedIn, type World, world } from "../support/world.ts";

/** A world whose log is counted. */
async function counted(): Promise<{ made: World; tally: Tally; failures: () => Record<string, number> }> {
  const made = await world();
  const tally = new Tally();
  Object.assign(made.deps, { log: heardLog(made.log, tally) });
  return { made, tally, failures: () => Object.fromEntries(tally.of("nightowl").failures) };
}

Deno.test("Tally counts a refresh that Twitch refuses", async () => {
  const { made, tally, failures } = await counted();
  const login = await signedIn(made);
  made.twitch.next("refresh", REFUSED);
  await made.refresher.one(login, "person");
  assert.deepEqual(failures(), { refused: 1 });
  assert.equal(tally.of("nightowl").refreshes, 0);
});

Deno.test("Tally counts a refresh that cannot begin: another app, a disk that takes no journal", async () => {
  const { made, failures } = await counted();
  const login = await signedIn(made);
  made.store.failWrites = true;
  await made.refresher.one(login, "person");
  assert.deepEqual(failures(), { disk: 1 });
  made.store.failWrites = false;
  await made.roster.useApp({ clientId: "app-2", clientSecret: new Secret("another-secret") });
  await made.refresher.one(login, "person");
  assert.deepEqual(failures(), { disk: 1, other_app: 1 });
});

Deno.test("Tally keeps accounts apart, and passes over lines without one", () => {
  const tally = new Tally();
  tally.note("login refreshed", { account: "wren" });
  tally.note("login refreshed");
  tally.note("stopping", { account: "nightowl" });
  tally.relayed("wren", 204);
  tally.relayed("wren", 200);
  tally.question(503);
  assert.deepEqual(tally.of("nightowl"), { refreshes: 0, failures: new Map(), relayed: new Map() });
  assert.deepEqual(tally.of("wren"), { refreshes: 1, failures: new Map(), relayed: new Map([[2, 2]]) });
  assert.deepEqual(tally.questions, [0, 0, 0, 0, 0, 1]);
});
