/** What the way of a question costs: with a good token in memory it asks store, vault and Twitch nothing, and awaits nothing. */
import assert from "node:assert/strict";
import type { Vault } from "../../src/core/ports.ts";
import { around } from "./house.ts";
import { signedIn, untilDue, type World, world } from "../support/world.ts";

/** Counts every call from now on. */
function counting(made: World): { store: number; vault: number; twitch: number } {
  const calls = { store: 0, vault: 0, twitch: 0 };
  made.onStore = () => void calls.store++;
  const vault = made.vault as unknown as Record<keyof Vault, unknown>;
  for (const method of ["open", "openGrant", "seal", "sealGrant"] as const) {
    const real = made.vault[method] as (...given: unknown[]) => unknown;
    vault[method] = (...given: unknown[]) => {
      calls.vault++;
      return real.apply(made.vault, given);
    };
  }
  const { validate, refresh } = made.twitch;
  made.twitch.validate = (...given) => (calls.twitch++, validate.apply(made.twitch, given));
  made.twitch.refresh = (...given) => (calls.twitch++, refresh.apply(made.twitch, given));
  return calls;
}

for (const how of [{}, { headers: { accept: "application/json" } }, { host: "192.168.1.20:8948" }]) {
  Deno.test(`GET /token with ${JSON.stringify(how)} asks store, vault and Twitch nothing and is no promise`, async () => {
    const made = await world();
    const login = await signedIn(made);
    const [known] = made.roster.ids.of(login);
    const house = around(made);
    const calls = counting(made);
    for (const path of ["/token?id=", "/?id="]) {
      const answer = house.raw(`${path}${known?.id.reveal()}`, how);
      assert.ok(answer instanceof Response, "there was an await on the way");
      assert.equal(answer.status, 200);
      await answer.text();
    }
    assert.deepEqual(calls, { store: 0, vault: 0, twitch: 0 });
    assert.equal(made.clock.sleeping, 0, "nothing is left to do later");
  });
}

Deno.test("GET /token that has to refresh is counted: store, vault and Twitch are asked, and it is a promise", async () => {
  const made = await world();
  const login = await signedIn(made);
  const [known] = made.roster.ids.of(login);
  const house = around(made);
  await made.clock.advance(untilDue(made, login) + 110 * 60_000);
  const calls = counting(made);
  const answer = house.raw(`/token?id=${known?.id.reveal()}`);
  assert.ok(answer instanceof Promise);
  assert.equal((await answer).status, 200);
  assert.ok(calls.store > 0 && calls.vault > 0 && calls.twitch > 0, JSON.stringify(calls));
});
