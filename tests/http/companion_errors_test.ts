import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { Secret } from "../../src/core/secret.ts";
import { around, assertLine, ended, fromLan, house, idOf, tokenOf } from "./house.ts";
import { AWAY, CUT } from "../support/scripted_twitch.ts";
import { restarted, signedIn } from "../support/world.ts";

const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

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

Deno.test("the log tells who asks with a wrong id, and not the id", async () => {
  const home = await house();
  for (const path of [`/token?id=${UNKNOWN}`, `/token?id=${UNKNOWN}`]) await home.ask(path, fromLan());
  await home.ask("/token?id=typed-wrong", fromLan({ peer: "::ffff:192.168.1.78" }));
  assert.deepEqual(home.world.log.entries.map(({ level, event, fields }) => [level, event, fields]), [
    ["warn", "unknown id asked for", { address: "192.168.1.77" }],
    ["warn", "asked without an id", { address: "192.168.1.78" }],
  ]);
});
