import assert from "node:assert/strict";
import { SECOND } from "../../src/core/account.ts";
import { type House, house } from "./house.ts";
import { settled } from "../support/fake_clock.ts";
import { SCOPES, signedIn, WREN } from "../support/world.ts";

/** Begins for nightowl and comes back as wren; answers where the browser is sent to. */
async function heldAt(home: House): Promise<string> {
  const page = await (await home.ask("/connect?for=nightowl")).text();
  assert.match(page, /<input type="hidden" name="for" value="nightowl"/);
  const begun = await home.send("/connect", { way: "redirect", preset: "companion-3", for: "nightowl" });
  const state = /state=([\w-]+)/.exec(await begun.text())?.[1] ?? "";
  const code = home.world.twitch.approve(WREN, "app-1", SCOPES).reveal();
  const answer = await home.ask(`/callback?${new URLSearchParams({ code, state })}`);
  assert.equal(answer.status, 303);
  const location = answer.headers.get("location") ?? "";
  assert.match(location, /^\/connect\/held\/[\w-]{43}$/);
  return location;
}

Deno.test("GET /connect/held/<ref> says who came, who was expected, and offers both ways", async () => {
  const home = await house();
  await signedIn(home.world);
  const address = await heldAt(home);
  const page = await (await home.ask(address)).text();
  assert.match(page, /<b>wren<\/b>[^]*<b>nightowl<\/b>[^]*Nothing is stored yet/);
  assert.match(page, /Discard \(revoke\)[^]*Add as a new account/);
  assert.equal(home.world.roster.all().length, 1);
  await home.world.connector.close();
  assert.notEqual((await home.ask(address)).status, 200);
});

Deno.test("POST /connect/held/<ref>/keep adds the account", async () => {
  const home = await house();
  await signedIn(home.world);
  const address = await heldAt(home);
  const answer = await home.send(`${address}/keep`, {});
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/accounts/wren?new=1"]);
  assert.equal(home.world.roster.all().length, 2);
  assert.notEqual((await home.send(`${address}/keep`, {})).status, 303);
});

Deno.test("POST /connect/held/<ref>/discard makes the token void", async () => {
  const home = await house();
  await signedIn(home.world);
  const address = await heldAt(home);
  const answer = await home.send(`${address}/discard`, {});
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/?done=discarded"]);
  assert.match(await (await home.ask("/?done=discarded")).text(), /made its token void/);
  assert.deepEqual([home.world.roster.all().length, home.world.twitch.liveTokens], [1, 1]);
});

Deno.test("GET /connect/device/<attempt> leads to the held sign-in", async () => {
  const home = await house();
  await signedIn(home.world);
  const begun = await home.send("/connect", { way: "device", preset: "companion-3", for: "nightowl" });
  const device = begun.headers.get("location") ?? "";
  home.world.twitch.approveDevice(WREN, "app-1", SCOPES);
  await home.world.clock.advance(10 * SECOND);
  await settled();
  assert.match((await home.ask(device)).headers.get("location") ?? "", /^\/connect\/held\//);
  await home.world.connector.close();
});
