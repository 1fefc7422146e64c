import assert from "node:assert/strict";
import fc from "fast-check";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import { assertLine, fromLan, type House, house, type How, idOf, tokenOf } from "./house.ts";
import { OWL, signedIn, WREN } from "../support/world.ts";
import { Secret } from "../../src/core/secret.ts";
import { settled } from "../support/fake_clock.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

/** Every way in which an id has been seen to arrive (facts about typed addresses), as `I` stands for the id. */
const SPELLINGS = [
  "/?id=I",
  "/token?id=I",
  "/token/?id=I",
  "/token%20?id=I",
  "/any/other/path?id=I",
  "/setup?id=I",
  "/callback/?id=I",
  "/callbacks?id=I",
  "/healthz/?id=I",
  "/token.json/?id=I",
  "/accounts/nightowl?id=I",
  "/?id=?id=I",
  "/token?x=1?id=I",
  "/token?x=1&id=I",
  "/token?id=I&x=1",
  "/token?id=old&id=I",
  "/token?id=%20I%20",
  "/token?id=+I",
  "/token?id=%7BI%7D",
  "/token?id={I}",
  "/token?id=%3Fid%3DI",
  "/token?%69d=I",
];

for (const spelling of SPELLINGS) {
  Deno.test(`GET ${spelling} answers exactly the token's bytes`, async () => {
    const home = await house();
    const login = await signedIn(home.world);
    for (const id of [idOf(home, login), idOf(home, login).toUpperCase()]) {
      const answer = await home.ask(spelling.replace("I", id), fromLan());
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), tokenOf(login));
      assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
      assert.equal(answer.headers.get("etag"), null);
    }
  });
}

Deno.test("each question gets an answer of its own, and a new token another one", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const path = `/token?id=${idOf(home, login)}`;
  const answers = await Promise.all([1, 2, 3].map(() => home.ask(path, fromLan())));
  for (const answer of answers) assert.equal(await answer.text(), tokenOf(login));
  login.access = new Secret("the-next-one");
  assert.equal(await (await home.ask(path, fromLan())).text(), "the-next-one");
});

for (const text of ["", "a b", "a\n", "a\r\nb", "ä"]) {
  Deno.test(`what is no word is never answered as a token: ${JSON.stringify(text)}`, async () => {
    const home = await house();
    const login = await signedIn(home.world);
    login.access = new Secret(text);
    for (const headers of [{}, { accept: "application/json" }]) {
      const answer = await home.ask(`/token?id=${idOf(home, login)}`, { ...fromLan(), headers });
      assert.equal(answer.status, 500);
      assert.ok(!(await answer.text()).includes(text || "\n\n"));
    }
  });
}

Deno.test("a token question is answered without a promise, a disk, a cipher or Twitch", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const answer = home.raw(`/token?id=${idOf(home, login)}`, fromLan());
  assert.ok(answer instanceof Response);
  assert.deepEqual(home.world.events, []);
  assert.equal(login.askedAt, home.world.clock.now());
});

const ACCEPTS: readonly (readonly [string | undefined, boolean])[] = [
  [undefined, false],
  ["application/json", true],
  ["application/json, text/plain, */*", false],
  ["*/*", false],
  ["text/html,application/xhtml+xml", false],
];

for (const [accept, quoted] of ACCEPTS) {
  Deno.test(`a token question with Accept ${accept} answers ${quoted ? "a JSON string" : "plain text"}`, async () => {
    const home = await house();
    const login = await signedIn(home.world);
    const headers: How["headers"] = accept === undefined ? {} : { accept };
    const answer = await home.ask(`/token?id=${idOf(home, login)}`, fromLan({ headers }));
    assert.equal(await answer.text(), quoted ? `"${tokenOf(login)}"` : tokenOf(login));
    assert.equal(
      answer.headers.get("content-type"),
      quoted ? "application/json" : "text/plain; charset=utf-8",
    );
  });
}

Deno.test("HEAD answers like GET without a body", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  for (const path of [`/token?id=${idOf(home, login)}`, `/token?id=${UNKNOWN}`, "/token", "/?id="]) {
    const get = await home.ask(path, fromLan());
    const head = await home.ask(path, fromLan({ method: "HEAD" }));
    assert.equal(head.status, get.status);
    const body = await get.text();
    assert.deepEqual(Object.fromEntries(head.headers), {
      ...Object.fromEntries(get.headers),
      "content-length": String(body.length),
    });
    assert.equal(await head.text(), "");
    assert.notEqual(body, "");
  }
});

for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
  Deno.test(`${method} on a token question is 405 for known and unknown ids alike`, async () => {
    const home = await house();
    const login = await signedIn(home.world);
    for (const id of [idOf(home, login), UNKNOWN, ""]) {
      const answer = await home.ask(`/token?id=${id}`, fromLan({ method }));
      await assertLine(answer, 405, [tokenOf(login)]);
      assert.equal(answer.headers.get("allow"), "GET, HEAD");
      assert.equal(answer.headers.get("access-control-allow-methods"), null);
    }
  });
}

Deno.test("two accounts are told apart by their ids, and an id that was replaced is unknown", async () => {
  const home = await house();
  const owl = await signedIn(home.world, OWL);
  const wren = await signedIn(home.world, WREN);
  const old = idOf(home, owl);
  assert.equal(await (await home.ask(`/?id=${old}`, fromLan())).text(), tokenOf(owl));
  assert.equal(await (await home.ask(`/?id=${idOf(home, wren)}`, fromLan())).text(), tokenOf(wren));
  assert.equal((await home.send("/accounts/nightowl/id", { old: "now" })).status, 303);
  assert.equal((await home.ask(`/?id=${old}`, fromLan())).status, 404);
  assert.equal(await (await home.ask(`/?id=${idOf(home, owl)}`, fromLan())).text(), tokenOf(owl));
});

async function assertNoPage(home: House, path: string, how: How): Promise<void> {
  const answer = await home.ask(path, how);
  const type = answer.headers.get("content-type") ?? "";
  assert.ok(answer.status !== 200 || !type.includes("html"), `${path} answers ${answer.status} ${type}`);
}

Deno.test("no path with id in its query is ever answered 200 with HTML", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const known = [
    "",
    "token",
    "setup",
    "connect",
    "callback",
    "accounts/nightowl",
    "token.json",
    "status",
    "as/x",
  ];
  const segment = fc.oneof(fc.constantFrom(...known), fc.webSegment());
  const value = fc.oneof(fc.constantFrom(idOf(home, login), UNKNOWN, "", "x"), fc.webQueryParameters());
  const before = fc.oneof(
    fc.constant("?"),
    fc.webQueryParameters().map((text) => `?${text.replaceAll("#", "")}&`),
  );
  const key = fc.constantFrom("id=", "?id=", "&id=", "id", "%69d=", "id&");
  await fc.assert(
    fc.asyncProperty(segment, before, key, value, async (path, start, name, text) => {
      const query = name.endsWith("=") ? name + text : name;
      await assertNoPage(home, `/${path}${start}${query}`, {});
    }),
    { numRuns: 500 },
  );
  // Positive control: the same home page without an id is HTML.
  const page = await home.ask("/");
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-type") ?? "", /html/);
});

Deno.test("simultaneous questions start one refresh", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const old = tokenOf(login);
  await home.world.clock.advance(4 * HOUR - 10 * MINUTE);
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => home.ask(`/?id=${idOf(home, login)}`, fromLan())),
  );
  await settled();
  assert.equal(home.world.twitch.sent("refresh").length, 1);
  for (const answer of answers) assert.equal(await answer.text(), tokenOf(login));
  assert.notEqual(tokenOf(login), old);
});
