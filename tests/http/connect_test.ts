import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import { Secret } from "../../src/core/secret.ts";
import { around, ended, type House, house, idOf } from "./house.ts";
import { BAD_APP } from "../support/scripted_twitch.ts";
import { OWL, PUBLIC, restarted, SCOPES, signedIn } from "../support/world.ts";

/** Begins by redirect or paste; answers where the page's link leads, with the state in it. */
async function begin(home: House, fields: Readonly<Record<string, string>> = {}): Promise<URL> {
  const answer = await home.send("/connect", { way: "redirect", preset: "companion-3", ...fields });
  const page = await answer.text();
  assert.equal(answer.status, 200, page);
  const href = /href="(https:\/\/id\.twitch\.test\/[^"]+)"/.exec(page)?.[1] ?? "";
  return new URL(href.replaceAll("&amp;", "&"));
}

function back(url: URL, fields: Readonly<Record<string, string>>): string {
  return `/callback?${new URLSearchParams({ ...fields, state: url.searchParams.get("state") ?? "" })}`;
}

function approved(home: House, person = OWL): { code: string } {
  return { code: home.world.twitch.approve(person, "app-1", SCOPES).reveal() };
}

Deno.test("GET /connect offers the presets and three ways, the first of each chosen", async () => {
  const home = await house();
  const page = await (await home.ask("/connect")).text();
  assert.match(page, /name="preset" value="companion-3" checked/);
  assert.match(page, /name="preset" value="buttons"(?! checked)/);
  assert.match(page, /name="way" value="redirect" checked/);
  for (const way of ["paste", "device"]) assert.ok(page.includes(`name="way" value="${way}"`));
});

Deno.test("GET /connect of an app without a secret offers codes only", async () => {
  const home = await house(PUBLIC);
  const page = await (await home.ask("/connect")).text();
  assert.match(page, /name="way" value="redirect"\s+disabled/);
  assert.match(page, /name="way" value="paste"\s+disabled/);
  assert.match(page, /name="way" value="device" checked/);
  assert.equal((await home.send("/connect", { way: "redirect", preset: "companion-3" })).status, 409);
});

Deno.test("GET /connect without an app leads to its setup", async () => {
  const home = await house();
  await home.world.roster.useApp(undefined);
  assert.match(await (await home.ask("/connect")).text(), /href="\/setup"/);
  assert.equal((await home.send("/connect", { way: "redirect", preset: "companion-3" })).status, 409);
});

Deno.test("GET /connect?for=<alias> starts from what the account has", async () => {
  const home = await house();
  await signedIn(home.world, OWL, { label: "Main", scopes: ["channel:bot", "clips:edit"] });
  const page = await (await home.ask("/connect?for=nightowl")).text();
  assert.match(page, /value="own" checked/);
  assert.match(page, />channel:bot clips:edit<\/textarea>/);
  assert.match(page, /value="Main"/);
  assert.equal((await home.ask("/connect?for=nobody")).status, 404);
});

Deno.test("a sign-in by redirect ends on the account's page, with its id and a clean address", async () => {
  const home = await house();
  const url = await begin(home, { label: "Main" });
  assert.equal(url.searchParams.get("scope"), SCOPES.join(" "));
  assert.equal(url.searchParams.get("redirect_uri"), "http://localhost:8948/callback");
  const answer = await home.ask(back(url, approved(home)));
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?new=1");
  const page = await (await home.ask("/accounts/nightowl?new=1")).text();
  const [login] = home.world.roster.all();
  assert.ok(login !== undefined && page.includes(idOf(home, login)));
  assert.match(page, /<b>Signed in\.<\/b>/);
  assert.equal(login.account.label, "Main");
});

Deno.test("signing in again keeps the id and says so", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const id = idOf(home, login);
  await ended(home, login);
  const answer = await home.ask(back(await begin(home), approved(home)));
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?new=1");
  assert.equal(idOf(home, login), id);
  assert.match(await (await home.ask("/accounts/nightowl?new=1")).text(), /The ID is the same as before/);
});

Deno.test("the page after a sign-in names permissions that Twitch did not grant", async () => {
  const home = await house();
  const url = await begin(home, { preset: "own", scopes: "chat:read chat:edit, bits:read" });
  assert.equal(url.searchParams.get("scope"), "chat:read chat:edit bits:read");
  await home.ask(back(url, approved(home)));
  assert.match(await (await home.ask("/accounts/nightowl?new=1")).text(), /<code>bits:read<\/code>/);
  assert.doesNotMatch(await (await home.ask("/accounts/nightowl")).text(), /<code>bits:read<\/code>/);
});

const RETURNS: readonly (readonly [Readonly<Record<string, string>>, number, RegExp])[] = [
  [
    { error: "access_denied", error_description: "SENT" },
    403,
    /cancelled on Twitch&#39;s page/,
  ],
  [{ error: "redirect_mismatch", error_description: "SENT" }, 409, /http:\/\/localhost:8948\/callback/],
  [{ error: "SENT", error_description: "SENT" }, 403, /ended with an error/],
  [{ code: "SENT-SENT-SENT" }, 403, /does not accept this code/],
  [{}, 400, /neither a code nor an error/],
];

for (const [fields, status, said] of RETURNS) {
  Deno.test(`GET /callback with ${JSON.stringify(fields)} is ${status} and repeats nothing of it`, async () => {
    const home = await house();
    const answer = await home.ask(back(await begin(home), fields));
    const page = await answer.text();
    assert.equal(answer.status, status, page);
    assert.match(page, said);
    assert.match(page, /href="\/connect"/);
    assert.doesNotMatch(page, /SENT/);
    assert.doesNotMatch(JSON.stringify([...answer.headers]), /SENT/);
  });
}

Deno.test("GET /callback takes each attempt once, and none that is unknown or old", async () => {
  const home = await house();
  const url = await begin(home);
  const path = back(url, approved(home));
  assert.equal((await home.ask(path)).status, 303);
  assert.equal((await home.ask(path)).status, 410);
  assert.equal((await home.ask("/callback?code=abcdefghijk&state=unknown")).status, 410);
  assert.equal((await home.ask("/callback?code=abcdefghijk")).status, 410);
  const late = await begin(home);
  await home.world.clock.advance(11 * MINUTE);
  assert.equal((await home.ask(back(late, approved(home)))).status, 410);
  assert.equal(home.world.twitch.sent("exchangeCode").length, 1);
});

Deno.test("GET /callback says so when Twitch does not accept the app", async () => {
  const home = await house();
  home.world.twitch.next("exchangeCode", BAD_APP);
  const answer = await home.ask(back(await begin(home), approved(home)));
  assert.equal(answer.status, 409);
  assert.match(await answer.text(), /Twitch does not accept the app/);
});

Deno.test("a pasted address finishes the sign-in; a wrong one may be corrected", async () => {
  const home = await house();
  const url = await begin(home, { way: "paste" });
  const state = url.searchParams.get("state") ?? "";
  const wrong = await home.send("/connect/paste", { state, pasted: "https://www.twitch.tv/login" });
  assert.equal(wrong.status, 400);
  const page = await wrong.text();
  assert.match(page, /approve there first/);
  assert.ok(page.includes(`name="state" value="${state}"`));
  const pasted = `http://localhost:8948${back(url, approved(home))}`;
  const answer = await home.send("/connect/paste", { state, pasted });
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?new=1");
  assert.equal((await home.send("/connect/paste", { state, pasted })).status, 410);
});

Deno.test("a pasted bare code belongs to the attempt of its form", async () => {
  const home = await house();
  const code = "abcdefghijklmnop";
  const state = (await begin(home, { way: "paste" })).searchParams.get("state") ?? "";
  home.world.twitch.next("exchangeCode", {
    kind: "granted",
    tokens: home.world.twitch.grant(OWL, "app-1", SCOPES),
  });
  assert.equal((await home.send("/connect/paste", { state: "another", pasted: code })).status, 410);
  const answer = await home.send("/connect/paste", { state, pasted: code });
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?new=1");
  assert.deepEqual(home.world.twitch.sent("exchangeCode").map(({ token }) => token), [code]);
});

const BAD_WISHES: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{ way: "redirect", preset: "own", scopes: "  " }, /Enter at least one permission/],
  [{ way: "redirect", preset: "own", scopes: "chat:read Chat!" }, /is not the name of a permission/],
  [{ way: "redirect", preset: "nothing" }, /Choose one of the sets/],
  [{ way: "sideways", preset: "companion-3" }, /the way to do it was not chosen/],
  [{ preset: "companion-3" }, /the way to do it was not chosen/],
];

for (const [fields, said] of BAD_WISHES) {
  Deno.test(`POST /connect with ${JSON.stringify(fields)} says ${said}`, async () => {
    const home = await house();
    const answer = await home.send("/connect", fields);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), said);
  });
}

Deno.test("a sign-in by device code shows code, link and picture, and goes on by itself", async () => {
  const home = await house();
  const begun = await home.send("/connect", { way: "device", preset: "companion-3" });
  assert.equal(begun.status, 303);
  const path = begun.headers.get("location") ?? "";
  assert.match(path, /^\/connect\/device\/[\w-]{43}$/);
  const answer = await home.ask(path);
  const page = (await answer.text()).replaceAll("\u00a0", " ");
  assert.match(page, /<meta http-equiv="refresh" content="5"/);
  assert.match(page, /JLLKTXWJ/);
  assert.match(page, /href="https:\/\/www\.twitch\.test\/activate\?device-code=JLLKTXWJ"/);
  assert.match(page, /<svg class="qr"/);
  assert.match(page, /good for 30 min/);
  assert.doesNotMatch(page, /device-\d/);
  home.world.twitch.approveDevice(OWL, "app-1", SCOPES);
  await home.world.clock.advance(5 * SECOND);
  const done = await home.ask(path);
  assert.equal(done.status, 303);
  assert.equal(done.headers.get("location"), "/accounts/nightowl?new=1");
});

Deno.test("a device code that was not entered in time ends on a page without another refresh", async () => {
  const home = await house();
  const begun = await home.send("/connect", { way: "device", preset: "companion-3" });
  await home.world.clock.advance(31 * MINUTE);
  const answer = await home.ask(begun.headers.get("location") ?? "");
  assert.equal(answer.status, 403);
  const page = await answer.text();
  assert.match(page, /not entered in time/);
  assert.doesNotMatch(page, /http-equiv="refresh"/);
  assert.equal((await home.ask("/connect/device/unknown")).status, 410);
});

Deno.test("a device code's address that is no link is shown as text", async () => {
  const home = await house();
  home.world.twitch.next("beginDevice", {
    kind: "started",
    deviceCode: new Secret("device-x"),
    userCode: "ABC",
    verificationUri: "javascript:alert(1)",
    expiresIn: MINUTE,
    interval: 5 * SECOND,
  });
  const begun = await home.send("/connect", { way: "device", preset: "companion-3" });
  const page = await (await home.ask(begun.headers.get("location") ?? "")).text();
  assert.doesNotMatch(page, /href="javascript/);
  assert.match(page, /javascript:alert/);
  home.world.connector.close();
});

Deno.test("an attempt of an earlier process is over", async () => {
  const first = await house();
  const url = await begin(first);
  const home = around(await restarted(first.world));
  assert.equal((await home.ask(back(url, approved(home)))).status, 410);
});
