import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import { OWL, PUBLIC, restarted, signedIn, WREN } from "../support/world.ts";
import { around, ended, fromLan, type House, house, idOf, tokenOf } from "./house.ts";
import { mainIn, pageText, textIn } from "./page_text.ts";

const PATH = "/accounts/nightowl";

async function askToken(home: House, id: string): Promise<number> {
  const answer = await home.ask(`/token?id=${id}`, fromLan());
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("GET /accounts/<alias> shows what to type into Companion's fields", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const page = await (await home.ask(PATH)).text();
  const text = textIn(mainIn(page));
  for (
    const field of [
      "Token Server ☑ ticked",
      `Access Token or Token server ID ${idOf(home, login)} Copy`,
      "Custom token server URL http://192.168.1.20:8948/token Copy if Companion runs on another machine",
      "http://127.0.0.1:8948/token Copy if Companion runs on this machine",
      "Channels to monitor nightowl Copy",
      "3.0.5",
    ]
  ) assert.ok(text.includes(field), `${field} in ${text}`);
  assert.ok(!page.includes(tokenOf(login)));
});

Deno.test("GET /accounts/<alias> opens the way of the Companion that its owner has, the others stay closed", async () => {
  const home = await house();
  await signedIn(home.world);
  const open = async (): Promise<string | undefined> =>
    /<details[^>]* open[^>]*><summary>([^<]*)/.exec(await (await home.ask(PATH)).text())?.[1];
  assert.equal(await open(), "Companion 2 or 3, or the Twitch module 3.0.5");
  home.settings.chosen = "companion-4";
  assert.equal(await open(), "Companion 4 or 5");
  home.settings.chosen = "other";
  assert.equal(await open(), "Another tool");
});

Deno.test("GET /accounts/<alias> says in words what the login may do, and names what it has no words for", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  await home.world.roster.update(login, (row) => ({ ...row, scopes: ["clips:edit", "brand:new:thing"] }));
  const text = await pageText(await home.ask(PATH));
  assert.match(text, /This login may do 2 things: \S.* clips:edit brand:new:thing Change the permissions/);
});

Deno.test("GET /accounts/<alias> of nobody is 404", async () => {
  const home = await house();
  for (const path of ["/accounts/nobody", "/accounts/nobody/id", "/live/account/nobody"]) {
    assert.equal((await home.ask(path)).status, 404, path);
  }
  for (const act of ["remove", "test", "refresh", "id", "old-ids", "label", "relay"]) {
    assert.equal((await home.send(`/accounts/nobody/${act}`, {})).status, 404, act);
  }
});

Deno.test("POST /accounts/<alias>/test says what Companion would get, without the token and without counting as a question", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  assert.equal(await askToken(home, idOf(home, login)), 200);
  const { askedAt, askedBy } = login;
  await home.world.clock.advance(MINUTE);
  home.world.twitch.calls.length = 0;
  const answer = await home.send(`${PATH}/test`, {});
  assert.equal(answer.headers.get("location"), `${PATH}#test`);
  assert.deepEqual([login.askedAt, login.askedBy], [askedAt, askedBy]);
  assert.equal(home.world.twitch.calls.filter((call) => JSON.stringify(call).includes("validate")).length, 1);
  const page = await (await home.ask(PATH)).text();
  const { length } = tokenOf(login);
  const text = textIn(mainIn(page));
  assert.ok(text.includes(`Answer ● 200, a token of ${length} characters, answered in 0 ms`), text);
  assert.match(text, /Good for 3 hr 59 min Twitch says ● yes: user nightowl, 2 permissions It works\./);
  assert.ok(!page.includes(tokenOf(login)));
});

Deno.test("POST /accounts/<alias>/test tells when Twitch does not know the token, or cannot be asked", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  home.world.twitch.away = AWAY;
  await home.send(`${PATH}/test`, {});
  assert.match(await pageText(await home.ask(PATH)), /Twitch says ▲ Twitch cannot be asked right now/);
  home.world.twitch.away = undefined;
  assert.ok(login.access !== undefined && home.world.roster.app !== undefined);
  await home.world.twitch.revoke(home.world.roster.app, login.access);
  await home.send(`${PATH}/test`, {});
  assert.match(await pageText(await home.ask(PATH)), /Twitch says ■ no: this token is not valid any more/);
});

Deno.test("POST /accounts/<alias>/test shows the line that Companion would see, and what to do", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  await ended(home, login);
  await home.send(`${PATH}/test`, {});
  const page = await pageText(await home.ask(PATH));
  assert.match(page, /Answer ■ 409: Cannot answer a token: this Twitch login has ended, sign in again/);
  assert.match(page, /Sign in again\. The ID stays the same/);
  home.world.vault.locked = "The key file is not there";
  const locked = around(await restarted(home.world));
  for (const again of locked.world.roster.all()) {
    await locked.world.roster.update(again, (row) => ({ ...row, health: { state: "connected" } }));
  }
  await locked.send(`${PATH}/test`, {});
  assert.match(
    await pageText(await locked.ask(PATH)),
    /■ 503: Cannot answer a token: the token server does not have its key The home page says what to do\./,
  );
});

Deno.test("POST /accounts/<alias>/label renames, as one line of text", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const label = `  Main\r\n channel ${"x".repeat(100)}`;
  const answer = await home.send(`${PATH}/label`, { label });
  assert.equal(answer.headers.get("location"), `${PATH}?done=renamed`);
  assert.match(login.account.label, /^Main {2}channel x+$/);
  assert.equal(login.account.label.length, 60);
});

Deno.test("POST /accounts/<alias>/refresh gets a fresh token, or says why not", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  await askToken(home, idOf(home, login));
  const old = tokenOf(login);
  const answer = await home.send(`${PATH}/refresh`, {});
  assert.equal(answer.headers.get("location"), `${PATH}?done=renewed`);
  assert.notEqual(tokenOf(login), old);
  assert.match(await pageText(await home.ask(`${PATH}?done=renewed`)), /The token is fresh: good for 4 hr/);
  home.world.twitch.away = AWAY;
  const failed = await home.send(`${PATH}/refresh`, {});
  assert.equal(failed.status, 503);
  assert.match(await pageText(failed), /the present token is served as long as it lives/);
});

Deno.test("POST /accounts/<alias>/refresh asks once more where that takes the token away from a running show", async () => {
  const home = await house(PUBLIC);
  const login = await signedIn(home.world);
  await askToken(home, idOf(home, login));
  const old = tokenOf(login);
  const asked = await home.send(`${PATH}/refresh`, {});
  assert.equal(asked.status, 200);
  assert.match(await pageText(asked), /Refresh the token of nightowl now\? ▲ nightowl is in use/);
  assert.equal(tokenOf(login), old);
  assert.equal((await home.send(`${PATH}/refresh`, { sure: "yes" })).status, 303);
  const renewed = tokenOf(login);
  assert.notEqual(renewed, old);
  await home.world.clock.advance(16 * MINUTE);
  assert.equal((await home.send(`${PATH}/refresh`, {})).status, 303);
  assert.notEqual(tokenOf(login), renewed);
});

Deno.test("POST /accounts/<alias>/relay switches the relay of the account off and on", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  for (const [word, on] of [["off", false], ["on", true]] as const) {
    const answer = await home.send(`${PATH}/relay`, { relay: word });
    assert.equal(answer.headers.get("location"), `${PATH}?done=relay-${word}`);
    assert.equal((await home.world.store.account(login.account.key))?.relay, on);
    const text = await pageText(await home.ask(`${PATH}?done=relay-${word}`));
    assert.match(text, on ? /Buttons work through this server again/ : /Buttons do not work/);
    assert.match(text, on ? /Switch them off/ : /Switch them on/);
  }
});

Deno.test("GET /accounts/<alias>/id asks when the old id is to end, and warns while somebody asks with it", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  assert.doesNotMatch(await pageText(await home.ask(`${PATH}/id`)), /is in use/);
  await askToken(home, idOf(home, login));
  await home.world.clock.advance(14 * MINUTE);
  assert.match(
    await pageText(await home.ask(`${PATH}/id`)),
    /A new ID for nightowl ▲ nightowl is in use: its token was asked for 14 min ago, by 192\.168\.1\.77/,
  );
  await home.world.clock.advance(2 * MINUTE);
  assert.doesNotMatch(await pageText(await home.ask(`${PATH}/id`)), /is in use/);
});

Deno.test("POST /accounts/<alias>/id with old=now replaces the id at once", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const old = idOf(home, login);
  const answer = await home.send(`${PATH}/id`, { old: "now" });
  const location = answer.headers.get("location") ?? "";
  assert.equal(location, `${PATH}?done=new-id`);
  assert.notEqual(idOf(home, login), old);
  assert.equal(await askToken(home, old), 404);
  assert.equal(await askToken(home, idOf(home, login)), 200);
  const page = await (await home.ask(location)).text();
  assert.ok(page.includes(idOf(home, login)));
  assert.ok(!page.includes(old));
});

Deno.test("POST /accounts/<alias>/id lets both ids live for a day, and says until when", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const old = idOf(home, login);
  const answer = await home.send(`${PATH}/id`, {});
  assert.equal(answer.headers.get("location"), `${PATH}?done=new-id-later`);
  const text = await pageText(await home.ask(`${PATH}?done=new-id-later`));
  assert.match(
    text,
    /until then the old one works too.*An older ID of this account works too, until Mar 15, 2026/,
  );
  const fresh = home.world.roster.ids.of(login).at(-1)?.id.reveal() ?? "";
  await home.world.clock.advance(DAY - MINUTE);
  await home.world.refresher.due();
  assert.deepEqual([await askToken(home, old), await askToken(home, fresh)], [200, 200]);
  await home.world.clock.advance(MINUTE);
  await home.world.refresher.due();
  assert.deepEqual([await askToken(home, old), await askToken(home, fresh)], [404, 200]);
  assert.doesNotMatch(await pageText(await home.ask(PATH)), /older ID/);
});

Deno.test("POST /accounts/<alias>/old-ids ends the older id, asking once more while somebody asks", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const old = idOf(home, login);
  await home.send(`${PATH}/id`, {});
  assert.equal(await askToken(home, old), 200);
  assert.match(
    await pageText(await home.send(`${PATH}/old-ids`, {})),
    /Stop the older ID of nightowl\?.*is in use/,
  );
  assert.equal(await askToken(home, old), 200);
  const answer = await home.send(`${PATH}/old-ids`, { sure: "yes" });
  assert.equal(answer.headers.get("location"), `${PATH}?done=old-id-ended`);
  assert.equal(await askToken(home, old), 404);
  assert.equal(await askToken(home, idOf(home, login)), 200);
});

Deno.test("POST /accounts/<alias>/remove revokes, then forgets, and says if Twitch did not confirm", async () => {
  const home = await house();
  const owl = tokenOf(await signedIn(home.world, OWL));
  await signedIn(home.world, WREN);
  assert.match(
    await pageText(await home.ask(`${PATH}/remove`)),
    /Disconnect nightowl\?.*This cannot be undone/,
  );
  const answer = await home.send(`${PATH}/remove`, {});
  assert.equal(answer.headers.get("location"), "/?done=removed");
  assert.equal(home.world.twitch.accepts(owl), false);
  home.world.twitch.away = AWAY;
  const second = await home.send("/accounts/wren/remove", {});
  assert.equal(second.headers.get("location"), "/?done=forgotten");
  assert.match(await pageText(await home.ask("/?done=forgotten")), /twitch\.tv\/settings\/connections/);
  assert.equal(home.world.roster.all().length, 0);
});

Deno.test("GET /live/account/<alias> tells what changes, and to load again when the account is gone", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const page = await (await home.ask(PATH)).text();
  const path = /data-stream="([^"]+)"/.exec(page)?.[1] ?? "";
  const reader = (await home.ask(path)).body?.getReader();
  assert.ok(reader !== undefined);
  const heard = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  const first = await heard();
  for (const [, key] of first.matchAll(/"(nightowl[^"]*)":/g)) {
    assert.ok(page.includes(`data-live="${key}"`), key ?? "");
  }
  const next = heard();
  await askToken(home, idOf(home, login));
  await home.world.clock.advance(3 * SECOND);
  assert.match(
    await next,
    /^data: \{.*"nightowl\.asked":"by 192\.168\.1\.77, 3.sec ago"\}$/m,
  );
  await home.send(`${PATH}/remove`, {});
  const last = heard();
  await home.world.clock.advance(3 * SECOND);
  assert.match(await last, /event: reload/);
  assert.equal((await reader.read()).done, true);
});

Deno.test("the pages of an account speak German to those who like it", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const headers = { "accept-language": "de" };
  await askToken(home, idOf(home, login));
  await home.send(`${PATH}/test`, {});
  await home.world.clock.advance(HOUR);
  const account = await pageText(await home.ask(PATH, { headers }));
  assert.match(
    account,
    /● Verbunden Token gültig für 3 Std\. .*Was Companion bekäme Antwort ● 200, ein Token mit/,
  );
  assert.match(account, /Welches Companion hast du\?.*Diese Anmeldung darf 2 Dinge:/);
  const pages = [account];
  for (const path of ["id", "remove"]) {
    pages.push(await pageText(await home.ask(`${PATH}/${path}`, { headers })));
  }
  assert.match(pages[1] ?? "", /Eine neue ID für nightowl/);
  for (const text of pages) assert.doesNotMatch(text, /\b(account|state|companion|scopes)\.[a-z_]+/);
});

Deno.test("what people and Twitch have typed is text on the pages of accounts, never markup", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='x'>&amp;\`[a](javascript:x)**{name}`;
  const home = await house();
  const person = { twitchId: evil, login: evil };
  const login = await signedIn(home.world, person, { alias: "evil", label: evil, scopes: [evil] });
  await home.send("/accounts/evil/id", {});
  login.askedAt = home.world.clock.now();
  login.askedBy = evil;
  await home.send("/accounts/evil/test", {});
  home.settings.putOff = { steps: [], quiet: true };
  const paths = ["/", "/accounts/evil", "/accounts/evil/id", "/accounts/evil/remove"];
  const pages = await Promise.all(paths.map(async (path) => await (await home.ask(path)).text()));
  pages.push(await (await home.send("/accounts/evil/old-ids", {})).text());
  home.world.vault.locked = evil;
  pages.push(await (await home.ask("/")).text());
  for (const page of pages) {
    assert.doesNotMatch(page, /<img|onerror='|href="javascript/);
    assert.equal(page.match(/<script/g)?.length, 1, "our own");
    assert.equal(page.match(/<style>/g)?.length, 1);
    // Positive control: it is there, escaped.
    assert.ok(page.includes("&lt;script&gt;"));
  }
});
