import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import { OWL, signedIn, world, WREN } from "../support/world.ts";
import { around, ended, fromLan, house, idOf, tokenOf } from "./house.ts";
import { mainIn, pageText, textIn } from "./page_text.ts";

Deno.test("GET / without an account leads to the wizard, or with an app to the sign-in", async () => {
  const made = await world();
  const home = around(made);
  const withApp = await (await home.ask("/")).text();
  assert.match(textIn(mainIn(withApp)), /No Twitch account yet.*One step is left/);
  assert.match(mainIn(withApp), /<a class="button" href="\/connect">/);
  await made.roster.useApp(undefined);
  assert.match(mainIn(await (await home.ask("/")).text()), /<a class="button" href="\/start">/);
});

Deno.test("GET / says until when all is well, and what each token is good for and who asked", async () => {
  const home = await house();
  const owl = await signedIn(home.world, OWL, { label: "Main channel" });
  await signedIn(home.world, WREN);
  await home.world.clock.advance(HOUR + 47 * MINUTE);
  await (await home.ask(`/?id=${idOf(home, owl)}`, fromLan({ peer: "::ffff:192.168.1.77" }))).body?.cancel();
  await home.world.clock.advance(14 * SECOND);
  const page = await (await home.ask("/")).text();
  const text = textIn(mainIn(page));
  assert.match(text, /^● All is well until \d+:\d\d [AP]M Each token lasts at least 2 hr 12 min/);
  assert.match(text, /Main channel ● Connected nightowl Token good for 2 hr 12 min/);
  assert.match(text, /Next renewal in 10 min, by itself Last asked by 192\.168\.1\.77, 14 sec ago/);
  assert.match(text, /wren ● Connected Token .* Last asked not since the server started/);
  // What somebody types into Companion stands there; the token itself never.
  assert.ok(page.includes(idOf(home, owl)));
  assert.ok(!page.includes(tokenOf(owl)));
});

Deno.test("GET / puts the account that needs somebody first", async () => {
  const home = await house();
  await signedIn(home.world, OWL);
  const wren = await signedIn(home.world, WREN);
  await ended(home, wren);
  const text = await pageText(await home.ask("/"));
  assert.match(text, /^■ wren needs a sign-in Without it Companion gets no token/);
  assert.ok(text.indexOf("wren ■ Sign-in needed") < text.indexOf("nightowl ● Connected"), text);
  for (const login of home.world.roster.all()) await ended(home, login, home.world.clock.now() + HOUR);
  assert.match(
    await pageText(await home.ask("/")),
    /^■ 2 accounts need a sign-in The last token still works until/,
  );
});

Deno.test("GET / tells in words what is wrong while renewal fails, and when nothing is left", async () => {
  const home = await house();
  await signedIn(home.world);
  home.world.twitch.away = AWAY;
  await home.world.clock.advance(2 * HOUR);
  await home.world.refresher.due();
  const text = await pageText(await home.ask("/"));
  assert.match(text, /^▲ nightowl works, its renewal is delayed The present token is good until/);
  assert.match(
    text,
    /▲ Works, renewal delayed Twitch cannot be reached from here\. Check the Internet connection/,
  );
  assert.match(text, /the server keeps trying by itself/);
  assert.match(text, /Next renewal next try in \d+ sec/);
  await home.world.clock.advance(3 * HOUR);
  assert.match(await pageText(await home.ask("/")), /^■ nightowl has no token right now/);
});

Deno.test("GET / says what only a person can put right", async () => {
  const home = await house();
  await signedIn(home.world, OWL, { clientId: "another-app" });
  await home.world.refresher.due();
  const page = await (await home.ask("/")).text();
  assert.match(textIn(mainIn(page)), /^■ nightowl needs you The present token works until/);
  assert.match(textIn(mainIn(page)), /This login belongs to another Twitch app/);
  assert.match(mainIn(page), /<a href="\/settings\/app">Set up that app again<\/a>/);
});

Deno.test("GET / says that the key is missing, and offers nothing that needs it", async () => {
  const home = await house();
  await signedIn(home.world);
  home.world.vault.locked = "The key file is not there";
  const text = await pageText(await home.ask("/"));
  assert.match(text, /^■ The key is missing Nothing is lost.* The key file is not there\./);
  assert.match(text, /■ Locked/);
  assert.doesNotMatch(text, /Sign in another/);
});

Deno.test("GET / stays small with 200 accounts, fifty a page, the worst on the first", async () => {
  const home = await house();
  for (let n = 0; n < 200; n++) {
    await signedIn(home.world, { twitchId: `9${n}`, login: `channel_number_${n}` });
  }
  const last = home.world.roster.all().at(-1);
  assert.ok(last !== undefined);
  await ended(home, last);
  const first = await (await home.ask("/")).text();
  assert.ok(first.length < 60_000, `${first.length}`);
  assert.match(textIn(mainIn(first)), /channel_number_199 ■ Sign-in needed.*channel_number_0 .*Page 1 of 4/);
  const fourth = await pageText(await home.ask("/?page=4"));
  assert.match(fourth, /^■ channel_number_199 needs a sign-in.* Previous page Page 4 of 4/);
  assert.equal(fourth.match(/● Connected/g)?.length, 50);
  for (const odd of ["0", "99", "x", "-1"]) {
    assert.match(await pageText(await home.ask(`/?page=${odd}`)), /Page [14] of 4/);
  }
});

Deno.test("GET / speaks German to those who like it", async () => {
  const home = await house();
  await signedIn(home.world);
  const text = await pageText(await home.ask("/", { headers: { "accept-language": "de-CH,en;q=0.5" } }));
  assert.match(text, /^● Alles gut bis \d+:\d\d Jedes Token hält mindestens 4 Std\./);
  assert.match(text, /● Verbunden .*Zuletzt gefragt nicht seit dem Start des Servers/);
  assert.doesNotMatch(text, /\b(home|state|companion)\.[a-z_]+/);
});

Deno.test("GET / offers a refused host name, and POST /hosts allows that one alone", async () => {
  const home = await house();
  await (await home.ask("/", { host: "studio.example.org" })).body?.cancel();
  const page = await (await home.ask("/")).text();
  assert.match(textIn(mainIn(page)), /Refused host names.*studio\.example\.org Allow this name/);
  assert.equal((await home.send("/hosts", { name: "other.example.org" })).status, 404);
  const answer = await home.send("/hosts", { name: "studio.example.org" });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/?done=allowed"]);
  assert.deepEqual(home.settings.allowedNames, ["studio.example.org"]);
  const after = await pageText(await home.ask("/?done=allowed"));
  assert.match(after, /The name is allowed now/);
  assert.doesNotMatch(after, /studio\.example\.org/);
});

Deno.test("GET / reminds of what is left of the first start, once there is an account", async () => {
  const home = await house();
  assert.doesNotMatch(await pageText(await home.ask("/")), /Not finished yet/);
  await signedIn(home.world);
  assert.match(await pageText(await home.ask("/")), /Not finished yet/);
  home.settings.putOff = { steps: [], quiet: true };
  assert.doesNotMatch(await pageText(await home.ask("/")), /Not finished yet/);
});

Deno.test("GET /live/home tells the home page what changes, and to load itself again", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const page = await (await home.ask("/")).text();
  const path = /data-stream="([^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  assert.match(path, /^\/live\/home\?/);
  const answer = await home.ask(path);
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  const reader = answer.body?.getReader();
  assert.ok(reader !== undefined);
  const heard = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  const first = await heard();
  assert.match(first, /"nightowl\.token":"good for 4.hr"/);
  // Each text has its place on the page.
  for (const [, key] of first.matchAll(/"((?:nightowl|headline)[^"]*)":/g)) {
    if (key !== "nightowl.renewed") assert.ok(page.includes(`data-live="${key}"`), key ?? "");
  }
  const next = heard();
  await home.world.clock.advance(MINUTE);
  assert.match(await next, /"nightowl\.token":"good for 3.hr.59.min"/);
  await ended(home, login);
  const last = heard();
  await home.world.clock.advance(3 * SECOND);
  assert.match(await last, /^event: reload$/m);
  assert.equal((await reader.read()).done, true);
});

Deno.test("GET /live/home ends with the session, and tells strangers nothing", async () => {
  const home = await house();
  await signedIn(home.world);
  const stranger = await home.ask("/live/home", { stranger: true });
  assert.notEqual(stranger.headers.get("content-type"), "text/event-stream");
  const reader = (await home.ask("/live/home")).body?.getReader();
  await reader?.read();
  await home.world.owner.signOutEverywhere();
  const next = reader?.read();
  await home.world.clock.advance(3 * SECOND);
  assert.match(new TextDecoder().decode((await next)?.value), /event: reload/);
  assert.equal((await reader?.read())?.done, true);
});

Deno.test("HEAD /live/home ends at once", async () => {
  const home = await house();
  await signedIn(home.world);
  const answer = await home.ask("/live/home", { method: "HEAD" });
  assert.deepEqual([answer.status, answer.headers.get("content-type"), answer.body], [
    200,
    "text/event-stream",
    null,
  ]);
  assert.equal(home.world.clock.sleeping, 0);
});
