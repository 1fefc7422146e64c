import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import { ended, house, idOf, tokenOf } from "./house.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import { OWL, signedIn, WREN } from "../support/world.ts";

Deno.test("GET / without an account leads to the first steps", async () => {
  const home = await house();
  const page = await (await home.ask("/")).text();
  assert.match(page, /No Twitch account yet/);
  assert.match(page, /href="\/connect"/);
});

Deno.test("GET / shows each account with its state, what its token is good for and who asked", async () => {
  const home = await house();
  const owl = await signedIn(home.world, OWL, { label: "Main channel" });
  const wren = await signedIn(home.world, WREN);
  await home.world.clock.advance(HOUR + 47 * MINUTE);
  await (await home.ask(`/?id=${idOf(home, owl)}`)).body?.cancel();
  await home.world.clock.advance(3 * MINUTE);
  await ended(home, wren);
  const page = (await (await home.ask("/")).text()).replaceAll("\u00a0", " ");
  assert.match(page, /Main channel/);
  assert.match(page, /good for 2 h 10 min/);
  assert.match(page, /3 min ago/);
  assert.match(page, /state good"><span aria-hidden="true">●<\/span> Connected/);
  assert.match(page, /state bad"><span aria-hidden="true">■<\/span> Sign in again/);
  for (const login of [owl, wren]) assert.ok(!page.includes(idOf(home, login)));
});

Deno.test("GET / tells in words what is wrong while renewal fails", async () => {
  const home = await house();
  await signedIn(home.world);
  home.world.twitch.away = AWAY;
  await home.world.clock.advance(2 * HOUR);
  await home.world.refresher.due();
  const page = (await (await home.ask("/")).text()).replaceAll("\u00a0", " ");
  assert.match(page, /state waiting"><span aria-hidden="true">▲<\/span> Working, renewal delayed/);
  assert.match(page, /Twitch cannot be reached from here/);
  assert.match(page, /The server keeps trying by itself\. Next try in \d+ s/);
});

Deno.test("GET /accounts/<alias> shows what to type into Companion's fields", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const page = await (await home.ask("/accounts/nightowl")).text();
  for (
    const text of [
      "Token Server",
      "Access Token or Token server ID",
      `<code class="copy">${idOf(home, login)}</code>`,
      "Custom token server URL",
      `<code class="copy">http://192.168.1.20:8948/token</code>`,
      `<code class="copy">http://127.0.0.1:8948/token</code>`,
      "3.0.5",
    ]
  ) assert.ok(page.includes(text), text);
  assert.ok(!page.includes(tokenOf(login)));
});

Deno.test("GET /accounts/<alias> of nobody is 404", async () => {
  const home = await house();
  assert.equal((await home.ask("/accounts/nobody")).status, 404);
  assert.equal((await home.send("/accounts/nobody/remove", {})).status, 404);
});

Deno.test("POST /accounts/<alias>/label renames, as one line of text", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const answer = await home.send("/accounts/nightowl/label", {
    label: `  Main\r\n channel ${"x".repeat(100)}`,
  });
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?done=renamed");
  assert.match(login.account.label, /^Main {2}channel x+$/);
  assert.equal(login.account.label.length, 60);
});

Deno.test("POST /accounts/<alias>/refresh gets a fresh token, or says why not", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const old = tokenOf(login);
  const answer = await home.send("/accounts/nightowl/refresh", {});
  assert.equal(answer.headers.get("location"), "/accounts/nightowl?done=renewed");
  assert.notEqual(tokenOf(login), old);
  assert.match(await (await home.ask("/accounts/nightowl?done=renewed")).text(), /The token is fresh/);
  home.world.twitch.away = AWAY;
  const failed = await home.send("/accounts/nightowl/refresh", {});
  assert.equal(failed.status, 503);
  assert.match(await failed.text(), /the present token is served as long as it lives/);
});

Deno.test("POST /accounts/<alias>/relay switches the relay of the account off and on", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  for (const [word, on] of [["off", false], ["on", true]] as const) {
    const answer = await home.send("/accounts/nightowl/relay", { relay: word });
    assert.equal(answer.headers.get("location"), `/accounts/nightowl?done=relay-${word}`);
    assert.equal((await home.world.store.account(login.account.key))?.relay, on);
    const page = await (await home.ask(`/accounts/nightowl?done=relay-${word}`)).text();
    assert.match(page, on ? /Buttons work through this server again/ : /Buttons do not work/);
    assert.match(page, on ? /Switch it off/ : /Switch it on/);
  }
});

Deno.test("POST /accounts/<alias>/id replaces the id", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const old = idOf(home, login);
  const answer = await home.send("/accounts/nightowl/id", {});
  assert.equal(answer.status, 303);
  assert.ok(!(answer.headers.get("location") ?? "").includes(idOf(home, login)));
  assert.notEqual(idOf(home, login), old);
  const page = await (await home.ask(answer.headers.get("location") ?? "")).text();
  assert.ok(page.includes(idOf(home, login)));
  assert.ok(!page.includes(old));
});

Deno.test("POST /accounts/<alias>/remove revokes, then forgets, and says if Twitch did not confirm", async () => {
  const home = await house();
  const owl = tokenOf(await signedIn(home.world, OWL));
  await signedIn(home.world, WREN);
  assert.match(await (await home.ask("/accounts/nightowl/remove")).text(), /Remove nightowl\?/);
  const answer = await home.send("/accounts/nightowl/remove", {});
  assert.equal(answer.headers.get("location"), "/?done=removed");
  assert.equal(home.world.twitch.accepts(owl), false);
  home.world.twitch.away = AWAY;
  const second = await home.send("/accounts/wren/remove", {});
  assert.equal(second.headers.get("location"), "/?done=forgotten");
  assert.match(await (await home.ask("/?done=forgotten")).text(), /twitch\.tv\/settings\/connections/);
  assert.equal(home.world.roster.all().length, 0);
});

Deno.test("what people and Twitch have typed is text in every page, never markup", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='x'>&amp;`;
  const home = await house();
  await signedIn(home.world, { twitchId: evil, login: evil }, { alias: "evil", label: evil, scopes: [evil] });
  home.world.vault.locked = evil;
  const failed = await home.send("/connect", { way: "redirect", preset: "own", scopes: evil, label: evil });
  const pasted = await home.send("/connect/paste", { pasted: evil, state: evil });
  const setup = await home.send("/setup", { client_id: evil, client_secret: "" });
  const pages = [
    "/",
    "/accounts/evil",
    "/accounts/evil/remove",
    "/connect?for=evil",
    `/accounts/${encodeURIComponent(evil)}`,
  ];
  const answers = [failed, pasted, setup, ...await Promise.all(pages.map((path) => home.ask(path)))];
  let shown = 0;
  for (const answer of answers) {
    const page = await answer.text();
    assert.doesNotMatch(page, /<script|<img|onerror='/);
    assert.equal(page.match(/<style>/g)?.length, 1);
    if (page.includes("&lt;script&gt;")) shown++;
  }
  // Positive control: it is there, escaped.
  assert.ok(shown >= 7, `${shown}`);
});
