import assert from "node:assert/strict";
import { HOUR, SECOND } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import { tokenFor } from "../../src/core/token.ts";
import { settled } from "../support/fake_clock.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import {
  besideOthers,
  OWL,
  PUBLIC,
  signedIn,
  stored,
  untilDue,
  type World,
  worldsOn,
} from "../support/world.ts";

interface Pair {
  readonly memory: SharedMemory;
  readonly a: World;
  readonly b: World;
}

/** Two processes with one login, which is due to be refreshed now. */
async function due(app?: typeof PUBLIC): Promise<Pair> {
  const memory = new SharedMemory();
  const [a, b] = await worldsOn(memory, 2, app);
  assert.ok(a && b);
  besideOthers(a);
  besideOthers(b);
  const login = await signedIn(a);
  await settled();
  await a.clock.advance(untilDue(a, login));
  a.twitch.calls.length = 0;
  return { memory, a, b };
}

function loginOf({ roster }: World) {
  const login = roster.byTwitchId(OWL.twitchId);
  assert.ok(login);
  return login;
}

function sent({ twitch }: World): readonly (string | undefined)[] {
  return twitch.calls.filter(({ method }) => method === "refresh").map(({ token }) => token);
}

Deno.test("due() of two processes in the same moment sends one refresh, and both have its token", async () => {
  const { a, b } = await due();
  await Promise.all([a.refresher.due(), b.refresher.due()]);
  await settled();
  assert.equal(sent(a).length, 1);
  const [one, other] = [loginOf(a), loginOf(b)];
  assert.equal(one.account.generation, 2);
  assert.equal(other.access?.reveal(), one.access?.reveal());
  assert.equal(one.lease, undefined);
});

Deno.test("a process that is told nothing still sees before it sends that another has refreshed", async () => {
  const { a, b, memory } = await due(PUBLIC);
  memory.silent = true;
  await a.refresher.due();
  await b.refresher.due();
  assert.equal(sent(a).length, 1);
  assert.equal(loginOf(b).access?.reveal(), loginOf(a).access?.reveal());
});

Deno.test("a question that comes while another process refreshes waits for what that brings", async () => {
  const { a, b } = await due(PUBLIC);
  await a.clock.advance((loginOf(a).account.expiresAt ?? 0) - a.clock.now());
  const answer = a.twitch.hold("refresh");
  const work = a.refresher.one(loginOf(a), "job");
  await settled();
  const question = tokenFor(b.roster, b.refresher, loginOf(b));
  await settled();
  answer();
  await work;
  assert.equal((await question).reveal(), loginOf(a).access?.reveal());
  assert.equal(sent(a).length, 1);
});

Deno.test("a question that joins a job which finds another process at work waits for what that brings", async () => {
  const { a, b } = await due(PUBLIC);
  // The other has its turn, and nobody has been told of anything yet.
  const answer = a.twitch.hold("validate");
  const work = a.refresher.one(loginOf(a), "job");
  await settled();
  assert.equal(loginOf(b).open, undefined);
  const job = b.refresher.one(loginOf(b), "job");
  const question = tokenFor(b.roster, b.refresher, loginOf(b));
  await job;
  answer();
  await work;
  await b.clock.advance(SECOND);
  assert.equal((await question).reveal(), loginOf(a).access?.reveal());
  assert.equal(sent(a).length, 1);
});

Deno.test("a question that comes once another process has begun to refresh waits as well, and not for ever", async () => {
  const { a, b } = await due(PUBLIC);
  const answer = a.twitch.hold("refresh");
  const work = a.refresher.one(loginOf(a), "job");
  await settled();
  assert.ok(loginOf(b).open, "the journal entry has come");
  const old = loginOf(b).access?.reveal();
  const first = tokenFor(b.roster, b.refresher, loginOf(b));
  await b.clock.advance(6 * SECOND);
  assert.equal((await first).reveal(), old, "it lives still");
  const second = tokenFor(b.roster, b.refresher, loginOf(b));
  answer();
  await work;
  await settled();
  assert.equal((await second).reveal(), loginOf(a).access?.reveal());
  assert.notEqual((await second).reveal(), old);
});

Deno.test("a process that stood still past its lease sends nothing, and the other goes on", async () => {
  const { a, b, memory } = await due(PUBLIC);
  // The journal is written: from here on this process stands still.
  memory.store.after = (method) => {
    if (method === "beginRefresh") memory.lapse();
  };
  await a.refresher.one(loginOf(a), "job");
  memory.store.after = undefined;
  assert.equal(sent(a).length, 0, "the lease was lost before the request left");
  assert.equal((await memory.store.journal()).length, 1);
  await b.refresher.due();
  await b.clock.advance(40 * SECOND);
  await b.refresher.due();
  await settled();
  assert.equal(sent(a).length, 1);
  assert.equal((await memory.store.journal()).length, 0);
  assert.equal(loginOf(b).account.health.state, "connected");
});

Deno.test("a grant that comes to a process after its lease was lost is kept, served, and written later", async () => {
  const { a, b, memory } = await due(PUBLIC);
  const answer = a.twitch.hold("refresh", "answer");
  const work = a.refresher.one(loginOf(a), "job");
  await settled();
  memory.lapse();
  // The other takes over: the old token is dead, and nobody knows of an answer.
  await b.clock.advance(40 * SECOND);
  await b.refresher.due();
  answer();
  await work;
  await settled();
  const fresh = loginOf(a).access?.reveal();
  assert.notEqual(fresh, undefined);
  await a.clock.advance(21 * SECOND);
  await a.refresher.due();
  await settled();
  assert.deepEqual(sent(a).length, 1, "a spent token was not sent again");
  assert.equal((await stored(a, loginOf(a))).access.reveal(), fresh);
  assert.equal(loginOf(b).access?.reveal(), fresh);
  assert.equal(loginOf(b).account.health.state, "connected");
});

Deno.test("alone() is refused while another process is at work", async () => {
  const { a, b } = await due();
  const answer = a.twitch.hold("refresh");
  const work = a.refresher.one(loginOf(a), "job");
  await settled();
  await assert.rejects(b.refresher.alone(loginOf(b), () => Promise.resolve()), {
    code: "busy",
    message: /another instance is at work/,
  });
  answer();
  await work;
  await b.refresher.alone(loginOf(b), () => Promise.resolve());
});

Deno.test("while the database is away nothing is sent, tokens are served, and all goes on when it is back", async () => {
  const { a, memory } = await due();
  memory.away = true;
  const token = loginOf(a).access?.reveal();
  await a.refresher.due();
  assert.equal(sent(a).length, 0);
  assert.equal((await tokenFor(a.roster, a.refresher, loginOf(a))).reveal(), token);
  assert.deepEqual(a.log.events().filter((event) => event.startsWith("bug")), []);
  memory.away = false;
  await a.refresher.due();
  assert.equal(sent(a).length, 1);
});

Deno.test("a login is well whose refresh cannot begin because another process has changed the key", async () => {
  const { a, memory } = await due();
  memory.store.before = (method) => {
    if (method === "beginRefresh") throw new AppError("locked", "Cannot save it: the key was changed");
  };
  await a.refresher.due();
  assert.equal(sent(a).length, 0);
  assert.equal(loginOf(a).account.health.state, "connected");
});

Deno.test("a login that another process has removed during a refresh is made void", async () => {
  const { a, b } = await due();
  const answer = a.twitch.hold("refresh");
  const work = a.refresher.one(loginOf(a), "job");
  await settled();
  await b.roster.remove(loginOf(b));
  answer();
  await work;
  assert.equal(a.roster.all().length, 0);
  assert.equal(a.twitch.calls.at(-1)?.method, "revoke");
});

Deno.test("a sign-in at one process during a refresh at another is kept by both", async () => {
  const { a, b } = await due();
  const answer = a.twitch.hold("refresh");
  const work = a.refresher.one(loginOf(a), "job");
  await settled();
  const begun = await b.connector.begin(
    { scopes: ["chat:read"], label: "" },
    "http://localhost:8948/callback",
  );
  const code = b.twitch.approve(OWL, "app-1", ["chat:read"]);
  await b.connector.finish({ kind: "code", code, state: begun.state });
  answer();
  await work;
  await settled();
  assert.deepEqual(loginOf(a).account.scopes, ["chat:read"]);
  assert.equal(loginOf(a).access?.reveal(), loginOf(b).access?.reveal());
  assert.ok(a.clock.now() + HOUR < (loginOf(a).account.expiresAt ?? 0));
});

Deno.test("due() asks a database that is away for one login in each lane, not for all", async () => {
  const memory = new SharedMemory();
  const [made] = await worldsOn(memory, 1);
  assert.ok(made?.deps.shared);
  for (let at = 0; at < 40; at++) await signedIn(made, { twitchId: `${at}`, login: `user${at}` });
  const [login] = made.roster.all();
  assert.ok(login);
  await made.clock.advance(untilDue(made, login));
  let asked = 0;
  made.deps.shared.lease = () => {
    asked++;
    return Promise.reject(new AppError("store_away", "Cannot take a lease: the database cannot be reached"));
  };
  await made.refresher.due();
  assert.equal(asked, 8);
  await made.refresher.due();
  assert.equal(asked, 16, "the next round asks again");
});
