/** Two servers on one store behind something that gives each request to either: a browser keeps its cookie and no more. */
import assert from "node:assert/strict";
import type { Deps } from "../../src/core/ports.ts";
import { Secret } from "../../src/core/secret.ts";
import { settled } from "../support/fake_clock.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { besideOthers, OWL, SCOPES, signedIn, worldsOn, WREN } from "../support/world.ts";
import { around, formToken, fromLan, type House, idOf, signedInCookie, tokenOf } from "./house.ts";

interface Pair {
  readonly a: House;
  readonly b: House;
  readonly memory: SharedMemory;
  readonly cookie: string;
}

async function two(): Promise<Pair> {
  const memory = new SharedMemory();
  const worlds = await worldsOn(memory, 2);
  const formSecret = new Secret("one-form-secret-for-all-of-them-together-123");
  const [a, b] = worlds.map((made) => around(made, { formSecret: () => formSecret }));
  assert.ok(a && b);
  for (const made of worlds) {
    besideOthers(made);
    await made.connector.resume();
  }
  const cookie = await signedInCookie(a.world);
  return { a, b, memory, cookie };
}

/** Sends a form to one house that a page of the other has shown. */
async function sendTo(
  to: House,
  from: House,
  path: string,
  fields: Readonly<Record<string, string>>,
  cookie: string,
): Promise<Response> {
  const page = await (await from.raw("/", { headers: { cookie } })).text();
  const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const body = new URLSearchParams({ form, ...fields }).toString();
  const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
  return await to.raw(path, { method: "POST", headers, body });
}

Deno.test("a session, its forms and those of the sign-in page are good at every server", async () => {
  const { a, b, memory, cookie } = await two();
  memory.silent = true;
  assert.equal((await b.raw("/", { headers: { cookie } })).status, 200);
  await signedIn(a.world);
  const renamed = await sendTo(b, a, "/accounts/nightowl/label", { label: "Main" }, cookie);
  assert.equal(renamed.status, 303);
  assert.equal(await formToken(a, { stranger: true }), await formToken(b, { stranger: true }));
});

Deno.test("GET /token finds an id that another server gave out a moment ago, and one that it ended is unknown", async () => {
  const { a, b, memory } = await two();
  memory.silent = true;
  const login = await signedIn(a.world);
  const path = `/token?id=${idOf(a, login)}`;
  const answer = await b.raw(path);
  assert.deepEqual([answer.status, await answer.text()], [200, tokenOf(login)]);
  memory.silent = false;
  await a.world.roster.remove(login);
  await settled();
  assert.equal((await b.raw(path)).status, 404);
});

/** How often the store is asked for an id. */
function lookUps({ shared }: Deps): { count: number } {
  assert.ok(shared);
  const asked = { count: 0 };
  const accountOf = shared.accountOf.bind(shared);
  shared.accountOf = (digest) => {
    asked.count++;
    return accountOf(digest);
  };
  return asked;
}

const UNKNOWN = "00000000-0000-4000-8000-000000000000";

for (const path of ["/status", "/status.txt", "/status.png", "/token"]) {
  Deno.test(`GET ${path} asks the store for unknown ids no more often than the throttle allows`, async () => {
    const { a } = await two();
    const asked = lookUps(a.world.deps);
    const question = () => a.raw(`${path}?id=${UNKNOWN}`, fromLan());
    const answers = await Promise.all(Array.from({ length: 40 }, question));
    assert.equal(asked.count, 30);
    const statuses = new Set(answers.map(({ status }) => status).toSorted());
    const expected = path === "/token" ? [404, 429] : [path === "/status" ? 404 : 200];
    assert.deepEqual([...statuses], expected);
    await a.raw(`${path}?id=${UNKNOWN}`, fromLan({ peer: "192.168.1.78" }));
    assert.equal(asked.count, 31, "others are not hindered");
  });
}

Deno.test("an id that another server gave out a moment ago is no miss and not called unknown", async () => {
  const { a, b, memory } = await two();
  memory.silent = true;
  const login = await signedIn(a.world);
  const unknown = () => b.world.log.events().filter((event) => event === "unknown id asked for").length;
  assert.equal((await b.raw(`/status?id=${idOf(a, login)}`, fromLan())).status, 200);
  assert.equal(unknown(), 0);
  memory.away = true;
  assert.equal((await b.raw(`/token?id=${UNKNOWN}`, fromLan())).status, 503);
  assert.equal(unknown(), 0);
  memory.away = false;
  const asked = lookUps(b.world.deps);
  const question = () => b.raw(`/token?id=${UNKNOWN}`, fromLan());
  const answers = await Promise.all(Array.from({ length: 31 }, question));
  assert.equal(answers.filter(({ status }) => status === 404).length, 30);
  assert.equal(asked.count, 30);
  assert.equal(unknown(), 1);
});

Deno.test("GET /token wants the password of an account that was added at another server", async () => {
  const { a, b, memory } = await two();
  memory.silent = true;
  const login = await signedIn(a.world, OWL, { passwordDigest: "ab".repeat(32) });
  const path = `/token?id=${idOf(a, login)}`;
  assert.deepEqual([(await b.raw(path)).status, (await b.raw(path)).status], [403, 403]);
});

Deno.test("a page of an account that only another server knows is there at once, and a stranger's asks nobody", async () => {
  const { a, b, memory, cookie } = await two();
  memory.silent = true;
  const { shared } = b.world.deps;
  assert.ok(shared);
  let asked = 0;
  const outline = shared.outline.bind(shared);
  shared.outline = () => {
    asked++;
    return outline();
  };
  await signedIn(a.world);
  for (const path of ["/accounts/nightowl", "/live/account/nightowl"]) {
    assert.notEqual((await b.raw(path)).status, 200, "nobody is signed in");
  }
  assert.equal(asked, 0);
  assert.equal((await b.raw("/accounts/nightowl", { headers: { cookie } })).status, 200);
  assert.equal(asked, 1);
  assert.equal((await b.raw("/accounts/nightowl", { headers: { cookie } })).status, 200);
  assert.equal(asked, 1, "it is known now");
});

Deno.test("a sign-in goes on at whichever server the browser comes to", async () => {
  const { a, b, memory, cookie } = await two();
  memory.silent = true;
  const wish = { way: "paste", preset: "companion-3", label: "" };
  const begun = await sendTo(a, b, "/connect", wish, cookie);
  const [path = ""] = begun.headers.get("location")?.split("?") ?? [];
  assert.match(path, /^\/connect\/link\//);
  const page = await (await b.raw(path, { headers: { cookie } })).text();
  const state = /state=([\w-]{43})/.exec(page)?.[1] ?? "";
  const code = b.world.twitch.approve(WREN, "app-1", SCOPES).reveal();
  const pasted = `http://localhost:8948/callback?code=${code}&state=${state}`;
  const done = await sendTo(b, a, `${path}/paste`, { pasted }, cookie);
  assert.equal(done.headers.get("location"), "/accounts/wren?new=1");
  // The account came to the other server; this one has been told nothing.
  const account = await a.raw("/accounts/wren?new=1", { headers: { cookie } });
  const text = await account.text();
  assert.equal(account.status, 200);
  const login = b.world.roster.byAlias("wren");
  assert.ok(login && text.includes(idOf(b, login)));
});

Deno.test("POST /accounts/<alias>/test answers with what it found, for no other server knows of it", async () => {
  const { a, b, cookie } = await two();
  const login = await signedIn(a.world);
  await settled();
  const answer = await sendTo(b, a, "/accounts/nightowl/test", {}, cookie);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), new RegExp(`${tokenOf(login).length} characters`));
});

Deno.test("while the database is away tokens are answered, and pages are shown with what is known", async () => {
  const { a, memory, cookie } = await two();
  const login = await signedIn(a.world);
  memory.away = true;
  assert.equal(await (await a.raw(`/token?id=${idOf(a, login)}`)).text(), tokenOf(login));
  // It may be right: another server may have given it out a moment ago.
  const answer = await a.raw(`/token?id=${UNKNOWN}`);
  assert.deepEqual([answer.status, answer.headers.has("retry-after")], [503, true]);
  assert.equal((await a.raw(`/as/${UNKNOWN}/helix/users`)).status, 503);
  assert.equal((await a.raw("/accounts/nightowl", { headers: { cookie } })).status, 200);
  assert.equal((await a.raw("/connect", { headers: { cookie } })).status, 200);
  await sendTo(a, a, "/accounts/nightowl/label", { label: "Main" }, cookie);
  memory.away = false;
  await a.world.clock.advance(21_000);
  await a.world.refresher.due();
  assert.equal((await memory.store.account(login.account.key))?.label, "Main", "written when it was back");
});
