/**
 * The guards of the pages from the side of an attacker, one test for each attack. Each fails where its guard is taken
 * away: tests/mutants/guard_mutations.ts takes them away, one at a time.
 */
import assert from "node:assert/strict";
import { type House, house, idOf, PASSWORD, signedInCookie } from "./house.ts";
import { approved, back, beginLink, comeBack } from "./sign_in_steps.ts";
import { SESSION_COOKIE } from "../../src/http/session.ts";
import { OWL, signedIn } from "../support/world.ts";

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
function assertHarmless(page: string, where: string): void {
  assert.doesNotMatch(page, /<img\b|<script>alert/, where);
  assert.equal(page.match(/<script/g)?.length, 1, `our own script alone: ${where}`);
}

async function textOf(answer: Promise<Response>): Promise<string> {
  return await (await answer).text();
}

Deno.test("DNS rebinding: a name that leads here gets no page, form, stream, health or control", async () => {
  const home = await house(undefined, { control: () => Promise.resolve(new Response("controlled")) });
  const login = await signedIn(home.world);
  const rebound = { host: "evil.example:8948" };
  const forms = ["/sign-in", "/connect", "/settings/app", "/sign-out-everywhere", "/control", "/unlock"];
  for (const path of ["/", "/live/home", "/settings/backup", "/healthz", "/token", "/as/x/helix/users"]) {
    assert.equal((await home.ask(path, rebound)).status, 421, path);
  }
  for (const path of forms) assert.equal((await home.send(path, {}, rebound)).status, 421, path);
  assert.equal(home.world.owner.sessions().length, 1);
  // The control: Companion's own question comes under whatever name.
  assert.equal((await home.ask(`/token?id=${idOf(home, login)}`, rebound)).status, 200);
  assert.equal((await home.send("/control", {})).status, 200);
});

Deno.test("CSRF: a form that a page elsewhere sends with the person's cookie changes nothing", async () => {
  const home = await house();
  await signedIn(home.world);
  const forged = { headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" } };
  const old = { headers: { origin: "https://evil.example" } };
  for (const how of [forged, old, { headers: { "sec-fetch-site": "same-site" } }]) {
    for (const path of ["/accounts/nightowl/remove", "/accounts/nightowl/id", "/settings/app"]) {
      assert.equal((await home.send(path, { sure: "yes", old: "now" }, how)).status, 403, path);
    }
  }
  const login = home.world.roster.byAlias("nightowl");
  assert.equal(home.world.roster.ids.of(login ?? assert.fail("it is still there")).length, 1);
  assert.equal((await home.send("/accounts/nightowl/remove", { sure: "yes" })).status, 303);
  assert.equal(home.world.roster.byAlias("nightowl"), undefined);
});

Deno.test("clickjacking: no page and no problem page may be framed, by new rules and by old", async () => {
  const home = await house();
  await signedIn(home.world);
  for (const path of ["/", "/sign-in", "/accounts/nightowl/remove", "/callback", "/nowhere", "/help/start"]) {
    const { headers } = await home.ask(path);
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
  }
});

Deno.test("open redirect: no door, form or return from Twitch leads away from this server", async () => {
  const home = await house();
  await signedInCookie(home.world);
  const stranger = { stranger: true } as const;
  const away = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/%0d%0aa: b",
  ];
  for (const to of away) {
    const answer = await home.send("/sign-in", { password: PASSWORD, to }, stranger);
    const location = answer.headers.get("location") ?? "";
    assert.equal(new URL(location, "http://localhost:8948").origin, "http://localhost:8948", to);
    const language = await home.send("/language", { language: "de", to }, stranger);
    assert.equal(new URL(language.headers.get("location") ?? "/", "http://here").origin, "http://here", to);
  }
  const begun = await beginLink(home);
  assert.equal(begun.url.searchParams.get("redirect_uri"), "http://localhost:8948/callback");
  const ended = await comeBack(home, begun, { ...approved(home), redirect_uri: "https://evil.example" });
  assert.match(ended, /^\/accounts\/nightowl/);
});

Deno.test("session fixation: a cookie that was planted before the sign-in opens nothing after it", async () => {
  const home = await house();
  const mine = await signedInCookie(home.world);
  const planted = `${SESSION_COOKIE}=${"A".repeat(43)}`;
  const open = async (cookie: string): Promise<number> =>
    (await home.ask("/", { stranger: true, headers: { cookie } })).status;
  const headers = { cookie: planted };
  const answer = await home.send("/sign-in", { password: PASSWORD }, { stranger: true, headers });
  const fresh = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  assert.match(fresh, new RegExp(`^${SESSION_COOKIE}=[\\w-]{43}$`));
  assert.notEqual(fresh, planted);
  assert.equal(await open(planted), 303);
  assert.deepEqual([await open(fresh), await open(mine)], [200, 200]);
  // Whoever signs in again gets another value, and the one before ends.
  const form = /name="form" value="([^"]+)"/.exec(
    await textOf(home.ask("/", { stranger: true, headers: { cookie: mine } })),
  )?.[1] ?? "";
  const again = { stranger: true, headers: { cookie: mine } } as const;
  const second = await home.send("/sign-in", { password: PASSWORD, form }, again);
  assert.equal(second.status, 303);
  assert.equal(await open(mine), 303);
});

Deno.test("login CSRF: a link with somebody else's code connects nothing in this browser", async () => {
  const home = await house();
  const theirs = await beginLink(home);
  const { code } = approved(home);
  const victim = await beginLink(home);
  const link = back(theirs, { code });
  for (const headers of [{}, { cookie: victim.cookie }]) {
    assert.equal((await home.ask(link, { headers })).status, 200);
  }
  assert.equal((await home.ask(`/callback?code=${code}&state=${"x".repeat(43)}`)).status, 410);
  assert.equal((await home.ask(`/callback?code=${code}`)).status, 410);
  assert.equal(home.world.twitch.sent("exchangeCode").length, 0);
  assert.deepEqual(home.world.roster.all(), []);
  assert.equal((await home.ask(link, { headers: { cookie: theirs.cookie } })).status, 303);
  assert.equal(home.world.roster.all().length, 1);
});

/** Every place where a page repeats what came from outside, and how it gets there. */
const REFLECTED: Readonly<Record<string, (home: House) => Promise<string>>> = {
  "a Twitch login name, and a label": async (home) => {
    await signedIn(home.world, { ...OWL, login: EVIL }, { alias: "evil", label: EVIL });
    return await textOf(home.ask("/")) + await textOf(home.ask("/accounts/evil/remove"));
  },
  "Twitch's error text, returned to a browser that did not begin": async (home) => {
    const begun = await beginLink(home);
    return await textOf(home.ask(back(begun, { error: EVIL, error_description: EVIL })));
  },
  "Twitch's error text, in the attempt": async (home) => {
    const begun = await beginLink(home);
    await home.ask(back(begun, { error: EVIL, error_description: EVIL }), {
      headers: { cookie: begun.cookie },
    });
    return await textOf(home.ask(begun.path));
  },
  "a code, in the address to copy": async (home) => {
    const begun = await beginLink(home);
    return await textOf(home.ask(back(begun, { code: EVIL })));
  },
  "a pasted address": async (home) => {
    const begun = await beginLink(home, { way: "paste" });
    return await textOf(home.send(`${begun.path.split("?")[0]}/paste`, { pasted: EVIL }));
  },
  "the host of a pasted address": async (home) => {
    const begun = await beginLink(home, { way: "paste" });
    const pasted = `http://ev<il.example/?code=${EVIL}`;
    return await textOf(home.send(`${begun.path.split("?")[0]}/paste`, { pasted }));
  },
  "an address for notices": (home) => textOf(home.send("/settings/notices/address", { address: EVIL })),
  "a name to allow": async (home) =>
    await textOf(home.send("/settings/names/allow", { name: EVIL })) +
    await textOf(home.ask("/settings/names")),
  "a host name that was refused": async (home) => {
    await home.ask("/", { host: "localhost", headers: { host: EVIL } });
    return await textOf(home.ask("/"));
  },
  "scopes that were typed": async (home) =>
    await textOf(home.send("/connect", { way: "device", preset: "companion-3", scopes: EVIL })),
  "an ID that was typed": async (home) =>
    await textOf(home.send("/connect", { way: "device", preset: "companion-3", reclaim: EVIL })),
  "a client ID": (home) => textOf(home.send("/settings/app", { client_id: EVIL, client_secret: EVIL })),
  "the page that was wanted": async (home) =>
    await textOf(home.ask(`/sign-in?to=${encodeURIComponent(EVIL)}`, { stranger: true })),
  "a setup code": async (home) =>
    await textOf(home.ask(`/welcome?code=${encodeURIComponent(EVIL)}`, { stranger: true })),
  "a path that there is not": (home) => textOf(home.ask(`/${encodeURIComponent(EVIL)}`)),
  "the name of an account": (home) => textOf(home.ask(`/accounts/${encodeURIComponent(EVIL)}`)),
  "the browser's name": async (home) => {
    const how = { stranger: true, headers: { "user-agent": EVIL.replaceAll("\n", "") } } as const;
    await signedInCookie(home.world);
    await home.send("/sign-in", { password: PASSWORD }, how);
    return await textOf(home.ask("/settings/sessions"));
  },
};

for (const [field, reflect] of Object.entries(REFLECTED)) {
  Deno.test(`XSS: ${field} is text`, async () => {
    const pages = await reflect(await house());
    for (const page of pages.split(/(?=<!DOCTYPE html>)/i)) assertHarmless(page, field);
  });
}

Deno.test("XSS: what is reflected stands in the page, so that the search would find it", async () => {
  const { "a Twitch login name, and a label": name, "a code, in the address to copy": code } = REFLECTED;
  for (const reflect of [name, code]) {
    assert.match(await (reflect ?? assert.fail())(await house()), /&lt;script&gt;|%3Cscript%3E/i);
  }
  assert.throws(() => assertHarmless(`<script>1</script>${EVIL}`, "planted"));
});

Deno.test("path traversal: no path reads a file beside what is served", async () => {
  const home = await house();
  const up = [
    "../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/key",
    "..\\..\\key",
    "....//key",
  ];
  for (const folder of ["", "help/", "accounts/", "settings/", "settings/backup/file/", "live/account/"]) {
    for (const path of up) {
      const answer = await home.ask(`/${folder}${path}`);
      assert.ok([404, 410].includes(answer.status), `${folder}${path}: ${answer.status}`);
      assert.doesNotMatch(await answer.text(), /root:x|companion-token-server-key/);
    }
  }
  assert.equal((await home.ask("/help/../help/start")).status, 200, "a path may be written oddly");
});
