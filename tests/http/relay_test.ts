import assert from "node:assert/strict";
import { switchRelay } from "../../src/core/accounts.ts";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { SHORT_FORMS } from "../../src/core/short_forms.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import { helixAnswer, helixError } from "../support/scripted_helix.ts";
import { restarted, signedIn } from "../support/world.ts";
import { around, assertLine, ended, fromLan, type House, house, type How, idOf, tokenOf } from "./house.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";
const JSON_TYPE = { "content-type": "application/json" };

/** A server with one login, asked from the network below `/as/<id>/`. */
async function relayed() {
  const home = await house();
  const login = await signedIn(home.world);
  const id = idOf(home, login);
  const ask = (path: string, how: How = {}) => home.ask(`/as/${id}/${path}`, fromLan(how));
  const post = (path: string, body = "", how: How = {}) => ask(path, { method: "POST", body, ...how });
  const state = async () => await (await home.ask(`/status.txt?id=${id}`, fromLan())).text();
  return { home, login, id, ask, post, state, helix: home.helix };
}

/** What reached Helix: method, path with query, body. */
function reached({ helix }: Pick<House, "helix">): string[] {
  return helix.calls.map(({ method, path, query, body }) =>
    `${method} ${path}${query && `?${query}`} ${body?.text ?? "-"}`
  );
}

Deno.test("/as/<id>/helix/ passes every method on with {me} in all three places", async () => {
  const { home, ask, login } = await relayed();
  const text = '{"broadcaster_id":"{me}"}';
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    const body = method === "GET" ? {} : { body: text, headers: JSON_TYPE };
    const answer = await ask("helix/x/%7Bme%7D?a={me}&b=%7bme%7d", { method, ...body });
    assert.equal(answer.status, 200);
  }
  const filled = '{"broadcaster_id":"12345"}';
  assert.deepEqual(reached(home), [
    "GET x/12345?a=12345&b=12345 -",
    `POST x/12345?a=12345&b=12345 ${filled}`,
    `PUT x/12345?a=12345&b=12345 ${filled}`,
    `PATCH x/12345?a=12345&b=12345 ${filled}`,
    "DELETE x/12345?a=12345&b=12345 -",
  ]);
  for (const { access, clientId } of home.helix.calls) {
    assert.deepEqual([access, clientId], [tokenOf(login), "app-1"]);
  }
});

Deno.test("/as/<id>/helix/ passes on status, body and rate limits, and sets no cookie and no CORS header", async () => {
  const { ask, helix } = await relayed();
  const limits = { "ratelimit-limit": "800", "ratelimit-remaining": "1", "ratelimit-reset": "99" };
  helix.answer = () => helixAnswer(200, { data: ["ü"] }, limits);
  const answer = await ask("helix/users", { headers: { origin: "http://evil.test", cookie: "a=b" } });
  assert.deepEqual(Object.fromEntries(answer.headers), {
    ...limits,
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  assert.equal(await answer.text(), '{"data":["ü"]}');
  helix.answer = () => helixAnswer(204);
  const none = await ask("helix/channels", { method: "PATCH", body: "{}" });
  assert.deepEqual([none.status, await none.text()], [204, ""]);
});

Deno.test("/as/<id>/helix/ keeps Twitch's errors to one line", async () => {
  const { ask, helix } = await relayed();
  const json = { "content-type": "application/json" };
  const bodies: [text: string, type: string, line: string][] = [
    ['{\n "status": 400\n}', "application/json", '{"status":400}'],
    ["<html>\n<h1>no</h1>", "text/html", "Twitch answered 400"],
    ["", "text/plain", "Twitch answered 400"],
    ["404 page\nnot found\n", "text/plain; charset=utf-8", "404 page not found"],
  ];
  for (const [text, type, line] of bodies) {
    const headers = { ...json, "content-type": type };
    helix.answer = () => ({ kind: "answered", status: 400, headers, text });
    const answer = await ask("helix/users");
    assert.equal(answer.status, 400);
    assert.equal(await answer.text(), line);
    assert.doesNotMatch(answer.headers.get("content-type") ?? "", /html/);
  }
  helix.answer = () => ({
    kind: "answered",
    status: 200,
    headers: { "content-type": "image/svg+xml" },
    text: "x",
  });
  assert.match((await ask("helix/users")).headers.get("content-type") ?? "", /^text\/plain/);
});

Deno.test("/as/<id>/helix/ answers wrong paths, unset variables and unfilled braces in one line of 400", async () => {
  const { ask, helix, login } = await relayed();
  const secrets = [tokenOf(login), "12345"];
  for (const path of ["helix/", "helix/a%2f..%2fb", "helix/@evil", "helix/http:%2f%2fevil.test"]) {
    assert.match(await assertLine(await ask(path), 400, secrets), /no path of its API$/);
  }
  const rows: [string, RegExp][] = [
    ["helix/users?login=$NA", /: login is not filled in \(\$NA\)$/],
    ["helix/users?login=%7Bwho%7D", /: login is not filled in \({who}\)$/],
    ["helix/users?%22%5C%0d%0a=$NA", /: is not filled in/],
  ];
  for (const [path, line] of rows) assert.match(await assertLine(await ask(path), 400, secrets), line);
  const body = '{"broadcaster_id":"{me}","title":"$NA"}';
  const answer = await ask("helix/channels", { method: "PATCH", body, headers: JSON_TYPE });
  assert.match(await assertLine(answer, 400, secrets), /: title is not filled in/);
  assert.equal(helix.calls.length, 0);
});

Deno.test("/as/<id>/ takes bodies up to 64 kB", async () => {
  const { post, helix } = await relayed();
  assert.equal((await post("helix/x", "x".repeat(64 * 1024))).status, 200);
  assert.match(await assertLine(await post("helix/x", "x".repeat(64 * 1024 + 1)), 413), /64 kB/);
  await assertLine(await post("say", "x".repeat(64 * 1024 + 1)), 413);
  assert.equal(helix.calls.length, 1);
});

Deno.test("/as/<id>/ answers a body that breaks off in one line of 400, and asks Twitch nothing", async () => {
  const { home, id, helix } = await relayed();
  const pull = (controller: ReadableStreamDefaultController): void => controller.error(new Error("gone"));
  for (const path of ["helix/x", "say"]) {
    const request = new Request(`http://localhost/as/${id}/${path}`, {
      method: "POST",
      headers: { host: "localhost" },
      body: new ReadableStream({ pull }),
    });
    const answer = await home.handler(request, { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } });
    assert.match(await assertLine(answer, 400), /broke off/);
  }
  assert.equal(helix.calls.length, 0);
  assert.deepEqual(home.world.log.events("error"), []);
});

Deno.test("POST /as/<id>/<short form> says in plain text what happened", async () => {
  const { post, helix, home } = await relayed();
  helix.answer = () => helixAnswer(200, { data: [{ length: 60, retry_after: 480 }] });
  const answer = await post("ad", "60", { headers: { "content-type": "text/plain" } });
  assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.deepEqual([answer.status, await answer.text()], [200, "Ad of 60 s started, next in 8 min"]);
  for (const empty of ["", "{}", "[object Object]"]) await post("marker", empty);
  await post("say", 'Käse "now" \u{1f600}');
  assert.deepEqual(reached(home).slice(1), [
    ...Array(3).fill('POST streams/markers {"user_id":"12345"}'),
    'POST chat/messages {"broadcaster_id":"12345","sender_id":"12345","message":"Käse \\"now\\" \u{1f600}"}',
  ]);
});

Deno.test("a failed press is one line, and shown by /status.txt for a minute in place of OK", async () => {
  const { home, post, ask, state, helix, login } = await relayed();
  const { clock } = home.world;
  helix.answer = () => helixError(429, "slow down");
  assert.match(await assertLine(await post("ad", "60"), 429), /^Cannot start the ad: /);
  assert.equal(await state(), "AD 429");
  await clock.advance(MINUTE);
  assert.match(await state(), /^OK /);
  helix.answer = () => helixError(401, "Missing scope: clips:edit");
  const line = await assertLine(await post("clip"), 401);
  assert.equal(line, "Missing permission clips:edit: sign in again with it");
  assert.equal(await state(), "CLIP 401");
  assert.equal(await (await ask("helix/channels/commercial", { method: "POST", body: "{}" })).status, 401);
  assert.equal(await state(), "AD 401");
  await ask("helix/guest_star/invites/7?x=1", { method: "POST", body: "{}" });
  assert.equal(await state(), "INVITES 401");
  await assertLine(await post("ad", "17"), 400);
  assert.equal(await state(), "AD 400");
  await ended(home, login, clock.now() + HOUR);
  assert.equal(await state(), "SIGN IN");
});

Deno.test("/as/<id>/ answers within 4.5 s while Twitch is away, with a status that Companion does not repeat", async () => {
  const { home, ask, state, helix } = await relayed();
  const { world } = home;
  helix.answer = () => AWAY;
  assert.match(await assertLine(await ask("say", { method: "POST", body: "hi" }), 503), /cannot be reached$/);
  for (const method of ["GET", "DELETE"]) await assertLine(await ask("helix/users", { method }), 424);
  await world.clock.advance(5 * HOUR);
  world.twitch.away = AWAY;
  const begun = world.clock.now();
  const waiting = ask("ad", { method: "POST", body: "60" });
  await world.clock.advance(4.5 * SECOND);
  await assertLine(await waiting, 503);
  assert.equal(world.clock.now() - begun, 4.5 * SECOND);
  assert.equal(await state(), "TWITCH AWAY");
});

Deno.test("/as/<id>/ says that a login has ended, or that the key is missing", async () => {
  const { home, post, login } = await relayed();
  await ended(home, login);
  assert.match(await assertLine(await post("ad", "60"), 409), /has ended, sign in again/);
  const other = await relayed();
  other.home.world.vault.locked = "the key file is gone";
  const locked = around(await restarted(other.home.world));
  const answer = await locked.ask(`/as/${other.id}/helix/users`, fromLan());
  assert.match(await assertLine(answer, 424), /does not have its key$/);
});

Deno.test("/as/<id>/ answers 403 with how to switch it on while the relay is off, and asks Twitch nothing", async () => {
  const { home, ask, post, login, helix, id } = await relayed();
  await switchRelay(home.world.roster, login, false);
  const off = "Cannot ask Twitch: the relay is off, switch it on with accounts relay nightowl on";
  for (const answer of [await ask("helix/users"), await post("ad", "60")]) {
    assert.equal(await assertLine(answer, 403), off);
  }
  assert.equal(helix.calls.length, 0);
  assert.equal(await (await home.ask(`/token?id=${id}`, fromLan())).text(), tokenOf(login));
  await switchRelay(home.world.roster, login, true);
  assert.equal((await ask("helix/users")).status, 200);
});

Deno.test("/as/<id>/ takes the id as tolerantly as elsewhere, whatever the Host", async () => {
  const { home, id, helix } = await relayed();
  for (const written of [id.toUpperCase(), `{${id}}`, `%7B${id}%7D`, `%20${id}`]) {
    const path = `/as/${written}/helix/users`;
    assert.equal((await home.ask(path, fromLan({ host: "stream.example.net" }))).status, 200, written);
  }
  assert.equal(helix.calls.length, 4);
});

Deno.test("/as/<id>/ answers an unknown id in one line of 404, then 429, and under a strange name 421", async () => {
  const { home, ask, helix } = await relayed();
  for (
    const path of [`${UNKNOWN}/helix/users`, `${UNKNOWN}/ad`, "x/helix/users", "x/ad", "/helix/users", ""]
  ) {
    assert.match(await assertLine(await home.ask(`/as/${path}`, fromLan()), 404), /id is unknown/);
  }
  await assertLine(await home.ask(`/as/${UNKNOWN}/ad`, fromLan({ host: "evil.test" })), 421);
  let last = 0;
  for (let times = 0; times < 40; times++) {
    last = (await home.ask(`/as/${UNKNOWN}/ad`, fromLan({ method: "POST" }))).status;
  }
  assert.equal(last, 429);
  assert.equal((await ask("helix/users")).status, 200);
  assert.equal(helix.calls.length, 1);
});

Deno.test("/as/<id>/ refuses other methods, HEAD among them, and forms that it does not know", async () => {
  const { ask, helix } = await relayed();
  for (const method of ["HEAD", "OPTIONS"]) {
    const answer = await ask("helix/users", { method });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("allow"), "GET, POST, PUT, PATCH, DELETE");
  }
  for (const name of SHORT_FORMS.keys()) {
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const answer = await ask(name, { method });
      assert.equal(answer.status, 405, name);
      assert.equal(answer.headers.get("allow"), "POST");
    }
  }
  for (const path of ["shout", "helix", "ad/", "", "constructor"]) {
    assert.match(await assertLine(await ask(path, { method: "POST" }), 404), /There is only helix/);
  }
  assert.equal(helix.calls.length, 0);
});

Deno.test("/as/<id>/ is no token question, whatever its query says", async () => {
  const { ask, id, login } = await relayed();
  for (const path of [`helix/users?id=${id}`, `ad?id=${id}`, `?id=${id}`]) {
    assert.doesNotMatch(await (await ask(path)).text(), new RegExp(tokenOf(login)));
  }
});

Deno.test("the relay logs method, path, status and alias, and nothing else", async () => {
  const { home, ask, post, id, login } = await relayed();
  await ask("helix/x/%7Bme%7D/12345?login=secret-query");
  await post("say", "secret body");
  await ask(`helix/${id}`);
  const lines = home.world.log.entries.filter(({ event }) => event === "relayed");
  assert.deepEqual(lines.map(({ level, fields }) => ({ level, ...fields })), [
    { level: "debug", account: "nightowl", method: "GET", path: "helix/x/-/-", status: 200 },
    { level: "info", account: "nightowl", method: "POST", path: "say", status: 200 },
    { level: "debug", account: "nightowl", method: "GET", path: "helix/-", status: 200 },
  ]);
  const all = JSON.stringify(home.world.log.entries);
  for (const secret of ["secret", id, tokenOf(login), "12345"]) assert.ok(!all.includes(secret), secret);
});
