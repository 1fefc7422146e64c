import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import type { TwitchApp } from "../../src/core/app.ts";
import type { Begun } from "../../src/core/connect.ts";
import type { AppError } from "../../src/core/error.ts";
import { OtherUser } from "../../src/core/held_sign_ins.ts";
import type { Returned } from "../../src/core/paste.ts";
import { randomSecret, Secret } from "../../src/core/secret.ts";
import { AWAY, BAD_APP, DOWN, REFUSED } from "../support/scripted_twitch.ts";
import { OWL, PUBLIC, SCOPES, signedIn, type World, world, WREN } from "../support/world.ts";

const REDIRECT = "http://localhost:8948/callback";
const WISH = { scopes: SCOPES, label: "" };

function begin(made: World, wish = WISH): Promise<Begun> {
  return made.connector.begin(wish, REDIRECT);
}

function code(made: World, state: Secret | undefined, person = OWL, scopes = SCOPES): Returned {
  return { kind: "code", code: made.twitch.approve(person, "app-1", scopes), state };
}

function failed(state: Secret, error: string): Returned {
  return { kind: "error", error, state };
}

/** Code and message of what is thrown; the hint must be there. */
async function refusal(work: Promise<unknown>): Promise<[string, string]> {
  const error = await work.then(() => assert.fail("nothing was thrown"), (thrown: AppError) => thrown);
  assert.equal(error.name, "AppError", String(error));
  assert.match(error.message, /^Cannot [^:]+: .*[^.]$/);
  return [error.code, `${error.message} ${error.hint}`];
}

Deno.test("begin() answers an address with app, scopes, redirect and a state of 256 bits", async () => {
  const made = await world();
  const begun = await begin(made);
  const query = new URL(begun.authorizeUrl).searchParams;
  assert.deepEqual(
    [query.get("client_id"), query.get("scope"), query.get("redirect_uri"), query.get("state")],
    ["app-1", SCOPES.join(" "), REDIRECT, begun.state.reveal()],
  );
  assert.match(begun.state.reveal(), /^[\w-]{43}$/);
  assert.notEqual((await begin(made)).state.reveal(), begun.state.reveal());
});

Deno.test("finish() connects the account of whoever approved", async () => {
  const made = await world();
  const begun = await made.connector.begin({ scopes: SCOPES, label: "main" }, REDIRECT);
  const { login, id, known, missing, onDisk } = await made.connector.finish(code(made, begun.state));
  assert.deepEqual([known, missing, onDisk], [false, [], true]);
  assert.equal(made.roster.byId(id.reveal()), login);
  const { account } = login;
  assert.deepEqual([account.login, account.twitchId, account.label], [OWL.login, OWL.twitchId, "main"]);
  assert.deepEqual(await made.store.account(account.key), account);
  assert.equal(made.twitch.sent("exchangeCode")[0]?.clientId, "app-1");
});

Deno.test("finish() takes a bare code with the state of its attempt", async () => {
  const made = await world();
  const begun = await begin(made);
  const { login } = await made.connector.finish(code(made, undefined), begun.state);
  assert.equal(login.account.login, OWL.login);
});

Deno.test("finish() takes a whole address with the state of its attempt, but not that of another", async () => {
  const made = await world();
  const [one, two] = [await begin(made), await begin(made)];
  const [crossed] = await refusal(made.connector.finish(code(made, one.state), two.state));
  assert.equal(crossed, "stale_attempt");
  assert.equal(made.twitch.sent("exchangeCode").length, 0);
  await made.connector.finish(code(made, one.state), one.state);
});

Deno.test("finish() takes a state once", async () => {
  const made = await world();
  const begun = await begin(made);
  await made.connector.finish(code(made, begun.state));
  const [again] = await refusal(made.connector.finish(code(made, begun.state)));
  assert.equal(again, "stale_attempt");
  assert.equal(made.twitch.sent("exchangeCode").length, 1);
});

Deno.test("finish() takes a state once, also from two at the same moment", async () => {
  for (const named of [true, false]) {
    const made = await world();
    const begun = await begin(made);
    const finish = () => made.connector.finish(code(made, begun.state), named ? begun.state : undefined);
    const results = await Promise.allSettled([finish(), finish()]);
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    assert.equal(made.twitch.sent("exchangeCode").length, 1);
  }
});

Deno.test("finish() takes a redirect for ten minutes, and what is pasted for 24 hours", async () => {
  const made = await world();
  const [one, two] = [await begin(made), await begin(made)];
  await made.clock.advance(10 * MINUTE - 1);
  await made.connector.finish(code(made, one.state));
  await made.clock.advance(1);
  const [late] = await refusal(made.connector.finish(code(made, two.state, WREN)));
  assert.equal(late, "stale_attempt");
  const three = await begin(made);
  await made.clock.advance(24 * HOUR - 10 * MINUTE - 1);
  await made.connector.finish(code(made, two.state, WREN), two.state);
  await made.clock.advance(10 * MINUTE + 1);
  assert.equal(
    (await refusal(made.connector.finish(code(made, three.state), three.state)))[0],
    "stale_attempt",
  );
});

Deno.test("finish() takes another code for the same state until one has connected", async () => {
  const made = await world();
  const begun = await begin(made);
  made.twitch.next("exchangeCode", REFUSED, DOWN);
  for (const expected of ["refused", "unavailable"]) {
    assert.equal((await refusal(made.connector.finish(code(made, begun.state), begun.state)))[0], expected);
  }
  await made.connector.finish(code(made, begun.state), begun.state);
  assert.equal(
    (await refusal(made.connector.finish(code(made, begun.state), begun.state)))[0],
    "stale_attempt",
  );
});

Deno.test("finish() leaves the attempt open for the expected user when another came", async () => {
  const made = await world();
  const login = await signedIn(made);
  const wish = { ...WISH, expected: OWL.twitchId };
  const begun = await made.connector.begin(wish, REDIRECT);
  const error = await made.connector.finish(code(made, begun.state, WREN)).catch((thrown) => thrown);
  assert.ok(error instanceof OtherUser);
  assert.equal(error.held.attempt?.reveal(), begun.ref.reveal());
  const connected = await made.connector.finish(code(made, begun.state));
  assert.equal(connected.login, login);
  await made.connector.close();
});

Deno.test("finish() uses the app's newest secret", async () => {
  const made = await world();
  const begun = await begin(made);
  const newest = { clientId: "app-1", clientSecret: new Secret("another") };
  await made.roster.useApp(newest);
  let used: TwitchApp | undefined;
  const { exchangeCode } = made.twitch;
  made.twitch.exchangeCode = (app, ...rest) => {
    used = app;
    return exchangeCode.call(made.twitch, app, ...rest);
  };
  await made.connector.finish(code(made, begun.state));
  assert.equal(used, newest);
});

Deno.test("arrival() tells the browser that began from every other one, and takes nothing", async () => {
  const made = await world();
  const begun = await begin(made);
  const { connector } = made;
  assert.equal((await connector.arrival(begun.state, begun.cookie))?.here, true);
  for (const cookie of [undefined, randomSecret(), begun.state, new Secret("")]) {
    assert.equal((await connector.arrival(begun.state, cookie))?.here, false);
  }
  assert.equal(await connector.arrival(randomSecret(), begun.cookie), undefined);
  assert.equal(await connector.arrival(undefined, begun.cookie), undefined);
  await made.clock.advance(10 * MINUTE);
  assert.equal((await connector.arrival(begun.state, begun.cookie))?.here, false);
  await connector.finish(code(made, begun.state), begun.state);
  assert.equal(await connector.arrival(begun.state, begun.cookie), undefined);
});

Deno.test("arrival() knows no state that is a day old", async () => {
  const made = await world();
  const begun = await begin(made);
  await made.clock.advance(24 * HOUR);
  assert.equal(await made.connector.arrival(begun.state, begun.cookie), undefined);
});

Deno.test("open() lists what has connected nobody, newest first; cancel() takes one out", async () => {
  const made = await world();
  const { connector } = made;
  const one = await connector.begin({ ...WISH, sentTo: "Anna" }, REDIRECT);
  const two = await begin(made);
  const three = await begin(made);
  await connector.finish(code(made, two.state));
  assert.deepEqual(connector.open().map(({ ref }) => ref), [three.ref, one.ref]);
  assert.equal(connector.open()[1]?.wish.sentTo, "Anna");
  await connector.cancel(three.ref);
  assert.deepEqual(connector.open().map(({ ref }) => ref), [one.ref]);
  const late = connector.finish(code(made, three.state), three.state);
  assert.equal((await refusal(late))[0], "stale_attempt");
});

Deno.test("finish() refuses a state that is not ours, and none at all, before Twitch is asked", async () => {
  const made = await world();
  await begin(made);
  for (const state of [randomSecret(), new Secret(""), undefined]) {
    const [stale, text] = await refusal(made.connector.finish(code(made, state)));
    assert.equal(stale, "stale_attempt");
    assert.match(text, /begin the sign-in again/);
  }
  assert.equal(made.twitch.sent("exchangeCode").length, 0);
});

Deno.test("begin() keeps the newest fifty attempts", async () => {
  const made = await world();
  const attempts: Begun[] = [];
  for (let count = 0; count < 51; count++) attempts.push(await begin(made));
  const [first, second] = attempts;
  assert.equal((await refusal(made.connector.finish(code(made, first?.state))))[0], "stale_attempt");
  await made.connector.finish(code(made, second?.state));
});

const words: readonly (readonly [string, string, RegExp])[] = [
  ["access_denied", "refused", /cancelled on Twitch's page/],
  ["redirect_mismatch", "app_refused", /Enter exactly http:\/\/localhost:8948\/callback/],
  ["server_error<script>", "refused", /ended with an error/],
];
for (const [error, expected, text] of words) {
  Deno.test(`finish() explains ${error} and does not repeat the word`, async () => {
    const made = await world();
    const begun = await begin(made);
    const [found, message] = await refusal(made.connector.finish(failed(begun.state, error)));
    assert.equal(found, expected);
    assert.match(message, text);
    assert.doesNotMatch(message, new RegExp(error));
    const { login } = await made.connector.finish(code(made, begun.state));
    assert.equal(login.account.login, OWL.login);
  });
}

const outcomes = [
  ["a code that Twitch does not accept", REFUSED, "refused"],
  ["a wrong client secret", BAD_APP, "app_refused"],
  ["Twitch's absence", AWAY, "unavailable"],
  ["a 5xx", DOWN, "unavailable"],
] as const;
for (const [name, outcome, expected] of outcomes) {
  Deno.test(`finish() explains ${name} and leaves the login that was there alone`, async () => {
    const made = await world();
    const login = await signedIn(made);
    const before = login.account;
    const begun = await begin(made);
    made.twitch.next("exchangeCode", outcome);
    assert.equal((await refusal(made.connector.finish(code(made, begun.state))))[0], expected);
    assert.equal(login.account, before);
    assert.equal(login.access?.reveal(), "access-1");
  });
}

Deno.test("begin() and beginDevice() need an app, a scope and a runtime that is safe for the app", async () => {
  const made = await world();
  const ways = [begin, (there: World, wish = WISH) => there.connector.beginDevice(wish)];
  for (const way of ways) {
    assert.equal((await refusal(way(made, { scopes: [], label: "" })))[0], "usage");
    await made.roster.useApp(undefined);
    assert.equal((await refusal(way(made)))[0], "no_app");
    await made.roster.useApp({ clientId: "app-3", clientSecret: new Secret("secret") });
    await made.roster.learn("app-3", { rotates: true });
    made.twitch.sendsOnce = false;
    assert.equal((await refusal(way(made)))[0], "unsafe_runtime");
    made.twitch.sendsOnce = true;
    await way(made);
    await made.roster.useApp({ clientId: "app-1", clientSecret: new Secret("secret") });
  }
  made.connector.close();
});

Deno.test("begin() on an unsafe runtime is allowed for an app whose tokens can be used again", async () => {
  const made = await world();
  made.twitch.sendsOnce = false;
  await begin(made);
});

Deno.test("begin() refuses a public app and points to the device code", async () => {
  const made = await world(PUBLIC);
  const [refused, text] = await refusal(begin(made));
  assert.equal(refused, "app_refused");
  assert.match(text, /device code/);
});
