import assert from "node:assert/strict";
import fc from "fast-check";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { Secret } from "../../src/core/secret.ts";
import { around, ended, fromLan, type House, house, type How, idOf, tokenOf } from "./house.ts";
import { AWAY, CUT } from "../support/scripted_twitch.ts";
import { OWL, restarted, signedIn, WREN } from "../support/world.ts";
import { settled } from "../support/fake_clock.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

async function assertLine(
  answer: Response,
  status: number,
  secrets: readonly string[] = [],
): Promise<string> {
  const line = await answer.text();
  assert.equal(answer.status, status, line);
  assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.match(line, /^[\x20-\x7e]{1,120}$/);
  assert.doesNotMatch(line, /["'\\`]/);
  for (const secret of secrets) assert.ok(!line.includes(secret), `${secret} in ${line}`);
  return line;
}

/** Every way in which an id has been seen to arrive (facts about typed addresses), as `I` stands for the id. */
const SPELLINGS = [
  "/?id=I",
  "/token?id=I",
  "/token/?id=I",
  "/token%20?id=I",
  "/any/other/path?id=I",
  "/setup?id=I",
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

const BAD_IDS = [
  "/token",
  "/token/",
  "/token?",
  "/token?x=1",
  "/token?id",
  "/token?id=",
  "/?id=",
  "/?id",
  "/?id=%20",
  "/?id=not-an-id",
  "/?id=%E0%A4%A",
  "/?id=%00",
  "/?id=<script>",
  "/?id=undefined",
  `/?id=${UNKNOWN}x`,
  "/healthz/?id=",
];

for (const path of BAD_IDS) {
  Deno.test(`GET ${path} is refused with 400`, async () => {
    const home = await house();
    await signedIn(home.world);
    await assertLine(await home.ask(path, fromLan()), 400, ["script", "not-an-id"]);
  });
}

Deno.test("an unknown id is answered 404 without the id", async () => {
  const home = await house();
  await signedIn(home.world);
  await assertLine(await home.ask(`/token?id=${UNKNOWN}`, fromLan()), 404, [UNKNOWN]);
});

Deno.test("HEAD answers like GET without a body", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  for (const path of [`/token?id=${idOf(home, login)}`, `/token?id=${UNKNOWN}`, "/token", "/?id="]) {
    const get = await home.ask(path, fromLan());
    const head = await home.ask(path, fromLan({ method: "HEAD" }));
    assert.equal(head.status, get.status);
    assert.deepEqual([...head.headers], [...get.headers]);
    assert.equal(await head.text(), "");
    assert.notEqual(await get.text(), "");
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

Deno.test("a login that has ended is answered 409", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const token = tokenOf(login);
  await ended(home, login);
  const answer = await home.ask(`/token?id=${idOf(home, login)}`, fromLan());
  await assertLine(answer, 409, [token, idOf(home, login)]);
  assert.equal(answer.headers.get("retry-after"), null);
});

Deno.test("a login that has ended is answered its token while that lives", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  await ended(home, login, home.world.clock.now() + HOUR);
  const answer = await home.ask(`/token?id=${idOf(home, login)}`, fromLan());
  assert.equal(await answer.text(), tokenOf(login));
});

Deno.test("without a valid token a question is held for 6 s, then answered 503 with Retry-After: 5", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const token = tokenOf(login);
  home.world.twitch.away = AWAY;
  await home.world.clock.advance(5 * HOUR);
  let answered = false;
  const asking = home.ask(`/token?id=${idOf(home, login)}`, fromLan()).finally(() => answered = true);
  await home.world.clock.advance(5 * SECOND);
  assert.equal(answered, false);
  await home.world.clock.advance(SECOND);
  const answer = await asking;
  await assertLine(answer, 503, [token]);
  assert.equal(answer.headers.get("retry-after"), "5");
});

Deno.test("a failing refresh never turns a living token into an error", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  home.world.twitch.away = CUT;
  await home.world.clock.advance(4 * HOUR - 5 * MINUTE);
  const asking = home.ask(`/token?id=${idOf(home, login)}`, fromLan());
  await home.world.clock.advance(6 * SECOND);
  const answer = await asking;
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), tokenOf(login));
});

Deno.test("with a locked vault a known id is answered 503 and an unknown one 404", async () => {
  const first = await house();
  const id = idOf(first, await signedIn(first.world));
  first.world.vault.locked = "the key file is gone";
  const home = around(await restarted(first.world));
  const answer = await home.ask(`/token?id=${id}`, fromLan());
  await assertLine(answer, 503, ["key file"]);
  assert.equal(answer.headers.get("retry-after"), "5");
  await assertLine(await home.ask(`/token?id=${UNKNOWN}`, fromLan()), 404);
});

Deno.test("what is no token is never sent, and is told as a bug", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  for (const odd of ["two\nlines", "", "with blank", "ümlaut", "x".repeat(513)]) {
    login.access = new Secret(odd);
    const answer = await home.ask(`/token?id=${idOf(home, login)}`, fromLan());
    const line = await assertLine(answer, 500);
    assert.ok(odd === "" || !line.includes(odd));
    assert.ok(odd === "" || !JSON.stringify(home.world.log.entries).includes(odd));
  }
  assert.deepEqual(home.world.log.events("error"), Array(5).fill("bug while answering a request"));
});

Deno.test("many wrong ids from one address are answered 429, a known id never", async () => {
  const home = await house();
  const login = await signedIn(home.world);
  const statuses: number[] = [];
  for (let times = 0; times < 100; times++) {
    statuses.push((await home.ask(`/token?id=${UNKNOWN}`, fromLan())).status);
    const known = await home.ask(`/token?id=${idOf(home, login)}`, fromLan());
    assert.equal(await known.text(), tokenOf(login));
  }
  assert.equal(statuses[0], 404);
  assert.equal(statuses.at(-1), 429);
  const answer = await home.ask(`/token?id=${UNKNOWN}`, fromLan({ peer: "::ffff:192.168.1.77" }));
  await assertLine(answer, 429);
  assert.equal(answer.headers.get("retry-after"), "5");
  assert.equal((await home.ask(`/token?id=${UNKNOWN}`, fromLan({ peer: "192.168.1.78" }))).status, 404);
  await home.world.clock.advance(MINUTE);
  assert.equal((await home.ask(`/token?id=${UNKNOWN}`, fromLan())).status, 404);
});

Deno.test("two accounts are told apart by their ids, and an id that was replaced is unknown", async () => {
  const home = await house();
  const owl = await signedIn(home.world, OWL);
  const wren = await signedIn(home.world, WREN);
  const old = idOf(home, owl);
  assert.equal(await (await home.ask(`/?id=${old}`, fromLan())).text(), tokenOf(owl));
  assert.equal(await (await home.ask(`/?id=${idOf(home, wren)}`, fromLan())).text(), tokenOf(wren));
  assert.equal((await home.send("/accounts/nightowl/id", {})).status, 303);
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
