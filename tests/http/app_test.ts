import assert from "node:assert/strict";
import { around, assertLine, ended, fromLan, house, type How, idOf, tokenOf } from "./house.ts";
import { PROBLEMS } from "../../src/http/problem.ts";
import { OWL, restarted, signedIn } from "../support/world.ts";

const PAGES = [
  "/",
  "/setup",
  "/connect",
  "/accounts/nightowl",
  "/accounts/nightowl/remove",
  "/callback?code=x",
  "/nowhere",
];

/** What they are to those without a session, where that is no way to the sign-in. */
const STRANGERS: Readonly<Record<string, number>> = { "/callback?code=x": 410, "/nowhere": 404 };

function assertPageHeaders(answer: Response): void {
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(
    policy,
    /^default-src 'none'; style-src '[^']+'; script-src '[^']+'; connect-src 'self'; img-src data:; /,
  );
  assert.match(
    policy,
    /form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/,
  );
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.equal(answer.headers.get("referrer-policy"), "same-origin");
  assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin");
  assert.match(answer.headers.get("permissions-policy") ?? "", /camera=\(\)/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
}

Deno.test("pages isolate their window where a browser heeds it, and elsewhere do not make it complain", async () => {
  const home = await house(undefined, { trustedProxies: ["127.0.0.1"] });
  const policy = async (how: How): Promise<string | null> =>
    (await home.ask("/sign-in", how)).headers.get("cross-origin-opener-policy");
  const proxied = { host: "token.example.org", headers: { "x-forwarded-proto": "https" } };
  for (const how of [{}, { host: "[::1]:8948" }, proxied]) assert.equal(await policy(how), "same-origin");
  for (const how of [{ host: "pi.local:8948" }, fromLan()]) assert.equal(await policy(how), null);
});

for (const path of PAGES) {
  Deno.test(`GET ${path} carries the security headers, whatever its status`, async () => {
    const home = await house();
    await signedIn(home.world);
    const answer = await home.ask(path);
    assertPageHeaders(answer);
    await answer.body?.cancel();
  });
}

Deno.test("the style in a page is the one that its policy names", async () => {
  const home = await house();
  const answer = await home.ask("/");
  const style = /<style>([\s\S]*)<\/style>/.exec(await answer.text())?.[1] ?? "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  assert.ok(answer.headers.get("content-security-policy")?.includes(`'sha256-${hash}'`));
});

for (const path of PAGES) {
  Deno.test(`${path} without a session shows nothing of the accounts, wherever one asks from`, async () => {
    const home = await house();
    const login = await signedIn(home.world);
    for (const how of [{}, fromLan(), fromLan({ host: "pi.local:8948" })]) {
      const answer = await home.ask(path, { ...how, stranger: true });
      assertPageHeaders(answer);
      const text = JSON.stringify([...answer.headers]) + await answer.text();
      if (!path.startsWith("/accounts")) assert.ok(!text.includes("nightowl"));
      for (const secret of [idOf(home, login), tokenOf(login)]) assert.ok(!text.includes(secret));
      assert.equal(answer.status, STRANGERS[path] ?? 303);
    }
  });
}

Deno.test("with a session the pages open from everywhere in the network", async () => {
  const home = await house();
  for (const how of [fromLan(), fromLan({ host: "pi.local:8948" }), { headers: { via: "1.1 proxy" } }]) {
    const answer = await home.ask("/", how);
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  }
});

for (const host of ["localhost:8948", "127.0.0.1:8948", "[::1]:8948"]) {
  Deno.test(`GET / from this machine under ${host} is the home page`, async () => {
    const home = await house();
    for (const peer of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      const answer = await home.ask("/", { host, peer });
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /^<!DOCTYPE html><html lang="en">/);
    }
  });
}

Deno.test("any other host name is 421 in one line, except with the id of an account", async () => {
  const home = await house();
  const id = idOf(home, await signedIn(home.world));
  const evil = { host: "evil.example" };
  for (
    const path of [
      "/",
      "/setup",
      "/healthz",
      "/token",
      "/?id=x",
      "/status?id=x",
      "/status.txt",
      "/nowhere",
      "/callback",
    ]
  ) {
    const answer = await home.ask(path, evil);
    assert.equal(answer.status, 421, path);
    assert.ok((await answer.text()).includes(PROBLEMS.wrong_host.line), path);
  }
  for (const path of ["/?id=", "/token?id=", "/token.json?id=", "/status?id=", "/status.txt?id="]) {
    const answer = await home.ask(path + id, evil);
    assert.equal(answer.status, 200, path);
    await answer.body?.cancel();
  }
});

Deno.test("a host that is no address, though it looks like one, is 421 and no bug", async () => {
  const home = await house();
  const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } } as const;
  for (const host of ["999.1.1.1", "localhost:99999", "[:::1]"]) {
    const request = new Request("http://localhost/", { headers: { host } });
    // As the runtime makes it of the header.
    Object.defineProperty(request, "url", { value: `http://${host}/` });
    await assertLine(await home.handler(request, info), 421);
  }
  assert.deepEqual(home.world.log.events("error"), []);
});

Deno.test("the home page offers refused names, and allows those and no others", async () => {
  const home = await house();
  assert.equal((await home.ask("/healthz", { host: "studio.example:8948" })).status, 421);
  assert.match(await (await home.ask("/")).text(), /studio\.example/);
  assert.equal((await home.send("/hosts", { name: "evil.example" })).status, 404);
  assert.deepEqual(home.settings.allowedNames, []);
  const answer = await home.send("/hosts", { name: "studio.example" });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/?done=allowed");
  assert.deepEqual(home.settings.allowedNames, ["studio.example"]);
  assert.equal((await home.ask("/healthz", { host: "studio.example:8948" })).status, 200);
  assert.doesNotMatch(await (await home.ask("/")).text(), /studio\.example/);
});

Deno.test("no GET changes anything", async () => {
  const home = await house();
  await signedIn(home.world);
  for (
    const path of [
      "/accounts/nightowl/id",
      "/accounts/nightowl/label",
      "/accounts/nightowl/refresh",
      "/hosts",
      "/connect/paste",
    ]
  ) {
    await (await home.ask(path)).body?.cancel();
  }
  await (await home.ask("/accounts/nightowl/remove")).body?.cancel();
  assert.deepEqual(home.world.events, []);
  assert.equal(home.world.roster.all().length, 1);
});

Deno.test("POST /callback is 405", async () => {
  const home = await house();
  const answer = await home.ask("/callback", { method: "POST" });
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get("allow"), "GET, HEAD");
});

Deno.test("POST /control reaches the command of this machine, and nobody else does", async () => {
  const asked: string[] = [];
  const home = await house(undefined, {
    control: async (request) => {
      asked.push(await request.text());
      return new Response("done");
    },
  });
  const how = { method: "POST", body: "hello", host: "127.0.0.1:8948" };
  assert.equal(await (await home.ask("/control", how)).text(), "done");
  assert.equal((await home.ask("/control", { ...how, peer: "192.168.1.77" })).status, 403);
  assert.equal((await home.ask("/control", { ...how, host: "evil.example" })).status, 421);
  assert.equal((await home.ask("/control")).status, 404);
  assert.deepEqual(asked, ["hello"]);
  assert.equal((await (await house()).ask("/control", how)).status, 404);
});

Deno.test("POST /control that fails for a bug is 500 without its details", async () => {
  const home = await house(undefined, { control: () => Promise.reject(new Error("secret detail")) });
  const answer = await home.ask("/control", { method: "POST" });
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /detail/);
  assert.deepEqual(home.world.log.events("error"), ["bug while answering a request"]);
});

Deno.test("a bug in a page is 500 without its details, and is logged", async () => {
  const home = await house(undefined, {
    names: {
      fixed: [],
      allowed: () => [],
      allow: () => Promise.reject(new Error("secret detail")),
      remove: () => Promise.resolve(),
    },
  });
  await home.ask("/healthz", { host: "studio.example" });
  const answer = await home.send("/hosts", { name: "studio.example" });
  assert.equal(answer.status, 500);
  assertPageHeaders(answer);
  const page = await answer.text();
  assert.match(page, /That was our mistake/);
  assert.doesNotMatch(page, /secret detail/);
  assert.deepEqual(home.world.log.events("error"), ["bug while answering a request"]);
});

Deno.test("an unknown page is 404 and does not repeat its address", async () => {
  const home = await house();
  const answer = await home.ask("/<script>alert(1)</script>?q=<b>");
  assert.equal(answer.status, 404);
  assert.doesNotMatch(await answer.text(), /alert|<b>/);
});

Deno.test("no page, header or log holds a token, a client secret or, beyond its card, an id", async () => {
  const home = await house();
  const login = await signedIn(home.world, OWL, { label: "Main" });
  const id = idOf(home, login);
  const never = [tokenOf(login), "refresh-1", "app-secret", "typed-secret"];
  assert.equal(await (await home.ask(`/?id=${id}`)).text(), tokenOf(login));
  const answers = [
    ...await Promise.all(PAGES.map((path) => home.ask(path))),
    await home.send("/setup", { client_id: "", client_secret: "typed-secret" }),
    await home.send("/connect", { way: "redirect", preset: "companion-3" }),
    await home.send("/accounts/nightowl/refresh", {}),
    await home.send("/accounts/nightowl/label", { label: "Other" }),
    await home.send("/connect/paste", { pasted: "nonsense", state: "x" }),
  ];
  let cards = 0;
  for (const answer of answers) {
    const text = JSON.stringify([...answer.headers]) + await answer.text();
    for (const secret of never) assert.ok(!text.includes(secret), `${secret} in ${text}`);
    if (text.includes(id)) cards++;
  }
  // Positive control: the card is among them, and shows the id.
  assert.ok(cards >= 1);
  const log = JSON.stringify(home.world.log.entries);
  for (const secret of [...never, id, tokenOf(login)]) assert.ok(!log.includes(secret), secret);
});

Deno.test("while the vault is locked the pages say so, and no id can be shown", async () => {
  const first = await house();
  const login = await signedIn(first.world);
  await ended(first, login);
  first.world.vault.locked = "The key file /var/lib/key is not there";
  const home = around(await restarted(first.world));
  assert.match(await (await home.ask("/")).text(), /The key file \/var\/lib\/key is not there/);
  assert.match(await (await home.ask("/accounts/nightowl")).text(), /cannot be shown without the key/);
  assert.equal((await home.send("/accounts/nightowl/id", {})).status, 503);
  assert.equal((await home.send("/accounts/nightowl/refresh", {})).status, 503);
});
