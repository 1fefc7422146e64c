import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import { PERMISSION_GROUPS, PRESET_CHOICES } from "../../src/cli/presets.ts";
import { fromLan, house, idOf } from "./house.ts";
import { approved, back, beginDevice, beginLink, comeBack, read } from "./sign_in_steps.ts";
import { OWL, PUBLIC, SCOPES, signedIn } from "../support/world.ts";

/** The ways of a page in their order. */
function waysIn(page: string): string[] {
  return [...page.matchAll(/<button type="submit" name="way" value="(\w+)"/g)].map(([, way = ""]) => way);
}

Deno.test("GET /connect puts the way back to this browser first where it works, else the code", async () => {
  const home = await house();
  const ways = async (path: string, how = {}) => waysIn(await (await home.ask(path, how)).text());
  assert.deepEqual(await ways("/connect"), ["redirect", "device", "paste"]);
  for (const how of [fromLan(), { host: "localhost:8949" }, { host: "127.0.0.1:8948" }]) {
    assert.deepEqual(await ways("/connect", how), ["device", "paste", "redirect"]);
  }
  assert.deepEqual(await ways("/connect?way=paste"), ["paste", "redirect", "device"]);
});

Deno.test("GET /connect knows the public address as one that Twitch can send the browser to", async () => {
  const home = await house(undefined, { redirectUri: () => "https://token.example.org/callback" });
  const page = await (await home.ask("/connect", { host: "token.example.org" })).text();
  assert.equal(waysIn(page)[0], "redirect");
});

Deno.test("GET /connect of an app without a secret offers codes only, and says why", async () => {
  const home = await house(PUBLIC);
  const answer = await home.ask("/connect");
  const page = await answer.clone().text();
  assert.deepEqual(waysIn(page), ["device"]);
  assert.match(await read(answer), /no client secret; Twitch lets such apps use codes only/);
  assert.equal((await home.send("/connect", { way: "redirect", preset: "companion-3" })).status, 409);
});

Deno.test("GET /connect without an app leads to its setup", async () => {
  const home = await house();
  await home.world.roster.useApp(undefined);
  assert.match(await (await home.ask("/connect")).text(), /href="\/settings\/app"/);
  assert.equal((await home.send("/connect", { way: "redirect", preset: "companion-3" })).status, 409);
});

Deno.test("GET /connect starts from the first preset and explains every permission, in English and German", async () => {
  const home = await house(undefined, { presets: PRESET_CHOICES, permissions: PERMISSION_GROUPS });
  for (const language of ["en", "de"]) {
    const answer = await home.ask("/connect", { headers: { "accept-language": language } });
    const page = await answer.clone().text();
    assert.match(page, /name="preset" value="companion-3" checked/);
    assert.doesNotMatch(page, /name="scope" value="[^"]+" checked/);
    const words = await read(answer);
    assert.doesNotMatch(words, /\b(connect|scopes)\.[a-z_]+/, "a text is missing");
    for (const { scopes } of PERMISSION_GROUPS) {
      for (const scope of scopes) {
        const [, before = ""] = new RegExp(`(.{12}) ${scope}(?![:\\w])`).exec(words) ?? [];
        assert.match(before, /\p{L}/u, `${scope} has no words`);
      }
    }
    assert.match(
      words,
      language === "en" ? /Careful: read the stream key/ : /Vorsicht: den Stream-Schlüssel/,
    );
    assert.ok(page.length < 60_000, String(page.length));
  }
});

Deno.test("GET /connect?for=<alias> starts from what the account has", async () => {
  const home = await house();
  await signedIn(home.world, OWL, { label: "Main", scopes: ["channel:bot", "clips:edit", "new:thing"] });
  const answer = await home.ask("/connect?for=nightowl");
  const page = await answer.clone().text();
  assert.match(page, /name="preset" value="own" checked/);
  const ticked = [...page.matchAll(/name="scope" value="([^"]+)" checked/g)].map(([, scope]) => scope);
  assert.deepEqual(ticked, ["channel:bot", "clips:edit"]);
  assert.match(page, />new:thing<\/textarea>/);
  assert.match(page, /value="Main"/);
  assert.match(page, /<input type="hidden" name="for" value="nightowl"/);
  const words = await read(answer);
  assert.match(words, /Sign in nightowl again/);
  assert.match(words, /The permissions stay as they are/);
  assert.match(words, /Companion module 3 2 permissions, 2 more than now,? and 3 fewer than now/);
  assert.equal((await home.ask("/connect?for=nobody")).status, 404);
});

Deno.test("GET /connect?for=<alias>&add=<preset> shows what is new", async () => {
  const home = await house();
  await signedIn(home.world, OWL, { scopes: SCOPES });
  const words = await read(await home.ask("/connect?for=nightowl&add=buttons"));
  assert.match(words, /What changes New Make clips clips:edit/);
  assert.doesNotMatch(words, /No longer/);
});

Deno.test("POST /connect asks for the set and for what is ticked and typed besides, each once", async () => {
  const home = await house();
  const fields = { preset: "buttons", scope: "bits:read", scopes: "chat:read, bits:read new:thing" };
  const { url } = await beginLink(home, fields);
  assert.equal(url.searchParams.get("scope"), "clips:edit bits:read chat:read new:thing");
  assert.equal(url.searchParams.get("redirect_uri"), "http://localhost:8948/callback");
});

const BAD_WISHES: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{ way: "redirect", preset: "own", scopes: "  " }, /tick at least one permission/],
  [{ way: "redirect", preset: "own", scopes: "chat:read Chat!" }, /“Chat!” is not the name of a permission/],
  [{ way: "redirect", preset: "own", scope: "<b>" }, /“&lt;b&gt;” is not the name of a permission/],
  [{ way: "redirect", preset: "nothing", scope: "chat:read" }, /Choose a set/],
  [{ way: "device", preset: "buttons", reclaim: "none" }, /This is no ID/],
  [{ way: "sideways", preset: "companion-3" }, /the way to do it was not chosen/],
  [{ preset: "companion-3" }, /the way to do it was not chosen/],
];

for (const [fields, said] of BAD_WISHES) {
  Deno.test(`POST /connect with ${JSON.stringify(fields)} says ${said} and keeps what was typed`, async () => {
    const home = await house();
    const answer = await home.send("/connect", { ...fields, label: "Main" });
    assert.equal(answer.status, 400);
    const page = await answer.text();
    assert.match(page, said);
    if (fields["way"] === "redirect") assert.match(page, /value="Main"/);
    assert.deepEqual(home.world.connector.open(), []);
  });
}

Deno.test("GET /connect lists what is not finished yet, for whom and until when", async () => {
  const home = await house();
  await beginLink(home, { way: "paste", sent_to: "Anna <b>" });
  const device = await beginDevice(home, { sent_to: "Ben" });
  const answer = await home.ask("/connect");
  const page = await answer.clone().text();
  const words = await read(answer);
  assert.match(words, /Not finished yet Waiting for Ben: code, good until/);
  assert.match(words, /Waiting for Anna &lt;b&gt;: link, good until/);
  assert.ok(page.includes(`href="${device}"`));
  await home.world.clock.advance(31 * MINUTE);
  assert.match(await read(await home.ask("/connect")), /Ben: code has lapsed/);
});

Deno.test("POST /connect/attempts/<ref>/cancel forgets a sign-in", async () => {
  const home = await house();
  const path = await beginDevice(home);
  const ref = path.split("/").at(-1) ?? "";
  assert.equal((await home.send(`/connect/attempts/${ref}/cancel`, {})).headers.get("location"), "/connect");
  assert.equal((await home.ask(path)).status, 410);
  assert.deepEqual(home.world.connector.open(), []);
});

Deno.test("a pasted address finishes the sign-in; a wrong one may be corrected", async () => {
  const home = await house();
  const begun = await beginLink(home, { way: "paste", label: "Main" });
  const path = `${begun.path.split("?")[0]}/paste`;
  const wrong = await home.send(path, { pasted: "https://www.twitch.tv/login?<x>" });
  assert.equal(wrong.status, 400);
  const page = await wrong.text();
  assert.match(page, /approve there first/);
  assert.match(page, /https:\/\/www\.twitch\.tv\/login\?&lt;x&gt;<\/textarea>/);
  const pasted = `http://localhost:8948${back(begun, approved(home))}`;
  const answer = await home.send(path, { pasted });
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?new=1");
  assert.equal(home.world.roster.all()[0]?.account.label, "Main");
  // Sent twice, as by a second click, it leads to the same page.
  const twice = await home.send(path, { pasted });
  assert.equal(twice.headers.get("location"), "/accounts/nightowl?new=1");
  assert.equal(home.world.twitch.sent("exchangeCode").length, 1);
});

Deno.test("a paste five hours later, after a code that had lapsed, still finishes the same sign-in", async () => {
  const home = await house();
  const begun = await beginLink(home, { way: "paste" });
  const path = `${begun.path.split("?")[0]}/paste`;
  await home.world.clock.advance(45 * MINUTE);
  const old = await home.send(path, { pasted: "abcdefghijklmnop" });
  assert.equal(old.status, 403);
  assert.match(await read(old), /does not accept this code[^]*open the link or begin/);
  await home.world.clock.advance(5 * HOUR);
  const answer = await home.send(path, { pasted: back(begun, approved(home)).slice("/callback".length) });
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?new=1");
});

const PASTED_ERRORS: readonly (readonly [string, number, RegExp])[] = [
  ["access_denied", 403, /cancelled on Twitch's page/],
  ["redirect_mismatch", 409, /Enter exactly http:\/\/localhost:8948\/callback/],
  ["SENT", 403, /ended with an error/],
];
for (const [error, status, said] of PASTED_ERRORS) {
  Deno.test(`a pasted ${error} is explained, not repeated, and the field stays`, async () => {
    const home = await house();
    const begun = await beginLink(home, { way: "paste" });
    const pasted = `http://localhost:8948${back(begun, { error, error_description: "x" })}`;
    const answer = await home.send(`${begun.path.split("?")[0]}/paste`, { pasted });
    assert.equal(answer.status, status);
    const page = await answer.clone().text();
    assert.match(page, /<textarea[^>]+id="pasted"/);
    const words = (await read(answer)).replace(pasted, "");
    assert.match(words, said);
    assert.doesNotMatch(words, /SENT/);
  });
}

Deno.test("an address of another attempt, or an unknown one, is refused before Twitch is asked", async () => {
  const home = await house();
  const [one, two] = [await beginLink(home, { way: "paste" }), await beginLink(home, { way: "paste" })];
  const answer = await home.send(`${one.path.split("?")[0]}/paste`, {
    pasted: back(two, approved(home)).slice(9),
  });
  assert.equal(answer.status, 410);
  assert.match(await read(answer), /belongs to no attempt that is open here/);
  assert.equal((await home.send("/connect/link/unknown/paste", { pasted: "x" })).status, 410);
  assert.equal((await home.ask("/connect/link/unknown")).status, 410);
  assert.equal(home.world.twitch.sent("exchangeCode").length, 0);
});

Deno.test("the page of a link explains the browser's error and has a message for the client in both languages", async () => {
  const home = await house();
  await signedIn(home.world);
  const { path } = await beginLink(home, {
    way: "paste",
    for: "nightowl",
    sent_to: "Anna",
    preset: "buttons",
  });
  const words = await read(await home.ask(path));
  assert.match(words, /the page cannot be reached[^]*That is all right/);
  assert.match(words, /Hello Anna,/);
  assert.match(words, /with the Twitch account nightowl|Sign in with the Twitch account nightowl/);
  assert.match(words, /begins with http:\/\/localhost:8948\/callback/);
  assert.match(words, /client ID is app-1/);
  assert.match(words, /- Make clips/);
  assert.match(words, /No longer Read chat/);
  const german = await read(await home.ask(`${path}&message=de`));
  assert.match(german, /Hallo Anna,[^]*- Clips erstellen/);
  assert.match(german, /Send this to somebody else/);
});

Deno.test("signing in again keeps the id and says so", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const id = idOf(home, login);
  const begun = await beginLink(home);
  assert.equal(await comeBack(home, begun, approved(home)), "/accounts/nightowl?new=1");
  assert.equal(idOf(home, login), id);
});

Deno.test("an unknown host's way back is a link that opens beside the page", async () => {
  const home = await house();
  const { path } = await beginLink(home);
  assert.doesNotMatch(await (await home.ask(path)).text(), /oauth2\/authorize[^>]+target="_blank"/);
  assert.match(await (await home.ask(path, fromLan())).text(), /oauth2\/authorize[^>]+target="_blank"/);
  await home.world.clock.advance(10 * MINUTE);
  assert.match(await (await home.ask(path)).text(), /oauth2\/authorize[^>]+target="_blank"/);
});
