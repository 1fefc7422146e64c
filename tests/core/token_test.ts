import assert from "node:assert/strict";
import { type Duration, HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import type { Login } from "../../src/core/login.ts";
import { tokenAtHand, tokenFor } from "../../src/core/token.ts";
import { AWAY, CUT, DOWN, unavailable } from "../support/scripted_twitch.ts";
import { later, OWL, PUBLIC, restarted, signedIn, untilDue, type World, world } from "../support/world.ts";

/** A question, and how it has ended so far. */
function ask(made: World, login: Login): { token?: string; code?: string; at?: number; done: Promise<void> } {
  const asked: ReturnType<typeof ask> = { done: Promise.resolve() };
  asked.done = tokenFor(made.roster, made.refresher, login).then(
    (token) => Object.assign(asked, { token: token.reveal(), at: made.clock.now() }),
    (error) => {
      assert.ok(error instanceof AppError);
      Object.assign(asked, { code: error.code, at: made.clock.now() });
    },
  ).then(() => {});
  return asked;
}

/** Seconds that a question takes. */
async function heldFor(made: World, login: Login): Promise<[string | undefined, Duration]> {
  const start = made.clock.now();
  const asked = ask(made, login);
  await made.clock.advance(10 * SECOND);
  await asked.done;
  return [asked.token ?? asked.code, ((asked.at ?? 0) - start) / SECOND];
}

Deno.test("tokenAtHand() answers a good token without disk, network or cipher", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.vault.locked = "not even a key";
  made.store.failWrites = true;
  await made.clock.advance(3 * HOUR);
  assert.equal(tokenAtHand(login, made.clock.now())?.reveal(), "access-1");
  assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-1");
  assert.deepEqual(made.events, []);
  assert.equal(login.askedAt, made.clock.now());
});

Deno.test("tokenAtHand() answers nothing once a question has to look closer", async () => {
  const made = await world();
  const login = await signedIn(made);
  const end = login.account.expiresAt ?? 0;
  assert.notEqual(tokenAtHand(login, end - 20 * MINUTE - 1), undefined);
  assert.equal(tokenAtHand(login, end - 20 * MINUTE), undefined);
});

Deno.test("tokenAtHand() answers a token without expiry at any time, once /validate has called it good", async () => {
  const made = await world();
  made.twitch.life = () => Number.POSITIVE_INFINITY;
  const login = await signedIn(made);
  login.validation = undefined;
  made.roster.touch(login);
  assert.equal(tokenAtHand(login, made.clock.now()), undefined);
  await made.refresher.one(login, "question");
  assert.equal(tokenAtHand(login, made.clock.now() + 1000 * HOUR)?.reveal(), "access-1");
});

Deno.test("tokenFor() starts the refresh near the end and answers the new token", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR - 19 * MINUTE);
  assert.deepEqual(await heldFor(made, login), ["access-2", 0]);
});

Deno.test("tokenFor() answers the old token after 6 s if the refresh takes longer", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR - 19 * MINUTE);
  const release = made.twitch.hold("refresh");
  assert.deepEqual(await heldFor(made, login), ["access-1", 6]);
  release();
  await made.refresher.one(login, "job");
});

Deno.test("tokenFor() answers the new token as soon as it is stored, not when the old one has been looked at", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR - 19 * MINUTE);
  login.validation = { at: made.clock.now(), answered: true };
  made.twitch.hold("validate")();
  const release = made.twitch.hold("validate");
  const asked = ask(made, login);
  await made.clock.advance(0);
  assert.equal(made.twitch.sent("validate").length, 2);
  assert.deepEqual([asked.token, asked.at], ["access-2", made.clock.now()]);
  release();
  await asked.done;
});

Deno.test("tokenFor() answers the old token at once while it lives and the refresh fails", async () => {
  for (const outcome of [AWAY, CUT, DOWN]) {
    const made = await world();
    const login = await signedIn(made);
    await made.clock.advance(4 * HOUR - 19 * MINUTE);
    made.twitch.away = outcome;
    assert.deepEqual(await heldFor(made, login), ["access-1", 0]);
    await made.clock.advance(4 * HOUR - SECOND - (made.clock.now() - login.account.issuedAt));
    assert.deepEqual(
      await tokenFor(made.roster, made.refresher, login).then((token) => token.reveal()),
      "access-1",
    );
  }
});

Deno.test("tokenFor() is held 6 s without a token and then says that none can be had", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.away = AWAY;
  await made.clock.advance(4 * HOUR);
  assert.deepEqual(await heldFor(made, login), ["unavailable", 6]);
});

Deno.test("tokenFor() answers within the hold if Twitch comes back", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR);
  made.random = 0;
  made.twitch.next("refresh", AWAY);
  assert.deepEqual(await heldFor(made, login), ["access-2", 2]);
});

Deno.test("tokenFor() never answers a token that Twitch has called dead", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(HOUR);
  made.twitch.disconnect(OWL);
  made.twitch.next("refresh", AWAY);
  made.random = 0;
  await made.refresher.due();
  assert.deepEqual(await heldFor(made, login), ["needs_login", 2]);
});

Deno.test("tokenFor() says at once that a login has ended", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  made.twitch.disconnect(OWL);
  await made.refresher.due();
  assert.deepEqual(await heldFor(made, login), ["needs_login", 0]);
});

Deno.test("tokenFor() says so as soon as a login ends while the question is held", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(HOUR);
  made.twitch.disconnect(OWL);
  login.access = undefined;
  login.accessDead = true;
  made.roster.touch(login);
  assert.deepEqual(await heldFor(made, login), ["needs_login", 0]);
});

Deno.test("tokenFor() serves the last token of a login that has ended for as long as it lives", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.next("refresh", (act) => {
    const outcome = act();
    if (outcome.kind !== "refreshed") return outcome;
    return { kind: "refreshed", tokens: { ...outcome.tokens, refresh: undefined, whole: false } };
  });
  await later(made, untilDue(made, login));
  assert.equal(login.account.health.state, "needs_login");
  await made.clock.advance(4 * HOUR - SECOND);
  assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-2");
  await made.clock.advance(SECOND);
  assert.deepEqual(await heldFor(made, login), ["needs_login", 0]);
});

Deno.test("tokenFor() says at once that the key is missing", async () => {
  const before = await world();
  await signedIn(before);
  before.vault.locked = "The key file is missing";
  const made = await restarted(before);
  const [login] = made.roster.all();
  assert.deepEqual(await heldFor(made, login ?? assert.fail()), ["locked", 0]);
});

Deno.test("tokenFor() shortens no wait, however often it is asked", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR - 19 * MINUTE);
  made.twitch.next("refresh", unavailable({ reason: "rate_limited", spent: "no", retryAfter: 10 * MINUTE }));
  for (let minute = 0; minute < 10; minute++) {
    await tokenFor(made.roster, made.refresher, login);
    await made.clock.advance(MINUTE);
  }
  assert.equal(made.twitch.sent("refresh").length, 1);
  await tokenFor(made.roster, made.refresher, login);
  assert.equal(made.twitch.sent("refresh").length, 2);
});

Deno.test("tokenFor() refreshes where old tokens die: the question below two hours brings the new token", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  await later(made, 117 * MINUTE);
  assert.equal((await tokenFor(made.roster, made.refresher, login)).reveal(), "access-1");
  await later(made, 2 * MINUTE);
  assert.equal(login.account.generation, 1, "the background job leaves it to the question");
  assert.deepEqual(await heldFor(made, login), ["access-2", 0]);
});

Deno.test("tokenFor() lets 200 questions at once wait for one refresh", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(4 * HOUR);
  const asked = Array.from({ length: 200 }, () => ask(made, login));
  await Promise.all(asked.map(({ done }) => done));
  assert.ok(asked.every(({ token }) => token === "access-2"));
  assert.equal(made.twitch.sent("refresh").length, 1);
});

Deno.test("tokenFor() leaves no timer and no watcher behind", async () => {
  const made = await world();
  const login = await signedIn(made);
  const watchers = login.watchers.size;
  await made.clock.advance(4 * HOUR);
  for (let round = 0; round < 5; round++) await heldFor(made, login);
  await made.clock.advance(4 * HOUR);
  await tokenFor(made.roster, made.refresher, login);
  await made.clock.advance(0);
  assert.equal(login.watchers.size, watchers);
  assert.equal(made.clock.sleeping, 0);
});
