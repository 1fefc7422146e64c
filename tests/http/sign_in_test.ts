import assert from "node:assert/strict";
import { DAY, MINUTE } from "../../src/core/account.ts";
import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from "../../src/http/session.ts";
import { around, type House, house, type How, PASSWORD, signedInCookie } from "./house.ts";
import { restarted } from "../support/world.ts";

const STRANGER: How = { stranger: true };

/** The cookie that an answer sets, as a browser sends it back; undefined if none or an ended one. */
function cookieOf(answer: Response, name = SESSION_COOKIE): string | undefined {
  const line = answer.headers.getSetCookie().find((one) => one.startsWith(`${name}=`));
  const value = line?.split(";")[0];
  return value === undefined || value === `${name}=` ? undefined : value;
}

function codeOf({ world }: House): string {
  return world.owner.setupCode?.reveal() ?? "";
}

function claim(home: House, fields: Readonly<Record<string, string>>): Promise<Response> {
  return home.send("/welcome", fields, STRANGER);
}

function signIn(home: House, password: string, how: How = {}): Promise<Response> {
  return home.send("/sign-in", { password, to: "/setup?x=1" }, { ...how, stranger: true });
}

/** A house whose owner has a password. */
async function owned(): Promise<House> {
  const home = await house();
  await signedInCookie(home.world);
  return home;
}

Deno.test("GET / without a session leads to a page that is 200: the setup code first, then the password", async () => {
  const home = await house();
  const answer = await home.ask("/", STRANGER);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/sign-in");
  const code = await home.ask("/sign-in", STRANGER);
  assert.equal(code.status, 200);
  assert.match(await code.text(), /name="code"/);
  await signedInCookie(home.world);
  const password = await home.ask("/sign-in", STRANGER);
  assert.equal(password.status, 200);
  assert.match(await password.text(), /name="password"/);
});

Deno.test("the setup link sets the first password once, and signs in", async () => {
  const home = await house();
  const code = codeOf(home);
  const page = await (await home.ask(`/welcome?code=${code}`, STRANGER)).text();
  assert.match(page, /autocomplete="new-password"/);
  assert.ok(page.includes(`name="code" value="${code}"`));
  const answer = await claim(home, { code, password: PASSWORD });
  assert.equal(answer.status, 303);
  const cookie = cookieOf(answer) ?? "";
  const home200 = await home.ask("/", { stranger: true, headers: { cookie } });
  assert.equal(home200.status, 200);
  assert.equal((await home.ask(`/welcome?code=${code}`, STRANGER)).headers.get("location"), "/sign-in");
  assert.equal(
    (await claim(home, { code, password: "another password" })).headers.get("location"),
    "/sign-in",
  );
  assert.equal(cookieOf(await signIn(home, "another password")), undefined);
});

Deno.test("the setup code is typed in any case, with dashes or without, before the password", async () => {
  const home = await house();
  const answer = await claim(home, { code: ` ${codeOf(home).toLowerCase().replaceAll("-", "")} ` });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /autocomplete="new-password"/);
});

Deno.test("a wrong setup code is 403, is not repeated, and the right one works afterwards", async () => {
  const home = await house();
  const answer = await home.ask("/welcome?code=WRONG-CODE-99", STRANGER);
  assert.equal(answer.status, 403);
  const page = await answer.text();
  assert.match(page, /not the setup code/);
  assert.ok(!page.includes("WRONG-CODE-99"));
  assert.equal((await claim(home, { code: "x", password: PASSWORD })).status, 403);
  assert.equal(home.world.owner.hasPassword, false);
  assert.equal((await claim(home, { code: codeOf(home), password: PASSWORD })).status, 303);
});

Deno.test("a password that will not do is 400, and the code is still good", async () => {
  const home = await house();
  const code = codeOf(home);
  for (const password of ["", "short", "aaaaaaaaaaaaaa", "Companion-Token-Server"]) {
    const answer = await claim(home, { code, password });
    assert.equal(answer.status, 400);
    const page = await answer.text();
    assert.match(page, /Cannot take this password/);
    assert.ok(password === "" || !page.includes(`value="${password}"`));
  }
  assert.equal((await claim(home, { code, password: PASSWORD })).status, 303);
});

Deno.test("POST /sign-in with the password leads to the page that was wanted, with a strict cookie", async () => {
  const home = await owned();
  const wanted = await home.ask("/setup?x=1", STRANGER);
  assert.equal(wanted.status, 303);
  const location = wanted.headers.get("location") ?? "";
  assert.equal(location, "/sign-in?to=%2Fsetup%3Fx%3D1");
  assert.match(await (await home.ask(location, STRANGER)).text(), /name="to" value="\/setup\?x=1"/);
  const answer = await signIn(home, PASSWORD);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/setup?x=1");
  const [line = ""] = answer.headers.getSetCookie();
  assert.match(
    line,
    /^token-server-session=[\w-]{43}; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const page = await home.ask("/", { stranger: true, headers: { cookie: cookieOf(answer) ?? "" } });
  assert.equal(page.status, 200);
});

Deno.test("POST /sign-in with a wrong password is 403, without a cookie and without the password", async () => {
  const home = await owned();
  const answer = await signIn(home, "not the password");
  assert.equal(answer.status, 403);
  assert.deepEqual(answer.headers.getSetCookie(), []);
  const page = await answer.text();
  assert.match(page, /this is not the password/);
  assert.ok(!page.includes('not the password"'));
  assert.match(page, /name="to" value="\/setup\?x=1"/);
});

Deno.test("after five wrong passwords an address waits, and another does not", async () => {
  const home = await owned();
  for (let times = 0; times < 5; times++) assert.equal((await signIn(home, "wrong")).status, 403);
  const refused = await signIn(home, PASSWORD);
  assert.equal(refused.status, 429);
  assert.match(await refused.text(), /Wait 1 seconds/);
  assert.equal((await signIn(home, PASSWORD, { peer: "192.168.1.50" })).status, 303);
  await home.world.clock.advance(MINUTE);
  assert.equal((await signIn(home, PASSWORD)).status, 303);
});

for (
  const to of [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "evil",
  ]
) {
  Deno.test(`the sign-in does not lead to ${JSON.stringify(to)}`, async () => {
    const home = await owned();
    const page = await (await home.ask(`/sign-in?${new URLSearchParams({ to })}`, STRANGER)).text();
    assert.match(page, /name="to" value="\/"/);
    const answer = await home.send("/sign-in", { password: PASSWORD, to }, STRANGER);
    assert.equal(answer.headers.get("location"), "/");
  });
}

Deno.test("a form without a session is 403, says where to sign in, and changes nothing", async () => {
  const home = await owned();
  const sessions = home.world.owner.sessions().length;
  const answer = await home.send("/sign-out-everywhere", {}, STRANGER);
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /href="\/sign-in"/);
  assert.equal(home.world.owner.sessions().length, sessions);
  // Positive control.
  assert.equal((await home.send("/sign-out-everywhere", {})).status, 303);
  assert.equal(home.world.owner.sessions().length, 0);
});

Deno.test("the form token of one session is not good in another", async () => {
  const home = await owned();
  const cookie = await signedInCookie(home.world);
  const other = /name="form" value="([^"]+)"/.exec(
    await (await home.ask("/", { stranger: true, headers: { cookie } })).text(),
  )?.[1] ?? "";
  assert.match(other, /^[0-9a-f]{64}$/);
  const fields = { form: other };
  assert.equal((await home.send("/sign-out-everywhere", fields)).status, 403);
  assert.equal(
    (await home.send("/sign-out-everywhere", fields, { stranger: true, headers: { cookie } })).status,
    303,
  );
});

Deno.test("over https the cookie is named __Host- and Secure, and the plain one is not looked at", async () => {
  const home = around((await owned()).world, { trustedProxies: ["127.0.0.1"] });
  const proxied = { host: "token.example.org", headers: { "x-forwarded-proto": "https" } };
  const answer = await signIn(home, PASSWORD, proxied);
  const [line = ""] = answer.headers.getSetCookie();
  assert.match(line, /^__Host-token-server-session=[\w-]{43}; .*Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const value = (cookieOf(answer, SECURE_SESSION_COOKIE) ?? "").split("=")[1] ?? "";
  const ask = async (name: string): Promise<number> => {
    const headers = { ...proxied.headers, cookie: `${name}=${value}` };
    return (await home.ask("/", { ...proxied, headers, stranger: true })).status;
  };
  assert.equal(await ask(SECURE_SESSION_COOKIE), 200);
  assert.equal(await ask(SESSION_COOKIE), 303);
});

Deno.test("POST /sign-out ends this session and takes its cookie", async () => {
  const home = await owned();
  const cookie = await signedInCookie(home.world);
  const own = { stranger: true, headers: { cookie } } as const;
  const form = /name="form" value="([^"]+)"/.exec(await (await home.ask("/", own)).text())?.[1] ?? "";
  const answer = await home.send("/sign-out", { form }, own);
  assert.equal(answer.headers.get("location"), "/sign-in?done=out");
  assert.match(answer.headers.getSetCookie()[0] ?? "", /^token-server-session=; Max-Age=0/);
  assert.equal((await home.ask("/", own)).status, 303);
  assert.equal((await home.ask("/")).status, 200);
  assert.match(await (await home.ask("/sign-in?done=out", STRANGER)).text(), /You are signed out\./);
});

Deno.test("POST /sign-out-everywhere ends all sessions", async () => {
  const home = await owned();
  const other = { stranger: true, headers: { cookie: await signedInCookie(home.world) } } as const;
  assert.equal((await home.ask("/", other)).status, 200);
  assert.equal(
    (await home.send("/sign-out-everywhere", {})).headers.get("location"),
    "/sign-in?done=everywhere",
  );
  assert.equal((await home.ask("/", other)).status, 303);
  assert.equal((await home.ask("/")).status, 303);
});

Deno.test("a session survives a restart, with its forms, and ends after 30 days without a visit", async () => {
  const before = await owned();
  const cookie = await signedInCookie(before.world);
  const own = { stranger: true, headers: { cookie } } as const;
  const form = /name="form" value="([^"]+)"/.exec(await (await before.ask("/", own)).text())?.[1] ?? "";
  const home = around(await restarted(before.world));
  assert.equal((await home.ask("/", own)).status, 200);
  assert.equal((await home.send("/sign-in", { form, password: "wrong" }, own)).status, 403);
  assert.deepEqual(home.world.log.events("warn"), ["wrong password"], "the form was taken");
  await home.world.clock.advance(30 * DAY);
  assert.equal((await home.ask("/", own)).status, 303);
});

Deno.test("a sign-in works while the vault is locked", async () => {
  const home = await owned();
  home.world.vault.locked = "The key file is not there";
  assert.equal((await signIn(home, PASSWORD)).status, 303);
});

Deno.test("no page, cookie, header or log holds a password or a code, and none but the cookie a session", async () => {
  const home = await house();
  const code = codeOf(home);
  const answers = [await claim(home, { code, password: PASSWORD })];
  const values = [cookieOf(answers[0] ?? new Response())?.split("=")[1] ?? ""];
  answers.push(await signIn(home, PASSWORD), await signIn(home, "mistyped-phrase"));
  values.push(cookieOf(answers[1] ?? new Response())?.split("=")[1] ?? "");
  assert.ok(values.every((value) => value.length === 43));
  const own = { stranger: true, headers: { cookie: `${SESSION_COOKIE}=${values[1]}` } } as const;
  for (const path of ["/", "/connect", "/nowhere", "/sign-in"]) {
    answers.push(await home.ask(path, own));
  }
  let set = 0;
  for (const answer of answers) {
    const [cookie = ""] = answer.headers.getSetCookie();
    if (values.some((value) => cookie.includes(value))) set++;
    answer.headers.delete("set-cookie");
    const text = JSON.stringify([...answer.headers]) + await answer.text();
    for (const secret of [PASSWORD, "mistyped-phrase", code, ...values]) assert.ok(!text.includes(secret));
  }
  // Positive control: both were given to the browser.
  assert.equal(set, 2);
  const log = JSON.stringify(home.world.log.entries);
  assert.match(log, /wrong password/);
  for (const secret of [PASSWORD, "mistyped-phrase", code, ...values]) assert.ok(!log.includes(secret));
});

Deno.test("the doors speak the language of the browser", async () => {
  const home = await house();
  const headers = { "accept-language": "de-CH,en;q=0.5" };
  const page = await (await home.ask("/welcome?code=x", { stranger: true, headers })).text();
  assert.match(page, /<html lang="de">/);
  assert.match(page, /Das ist nicht der Einrichtungscode dieses Servers/);
});

/** Where a page's buttons for the language lead to. */
function languageLeadsTo(page: string): string | undefined {
  return /.*name="to" value="([^"]*)"/s.exec(page)?.[1]?.replaceAll("&amp;", "&");
}

Deno.test("a change of the language leads back to the same page, setup code and question included", async () => {
  const home = await house();
  const link = `/welcome?code=${codeOf(home)}`;
  assert.equal(languageLeadsTo(await (await home.ask(link, STRANGER)).text()), link);
  const way = "/connect?add=buttons&way=paste";
  assert.equal(languageLeadsTo(await (await home.ask(way)).text()), way);
});

Deno.test("a change of the language on what a form has answered leads to the page with the form", async () => {
  const home = await owned();
  const from = (referer: string): How => ({ headers: { referer } });
  const wrong = await signIn(home, "not the password", from("http://localhost:8948/sign-in?to=/doctor"));
  assert.equal(languageLeadsTo(await wrong.text()), "/sign-in?to=/doctor");
  const odd = await signIn(home, "not the password", from("no address"));
  assert.equal(languageLeadsTo(await odd.text()), "/");
});
