import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { send } from "../../src/core/refresh.ts";
import { digestOf, Secret } from "../../src/core/secret.ts";
import { CUT, tokens } from "../support/scripted_twitch.ts";
import { CONFIDENTIAL, later, PUBLIC, signedIn, stored, untilDue, world } from "../support/world.ts";

Deno.test("send() journals before it sends, stores before it shows, and asks once about the old token", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  login.validation = { at: made.clock.now(), answered: true };
  await made.refresher.due();

  assert.deepEqual(made.events, [
    ...["beginRefresh", "refresh refresh-1", "endRefresh", "shown access-2", "validate access-1", "learn"],
  ]);
});

Deno.test("send() of a public app asks /validate first, then journals, sends, stores and shows", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  await made.clock.advance(untilDue(made, login));
  login.validation = { at: made.clock.now(), answered: true };
  await made.refresher.due();

  assert.deepEqual(made.events, [
    ...["validate access-1", "beginRefresh", "refresh refresh-1", "endRefresh", "shown access-2"],
    ...["validate access-1", "learn"],
  ]);
});

Deno.test("send() writes the digest of what it sends and the time into the journal, and counts the send", async () => {
  const made = await world();
  const login = await signedIn(made);
  const release = made.twitch.hold("refresh");
  await made.clock.advance(untilDue(made, login));
  const work = made.refresher.one(login, "job");
  await made.clock.advance(0);

  const [entry, ...others] = await made.store.journal();
  assert.deepEqual(others, []);
  assert.deepEqual(entry, {
    account: login.account.key,
    generation: 1,
    digest: await digestOf(new Secret("refresh-1")),
    at: made.clock.now(),
  });
  assert.deepEqual((await made.store.account(login.account.key))?.sends, [made.clock.now()]);
  assert.equal(login.access?.reveal(), "access-1");
  release();
  await work;
  assert.deepEqual(await made.store.journal(), []);
});

Deno.test("send() stores the whole new grant, sealed under the next generation", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.life = () => 3 * HOUR;
  await later(made, untilDue(made, login));

  const now = made.clock.now();
  const kept = await stored(made, login);
  assert.deepEqual([kept.access.reveal(), kept.refresh.reveal()], ["access-2", "refresh-2"]);
  const row = await made.store.account(login.account.key);
  assert.deepEqual(row, login.account);
  assert.deepEqual([row?.generation, row?.issuedAt, row?.expiresAt, row?.lastRefresh], [
    2,
    now,
    now + 3 * HOUR,
    now,
  ]);
  assert.deepEqual([row?.health, row?.refusals, row?.sends], [{ state: "connected" }, undefined, []]);
  assert.equal(login.open, undefined);
});

Deno.test("send() sends the new refresh token the next time", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  for (let round = 0; round < 3; round++) await later(made, untilDue(made, login));
  assert.deepEqual(made.twitch.sent("refresh").map(({ token }) => token), [
    "refresh-1",
    "refresh-2",
    "refresh-3",
  ]);
});

Deno.test("send() keeps the old refresh token and scopes where the answer names none", async () => {
  const made = await world();
  const login = await signedIn(made);
  const before = login.account.scopes;
  made.twitch.next("refresh", {
    kind: "refreshed",
    tokens: tokens({ access: new Secret("access-x"), expiresIn: HOUR }),
  });
  await later(made, untilDue(made, login));

  const kept = await stored(made, login);
  assert.deepEqual([kept.access.reveal(), kept.refresh.reveal()], ["access-x", "refresh-1"]);
  assert.deepEqual([kept.scopes, login.account.scopes], [before, before]);
  assert.equal(login.account.health.state, "connected");
  assert.equal(made.roster.factsOf("app-1").rotates, false);
});

Deno.test("send() asks /validate how long a token lives if the answer does not say", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.next("refresh", (act) => {
    const outcome = act();
    if (outcome.kind !== "refreshed") return outcome;
    return { ...outcome, tokens: { ...outcome.tokens, expiresIn: undefined } };
  });
  await made.clock.advance(untilDue(made, login));
  login.validation = { at: made.clock.now(), answered: true };
  await made.refresher.due();
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(login.account.expiresAt, made.clock.now() + 4 * HOUR);
  assert.equal((await made.store.account(login.account.key))?.expiresAt, made.clock.now() + 4 * HOUR);
});

Deno.test("send() stores the refresh token out of a torn body and uses it within seconds", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.next("refresh", (act) => {
    const outcome = act();
    if (outcome.kind !== "refreshed") return outcome;
    return { kind: "refreshed", tokens: tokens({ refresh: outcome.tokens.refresh, whole: false }) };
  });
  await later(made, untilDue(made, login));
  assert.equal((await stored(made, login)).refresh.reveal(), "refresh-2");
  assert.equal(login.account.health.state, "retrying");
  assert.deepEqual(await made.store.journal(), []);

  await later(made, 10 * SECOND);
  assert.deepEqual(made.twitch.sent("refresh").map(({ token }) => token), ["refresh-1", "refresh-2"]);
  assert.equal(login.account.health.state, "connected");
  assert.equal(login.access?.reveal(), "access-3");
});

Deno.test("send() serves the access token out of a torn body and asks a single-use app's user to sign in", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  made.twitch.next("refresh", (act) => {
    const outcome = act();
    if (outcome.kind !== "refreshed") return outcome;
    return { kind: "refreshed", tokens: { ...outcome.tokens, refresh: undefined, whole: false } };
  });
  await later(made, untilDue(made, login));
  assert.equal(login.access?.reveal(), "access-2");
  assert.deepEqual(login.account.health, {
    state: "needs_login",
    since: made.clock.now(),
    reason: "answer_lost",
  });
  for (let hours = 0; hours < 30; hours++) await later(made, HOUR);
  assert.equal(made.twitch.sent("refresh").length, 1);
});

Deno.test("send() goes on with the old refresh token after a torn body of an app that does not rotate", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.next("refresh", (act) => {
    const outcome = act();
    if (outcome.kind !== "refreshed") return outcome;
    return { kind: "refreshed", tokens: { ...outcome.tokens, refresh: undefined, whole: false } };
  });
  await later(made, untilDue(made, login));
  assert.equal(login.account.health.state, "connected");
  await later(made, untilDue(made, login));
  assert.deepEqual(made.twitch.sent("refresh").map(({ token }) => token), ["refresh-1", "refresh-1"]);
  assert.equal(login.access?.reveal(), "access-3");
});

Deno.test("send() learns that an app with a secret rotates, and treats it so from then on", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.rotates = true;
  await later(made, untilDue(made, login));
  assert.equal((await made.store.facts("app-1")).rotates, true);

  made.twitch.next("refresh", CUT);
  await later(made, untilDue(made, login));
  assert.equal(made.events.filter((event) => event.startsWith("refresh")).at(-1), "refresh refresh-2");
  assert.notEqual(login.open, undefined);
  await later(made, 10 * SECOND);
  assert.equal(made.twitch.sent("refresh").length, 2);
});

Deno.test("send() puts what it has learned of the app into the commit of the new grant", async () => {
  const made = await world();
  const login = await signedIn(made);
  made.twitch.rotates = true;
  const known: boolean[] = [];
  made.store.after = async (method) => {
    if (method === "endRefresh") known.push((await made.store.facts("app-1")).rotates);
  };
  await later(made, untilDue(made, login));
  assert.deepEqual(known, [true]);
});

for (const survives of [true, false]) {
  Deno.test(`send() asks about the old access token ${survives ? "once" : "each time"} where it ${survives ? "survives" : "dies"}`, async () => {
    const made = await world();
    const login = await signedIn(made);
    made.twitch.oldTokensDie = !survives;
    const asked: number[] = [];
    for (let refreshes = 0; refreshes < 3; refreshes++) {
      const before = made.twitch.sent("validate").length;
      await send(made.roster, login, made.clock.now());
      asked.push(made.twitch.sent("validate").length - before);
    }
    assert.deepEqual(asked, survives ? [1, 0, 0] : [1, 1, 1]);
  });
}

for (const survives of [true, false]) {
  Deno.test(`send() learns that the old access token ${survives ? "survives" : "dies"}`, async () => {
    const made = await world();
    const login = await signedIn(made);
    made.twitch.oldTokensDie = !survives;
    await later(made, untilDue(made, login));
    const { oldAccess } = await made.store.facts("app-1");
    assert.equal(oldAccess, survives ? "survives" : "dies");
  });
}

Deno.test("send() learns nothing about old tokens from one that was dead before", async () => {
  const made = await world();
  const login = await signedIn(made);
  await made.twitch.revoke(CONFIDENTIAL, new Secret("access-1"));
  await later(made, HOUR);
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(made.roster.factsOf("app-1").oldAccess, undefined);
});

Deno.test("send() learns nothing about old tokens from one that is past its expiry", async () => {
  const made = await world();
  const login = await signedIn(made);
  await later(made, 4 * HOUR + MINUTE);
  assert.equal(login.access?.reveal(), "access-2");
  assert.equal(made.roster.factsOf("app-1").oldAccess, undefined);
});
