import assert from "node:assert/strict";
import { SECOND } from "../../src/core/account.ts";
import { type House, house } from "./house.ts";
import { approved, beginDevice, beginLink, comeBack, read } from "./sign_in_steps.ts";
import { settled } from "../support/fake_clock.ts";
import { SCOPES, signedIn, WREN } from "../support/world.ts";

/** Begins for nightowl and comes back as wren; answers where the browser is sent to. */
async function heldAt(home: House): Promise<string> {
  const begun = await beginLink(home, { for: "nightowl" });
  const location = await comeBack(home, begun, approved(home, WREN));
  assert.match(location, /^\/connect\/held\/[\w-]{43}$/);
  return location;
}

Deno.test("GET /connect/held/<ref> says who came, who was expected, and offers both ways", async () => {
  const home = await house();
  await signedIn(home.world);
  const address = await heldAt(home);
  const page = await (await home.ask(address)).text();
  assert.match(page, /<b>wren<\/b>[^]*<b>nightowl<\/b>[^]*Nothing is stored yet/);
  assert.match(page, /Discard wren[^]*Add wren as a new account/);
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
  const result = answer.headers.get("location") ?? "";
  assert.match(result, /^\/connect\/result\//);
  const link = (await home.ask(result)).headers.get("location") ?? "";
  assert.match(await read(await home.ask(link)), /Cannot sign in nightowl: Twitch says that this is wren/);
  assert.deepEqual([home.world.roster.all().length, home.world.twitch.liveTokens], [1, 1]);
});

Deno.test("GET /connect/device/<attempt> leads to the held sign-in", async () => {
  const home = await house();
  await signedIn(home.world);
  const device = await beginDevice(home, { for: "nightowl" });
  home.world.twitch.approveDevice(WREN, "app-1", SCOPES);
  await home.world.clock.advance(10 * SECOND);
  await settled();
  assert.match((await home.ask(device)).headers.get("location") ?? "", /^\/connect\/held\//);
  await home.world.connector.close();
});

Deno.test("GET /connect/held/<ref> speaks German, and names are no markup", async () => {
  const home = await house();
  await signedIn(home.world);
  const begun = await beginLink(home, { for: "nightowl" });
  const evil = { twitchId: "666", login: "<b>evil</b>" };
  const address = await comeBack(home, begun, approved(home, evil));
  const page = await home.ask(address, { headers: { "accept-language": "de" } });
  const text = await page.clone().text();
  assert.match(text, /&lt;b&gt;evil&lt;\/b&gt;/);
  assert.doesNotMatch(text, /<b>evil/);
  assert.match(await read(page), /Das ist ein anderer Twitch-Nutzer[^]*Noch ist nichts gespeichert/);
  await home.world.connector.close();
});

Deno.test("POST /connect/held/<ref>/keep ends the attempt that it came of", async () => {
  const home = await house();
  await signedIn(home.world);
  const address = await heldAt(home);
  assert.equal(home.world.connector.open().length, 1);
  await home.send(`${address}/keep`, {});
  assert.deepEqual(home.world.connector.open(), []);
});
