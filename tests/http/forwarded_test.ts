import assert from "node:assert/strict";
import type { PeerInfo } from "../../src/http/deps.ts";
import { type Seen, TrustedProxies } from "../../src/http/forwarded.ts";
import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from "../../src/http/session.ts";
import { signedIn } from "../support/world.ts";
import { around, formToken, fromLan, type House, house, type How, idOf, PASSWORD, tokenOf } from "./house.ts";

const RULE = { allowed: ["tokens.example.org"], machineName: "pi" };
const PROXIES = ["127.0.0.1", "10.0.0.0/8", "2001:db8:7::/48"];
const UNKNOWN = "0b5e2f6c-1111-4222-8333-944445555666";

function peer(hostname: string): PeerInfo {
  return { remoteAddr: { transport: "tcp", hostname } };
}

function see(from: string, headers: Record<string, string>, trusted = PROXIES): Seen {
  const request = new Request("http://127.0.0.1:8948/token?id=x", {
    headers: { host: "127.0.0.1:8948", ...headers },
  });
  return new TrustedProxies(trusted).see(request, peer(from), RULE);
}

const ADDRESSES: readonly (readonly [range: string, inside: string, outside: string])[] = [
  ["192.168.1.7", "192.168.1.7", "192.168.1.8"],
  ["192.168.1.7", "::ffff:192.168.1.7", "::192.168.1.7"],
  ["::ffff:192.168.1.7", "192.168.1.7", "192.168.1.8"],
  ["192.168.1.0/24", "192.168.1.255", "192.168.2.0"],
  ["10.0.0.0/8", "::FFFF:10.255.0.1", "11.0.0.0"],
  ["172.16.0.0/12", "172.31.255.255", "172.32.0.0"],
  ["203.0.113.130/31", "203.0.113.131", "203.0.113.132"],
  ["::1", "0:0::1", "::2"],
  ["fd00::/8", "fdff::1", "fe00::1"],
  ["2001:db8::7/127", "2001:DB8::6", "2001:db8::8"],
  ["::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.1"],
];

for (const [range, inside, outside] of ADDRESSES) {
  Deno.test(`TrustedProxies ${range} has ${inside} and not ${outside}`, () => {
    const proxies = new TrustedProxies([range]);
    assert.equal(proxies.has(inside), true);
    assert.equal(proxies.has(outside), false);
    for (const none of ["", "unknown", "10.0.0", "1.2.3.4.5", "[::1]", "300.1.1.1"]) {
      assert.equal(proxies.has(none), false);
    }
  });
}

const CLIENTS: readonly (readonly [what: string, headers: Record<string, string>, client: string])[] = [
  ["one address", { "x-forwarded-for": "192.168.1.77" }, "192.168.1.77"],
  ["a port", { "x-forwarded-for": "192.168.1.77:4711" }, "192.168.1.77"],
  ["an IPv6 address with brackets, port and zone", {
    "x-forwarded-for": "[FE80::1%eth0]:4711",
  }, "fe80::1"],
  ["IPv4 within IPv6", { "x-forwarded-for": "::ffff:192.168.1.77" }, "192.168.1.77"],
  ["what the client claims before it", { "x-forwarded-for": "8.8.8.8, 192.168.1.77" }, "192.168.1.77"],
  ["a proxy before the proxy", { "x-forwarded-for": "192.168.1.77, 10.1.2.3" }, "192.168.1.77"],
  ["proxies alone", { "x-forwarded-for": "10.9.9.9, 10.1.2.3" }, "10.9.9.9"],
  ["an unknown machine behind a proxy", { "x-forwarded-for": "8.8.8.8, unknown, 10.1.2.3" }, "10.1.2.3"],
  ["nonsense", { "x-forwarded-for": "'; DROP TABLE" }, "127.0.0.1"],
  ["nothing", { "x-forwarded-for": "" }, "127.0.0.1"],
  ["Forwarded", { forwarded: 'for=192.168.1.77;proto=http;by=10.0.0.1, For="10.1.2.3:80"' }, "192.168.1.77"],
  ["Forwarded with IPv6", { forwarded: 'for="[2001:db8::1]:4711"' }, "2001:db8::1"],
  ["a Forwarded of the client beside the proxy's own header", {
    "x-forwarded-for": "192.168.1.77",
    forwarded: "for=8.8.8.8",
  }, "192.168.1.77"],
];

for (const [what, headers, client] of CLIENTS) {
  Deno.test(`a trusted proxy's client is known by ${what}`, () => {
    assert.equal(see("::ffff:127.0.0.1", headers).info.remoteAddr.hostname?.replace("::ffff:", ""), client);
  });
}

Deno.test("nobody else's headers count, and a request without any stays as it is", () => {
  const headers = { "x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https", "x-forwarded-host": "pi" };
  const spoofed = see("192.168.1.66", headers);
  assert.equal(spoofed.info.remoteAddr.hostname, "192.168.1.66");
  assert.match(spoofed.request.url, /^http:\/\/127\.0\.0\.1:8948\//);
  const request = new Request("http://pi/", { headers: { host: "pi" } });
  const info = peer("127.0.0.1");
  const seen = new TrustedProxies(PROXIES).see(request, info, RULE);
  assert.ok(seen.request === request && seen.info === info);
});

Deno.test("a trusted proxy tells scheme and host, the last host of a list and the first scheme", () => {
  const { request } = see("127.0.0.1", {
    "x-forwarded-proto": "https, http",
    "x-forwarded-host": "localhost, tokens.example.org",
  });
  assert.equal(request.url, "https://tokens.example.org/token?id=x");
  assert.equal(request.headers.get("host"), "tokens.example.org");
  const forwarded = see("127.0.0.1", { forwarded: "for=1.2.3.4;host=tokens.example.org;proto=HTTPS" });
  assert.equal(forwarded.request.url, "https://tokens.example.org/token?id=x");
});

Deno.test("a page that was rebound to the proxy cannot name itself another host", () => {
  const { request } = see("127.0.0.1", { host: "evil.example", "x-forwarded-host": "localhost" });
  assert.equal(request.headers.get("host"), "evil.example");
});

Deno.test("a host that is none is passed over", () => {
  const { request } = see("127.0.0.1", { "x-forwarded-host": "a b<c>" });
  assert.match(request.url, /^http:\/\/127\.0\.0\.1:8948\//);
});

async function proxied(how: How = {}): Promise<{ home: House; through: How }> {
  const { world } = await house();
  const home = around(world, { trustedProxies: ["172.17.0.2"] });
  const headers = { "x-forwarded-for": "192.168.1.77", "x-forwarded-proto": "https", ...how.headers };
  return { home, through: { host: "token.example.org", peer: "172.17.0.2", ...how, headers } };
}

Deno.test("behind a proxy the question is answered and remembers who asked", async () => {
  const { home, through } = await proxied();
  const login = await signedIn(home.world);
  const answer = await home.raw(`/token?id=${idOf(home, login)}`, through);
  assert.equal(await answer.text(), tokenOf(login));
  assert.equal(login.askedBy, "192.168.1.77");
});

Deno.test("behind a proxy each client has its own count of wrong ids", async () => {
  const { home, through } = await proxied();
  const statuses = async (client: string): Promise<number> => {
    const headers = { ...through.headers, "x-forwarded-for": client };
    return (await home.raw(`/token?id=${UNKNOWN}`, { ...through, headers })).status;
  };
  for (let count = 0; count < 40; count++) await statuses("192.168.1.66");
  assert.equal(await statuses("192.168.1.66"), 429);
  assert.equal(await statuses("192.168.1.77"), 404);
});

/** Signs in on the page of a server that has a password. */
async function signIn(home: House, through: How): Promise<string[]> {
  await formToken(home);
  const page = await (await home.raw("/sign-in", through)).text();
  const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const headers = {
    ...through.headers,
    origin: "https://token.example.org",
    "content-type": "application/x-www-form-urlencoded",
  };
  const body = new URLSearchParams({ form, password: PASSWORD }).toString();
  const answer = await home.raw("/sign-in", { ...through, method: "POST", headers, body });
  assert.equal(answer.status, 303, await answer.text());
  return answer.headers.getSetCookie();
}

Deno.test("behind a proxy with https the cookie is Secure and the session is the client's", async () => {
  const { home, through } = await proxied();
  const [cookie = ""] = await signIn(home, through);
  assert.match(cookie, new RegExp(`^${SECURE_SESSION_COOKIE}=.* Secure;`));
  const [signedIn] = home.world.log.entries.filter(({ event }) => event === "somebody signed in").slice(-1);
  assert.equal(signedIn?.fields["from"], "192.168.1.77");
  assert.deepEqual(home.world.log.events().filter((event) => event === "a proxy is not trusted"), []);
});

Deno.test("a proxy that rewrites Host tells the browser's by X-Forwarded-Host", async () => {
  const { home, through } = await proxied({ host: "127.0.0.1:8948" });
  const headers = { ...through.headers, "x-forwarded-host": "token.example.org" };
  const [cookie = ""] = await signIn(home, { ...through, headers });
  assert.match(cookie, / Secure;/);
});

Deno.test("without a setting no header is believed, and the log names the proxy once", async () => {
  const home = await house();
  const through = fromLan({
    peer: "172.17.0.2",
    host: "token.example.org",
    headers: { "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https" },
  });
  const [cookie = ""] = await signIn(home, through);
  assert.match(cookie, new RegExp(`^${SESSION_COOKIE}=`));
  assert.doesNotMatch(cookie, /Secure/);
  const told = home.world.log.entries.filter(({ event }) => event === "a proxy is not trusted");
  assert.deepEqual(told.map(({ fields }) => fields["proxy"]), ["172.17.0.2"]);
});

Deno.test("a proxy on this machine makes nobody a command of this machine", async () => {
  const home = around((await house()).world, {
    trustedProxies: ["127.0.0.1"],
    control: () => Promise.resolve(new Response("done")),
  });
  const answer = (headers: Record<string, string>) => home.raw("/control", { method: "POST", headers });
  assert.equal((await answer({})).status, 200);
  assert.equal((await answer({ "x-forwarded-for": "192.168.1.77" })).status, 403);
});
