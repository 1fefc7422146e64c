import assert from "node:assert/strict";
import { MINUTE } from "../../src/core/account.ts";
import { around, house, idOf } from "./house.ts";
import { approved, back, beginLink, comeBack, read } from "./sign_in_steps.ts";
import { BAD_APP } from "../support/scripted_twitch.ts";
import { OWL, restarted, SCOPES, signedIn } from "../support/world.ts";

Deno.test("POST /connect gives the browser a cookie for /callback alone, of this attempt", async () => {
  const home = await house();
  const answer = await home.send("/connect", { way: "redirect", preset: "companion-3" });
  const cookie = answer.headers.get("set-cookie") ?? "";
  assert.match(
    cookie,
    /^token-server-attempt-[0-9a-f]{12}=[\w-]{43}; Max-Age=600; Path=\/callback; HttpOnly; SameSite=Lax$/,
  );
  const other = (await home.send("/connect", { way: "redirect", preset: "companion-3" })).headers;
  assert.notEqual(other.get("set-cookie")?.split("=")[0], cookie.split("=")[0]);
});

Deno.test("a sign-in by redirect ends on the account's page, by a page that needs no session", async () => {
  const home = await house();
  const begun = await beginLink(home, { label: "Main" });
  const answer = await home.ask(back(begun, approved(home)), { headers: { cookie: begun.cookie } });
  const done = answer.headers.get("location") ?? "";
  assert.deepEqual([answer.status, done.replace(/[\w-]{43}$/, "REF")], [303, "/connect/done/REF"]);
  assert.match(answer.headers.get("set-cookie") ?? "", /Max-Age=0; Path=\/callback/);
  const moment = await home.ask(done, { stranger: true });
  assert.equal(moment.status, 200);
  const result = done.replace("done", "result");
  assert.equal(moment.headers.get("refresh"), `0; url=${result}`);
  assert.match(await moment.text(), new RegExp(`href="${result}"`));
  assert.match((await home.ask(result, { stranger: true })).headers.get("location") ?? "", /^\/sign-in/);
  assert.equal((await home.ask(result)).headers.get("location"), "/accounts/nightowl?new=1");
  const [login] = home.world.roster.all();
  assert.ok(login !== undefined);
  assert.match(await (await home.ask("/accounts/nightowl?new=1")).text(), new RegExp(idOf(home, login)));
  assert.equal(login.account.label, "Main");
});

Deno.test("GET /connect/done/<ref> repeats no odd path", async () => {
  const home = await house();
  const answer = await home.ask("/connect/done/%22%3E%3Cscript%3E", { stranger: true });
  assert.equal(answer.headers.get("refresh"), "0; url=/");
  assert.doesNotMatch((await answer.text()).split("<main")[1]?.split("</main>")[0] ?? "", /script/);
});

Deno.test("GET /callback without the attempt's cookie exchanges nothing and shows the address to copy", async () => {
  const home = await house();
  const begun = await beginLink(home);
  const other = await beginLink(home);
  const { code } = approved(home);
  const strangers = [{}, { cookie: other.cookie }, { cookie: begun.cookie.replace(/=.*/, "=x") }];
  for (const headers of strangers) {
    const answer = await home.ask(back(begun, { code }), { headers });
    assert.equal(answer.status, 200);
    const words = await read(answer);
    assert.match(words, /Finish in the window where you began/);
    assert.ok(words.includes(`http://localhost:8948/callback?code=${code}&state=${begun.state}`), words);
  }
  assert.equal(home.world.twitch.sent("exchangeCode").length, 0);
  assert.equal(home.world.roster.all().length, 0);
  // The same address with the cookie is taken.
  assert.equal(await comeBack(home, begun, { code }), "/accounts/nightowl?new=1");
});

Deno.test("GET /callback later than ten minutes shows the address, and pasted it still works", async () => {
  const home = await house();
  const begun = await beginLink(home);
  await home.world.clock.advance(10 * MINUTE);
  const { code } = approved(home);
  const answer = await home.ask(back(begun, { code }), { headers: { cookie: begun.cookie } });
  assert.match(await read(answer), /Copy|copy this address/);
  assert.equal(home.world.twitch.sent("exchangeCode").length, 0);
  const pasted = `http://localhost:8948${back(begun, { code })}`;
  const done = await home.send(`${begun.path}/paste`, { pasted });
  assert.equal(done.headers.get("location"), "/accounts/nightowl?new=1");
});

const ERRORS: readonly (readonly [string, RegExp, number])[] = [
  ["access_denied", /cancelled on Twitch's page/, 403],
  ["redirect_mismatch", /Enter exactly http:\/\/localhost:8948\/callback/, 409],
  ["SENT", /ended with an error/, 403],
];
for (const [error, said, status] of ERRORS) {
  Deno.test(`GET /callback with ${error} is explained in words, with and without the cookie`, async () => {
    const home = await house();
    const login = await signedIn(home.world);
    const before = login.account;
    const begun = await beginLink(home);
    const fields = { error, error_description: "SENT" };
    const path = await comeBack(home, begun, fields);
    assert.equal(path, begun.path);
    const answers = [await home.ask(path), await home.ask(back(begun, fields))];
    assert.deepEqual(answers.map((answer) => answer.status), [200, status]);
    for (const answer of answers) {
      const page = await answer.clone().text();
      assert.match(await read(answer), said);
      assert.doesNotMatch(page, /SENT/);
    }
    assert.equal(login.account, before);
    // The same link goes on to work.
    assert.equal(await comeBack(home, begun, approved(home)), "/accounts/nightowl?new=1");
  });
}

Deno.test("GET /callback with an unknown, a used or no state is over, whatever the cookie", async () => {
  const home = await house();
  const begun = await beginLink(home);
  const headers = { cookie: begun.cookie };
  for (const path of ["/callback?code=abcdefghijk&state=unknown", "/callback?code=abcdefghijk"]) {
    assert.equal((await home.ask(path, { headers })).status, 410);
  }
  assert.equal((await home.ask("/callback")).status, 400);
  await comeBack(home, begun, approved(home));
  const again = await home.ask(back(begun, approved(home)), { headers });
  assert.equal(again.status, 410);
  assert.equal(home.world.twitch.sent("exchangeCode").length, 1);
});

Deno.test("GET /callback says on the attempt's page when Twitch does not accept the app", async () => {
  const home = await house();
  home.world.twitch.next("exchangeCode", BAD_APP);
  const begun = await beginLink(home);
  const path = await comeBack(home, begun, approved(home));
  assert.match(await read(await home.ask(path)), /Twitch does not accept the app's client id or secret/);
});

Deno.test("an attempt of an earlier process that was not kept is over", async () => {
  const first = await house();
  const begun = await beginLink(first);
  const home = around(await restarted(first.world));
  const answer = await home.ask(back(begun, approved(home)), { headers: { cookie: begun.cookie } });
  assert.equal(answer.status, 410);
});

Deno.test("an attempt of an earlier process that was kept is finished by redirect", async () => {
  const first = await house();
  await first.world.connector.resume();
  const begun = await beginLink(first);
  const world = await restarted(first.world);
  await world.connector.resume();
  const home = around(world);
  home.world.twitch.approve(OWL, "app-1", SCOPES);
  assert.equal(await comeBack(home, begun, approved(home)), "/accounts/nightowl?new=1");
});
