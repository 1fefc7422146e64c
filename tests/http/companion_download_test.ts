import assert from "node:assert/strict";
import { companionPage, companionTriggers } from "../../src/core/companion_file.ts";
import type { Login } from "../../src/core/login.ts";
import { Secret } from "../../src/core/secret.ts";
import { fromLan, type House, house, idOf } from "./house.ts";
import { pageText } from "./page_text.ts";
import { signedIn, WREN } from "../support/world.ts";

const SERVER = "http://192.168.1.20:8948";
const PAGE = "/accounts/nightowl/companion.companionconfig";
const TRIGGERS = "/accounts/nightowl/companion-triggers.companionconfig";
const QUERY = `?server=${encodeURIComponent(SERVER)}`;

async function withOwl(): Promise<{ home: House; login: Login }> {
  const home = await house();
  return { home, login: await signedIn(home.world, undefined, { label: "Main channel" }) };
}

function buttonsOf(home: House, login: Login): Parameters<typeof companionPage>[0] {
  const { alias, login: name, label } = login.account;
  return { alias, login: name, label, id: new Secret(idOf(home, login)), server: SERVER };
}

Deno.test("GET /accounts/<alias>/companion.companionconfig is the page of buttons as a download", async () => {
  const { home, login } = await withOwl();
  const answer = await home.ask(`${PAGE}${QUERY}`);
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), companionPage(buttonsOf(home, login)).reveal());
  const { headers } = answer;
  assert.equal(headers.get("content-disposition"), 'attachment; filename="twitch-nightowl.companionconfig"');
  assert.equal(headers.get("content-type"), "application/octet-stream");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
  assert.equal(headers.get("access-control-allow-origin"), null);
});

Deno.test("GET /accounts/<alias>/companion-triggers.companionconfig is the trigger as a download", async () => {
  const { home, login } = await withOwl();
  const answer = await home.ask(`${TRIGGERS}${QUERY}&twitch=yes`);
  assert.equal(await answer.text(), companionTriggers(buttonsOf(home, login)).reveal());
  assert.match(
    answer.headers.get("content-disposition") ?? "",
    /"twitch-nightowl-triggers\.companionconfig"/,
  );
  assert.equal(answer.headers.get("cache-control"), "no-store");
});

Deno.test("twitch=yes adds the restart of the Twitch connection to the page", async () => {
  const { home, login } = await withOwl();
  const text = await (await home.ask(`${PAGE}${QUERY}&twitch=yes`)).text();
  assert.equal(text, companionPage({ ...buttonsOf(home, login), twitchModule: true }).reveal());
});

Deno.test("after a new id the download holds that one alone", async () => {
  const { home, login } = await withOwl();
  const old = idOf(home, login);
  await (await home.send("/accounts/nightowl/id", { old: "now" })).body?.cancel();
  const text = await (await home.ask(`${PAGE}${QUERY}`)).text();
  assert.notEqual(idOf(home, login), old);
  assert.ok(text.includes(idOf(home, login)) && !text.includes(old));
});

Deno.test("a download is for those who are signed in", async () => {
  const { home, login } = await withOwl();
  for (const path of [`${PAGE}${QUERY}`, `${TRIGGERS}${QUERY}`]) {
    for (const how of [{}, fromLan(), { headers: { "x-forwarded-for": "192.168.1.77" } }]) {
      const answer = await home.ask(path, { ...how, stranger: true });
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.get("content-disposition"), null);
      assert.ok(!(JSON.stringify([...answer.headers]) + await answer.text()).includes(idOf(home, login)));
      assert.equal((await home.ask(path, how)).status, 200);
    }
    assert.equal((await home.ask(path, { host: "evil.example:8948" })).status, 421);
  }
});

Deno.test("a page of another site cannot have a file made that sends the id to an address of its choice", async () => {
  const { home, login } = await withOwl();
  const evil = `${PAGE}?server=${encodeURIComponent("https://evil.example")}`;
  for (const site of ["cross-site", "same-site"]) {
    const answer = await home.ask(evil, { headers: { "sec-fetch-site": site } });
    assert.equal(answer.status, 403);
    assert.ok(!(await answer.text()).includes(idOf(home, login)));
  }
  for (const site of ["same-origin", "none"]) {
    assert.equal((await home.ask(`${PAGE}${QUERY}`, { headers: { "sec-fetch-site": site } })).status, 200);
  }
});

Deno.test("a download with a wrong address, of nobody, or without the key is a page that says so", async () => {
  const { home } = await withOwl();
  for (const query of ["", "?server=", "?server=pi.local", `${QUERY}/token`, "?server=file:///etc"]) {
    const answer = await home.ask(`${PAGE}${query}`);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /Cannot make the file for Companion: the server address/);
  }
  assert.equal((await home.ask(`/accounts/nobody/companion.companionconfig${QUERY}`)).status, 404);
  assert.equal((await home.ask(`${PAGE}${QUERY}`, { method: "POST" })).status, 403);
});

Deno.test("GET /accounts/<alias> offers both files for every address, with what to know of them", async () => {
  const { home } = await withOwl();
  const page = await (await home.ask("/accounts/nightowl")).text();
  for (
    const text of [
      `action="${PAGE}"`,
      `formaction="${TRIGGERS}"`,
      `value="${SERVER}" checked`,
      `value="http://127.0.0.1:8948"`,
      "contains the account’s ID",
      "<b>new page</b> as the destination",
      "After a new ID or another address",
    ]
  ) assert.ok(page.includes(text), text);
});

Deno.test("GET /accounts/<alias> names the permissions that the buttons need and the login lacks", async () => {
  const { home } = await withOwl();
  await signedIn(home.world, WREN, { scopes: ["clips:edit"] });
  const lacks = /Some buttons need permissions that this login does not have\..* clips:edit Where Companion/;
  assert.match(await pageText(await home.ask("/accounts/nightowl")), lacks);
  assert.doesNotMatch(await pageText(await home.ask("/accounts/wren")), /Some buttons need/);
});

Deno.test("the files of a protected account are had by POST with its password, which stands in every address", async () => {
  const { home, login } = await withOwl();
  const made = await (await home.send("/accounts/nightowl/password", { protect: "on" })).text();
  const password = /companion:([\w-]{22})@192/.exec(made)?.[1] ?? "";
  const buttons = { ...buttonsOf(home, login), password: new Secret(password) };
  for (
    const [path, file] of [[PAGE, companionPage(buttons)], [TRIGGERS, companionTriggers(buttons)]] as const
  ) {
    const answer = await home.send(path, { server: SERVER, id_password: ` ${password} ` });
    assert.equal(await answer.text(), file.reveal());
    for (const [typed, status] of [["", 400], ["guess", 403]] as const) {
      const refused = await home.send(path, { server: SERVER, id_password: typed });
      assert.equal(refused.status, status);
      assert.ok(!(await refused.text()).includes(idOf(home, login)));
    }
    assert.equal(
      (await home.ask(`${path}${QUERY}&id_password=${password}`)).status,
      400,
      "not out of a query",
    );
  }
  const page = await (await home.ask("/accounts/nightowl")).text();
  assert.match(page, /<form method="post" action="\/accounts\/nightowl\/companion\.companionconfig">/);
  assert.ok(!page.includes(password));
});
