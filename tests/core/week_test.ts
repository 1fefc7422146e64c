import assert from "node:assert/strict";
import { type Duration, HOUR, MINUTE, SECOND, type Time } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import { tokenFor } from "../../src/core/token.ts";
import { AWAY, DOWN, PORTAL } from "../support/scripted_twitch.ts";
import { PUBLIC, restarted, signedIn, type World, world } from "../support/world.ts";

/** The same numbers in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What Companion was answered. */
interface Answer {
  readonly at: Time;
  readonly token: string | undefined;
  readonly code: string | undefined;
}

/** A minute in the life of the program; each 15th Companion asks, in the middle of it. */
async function minute(made: World, login: Login, count: number): Promise<Answer | undefined> {
  await made.clock.advance(30 * SECOND);
  let answer: Promise<Answer> | undefined;
  if (count % 15 === 0) {
    const at = made.clock.now();
    answer = tokenFor(made.roster, made.refresher, login).then(
      (token) => ({ at, token: token.reveal(), code: undefined }),
      (error) => ({ at, token: undefined, code: error.code }),
    );
  }
  await made.clock.advance(30 * SECOND);
  await made.refresher.due();
  return await answer;
}

async function weekOf(app = undefined as typeof PUBLIC | undefined): Promise<World> {
  const made = await world(app);
  const random = numbers(7);
  made.twitch.life = () => (13_000 + Math.floor(2600 * random())) * SECOND;
  return made;
}

/** What is left of the life of a token, by the fake's own account of it. */
function leftOf(login: Login, now: Time): Duration {
  return (login.account.expiresAt ?? 0) - now;
}

Deno.test("in a week every token served has two hours left or half its life, with few refreshes and few live tokens", async () => {
  const made = await weekOf();
  const login = await signedIn(made);
  let served = 0;
  for (let count = 1; count <= 7 * 24 * 60; count++) {
    const answer = await minute(made, login, count);
    assert.ok(made.twitch.liveTokens <= 3);
    if (answer === undefined) continue;
    served++;
    assert.ok(answer.token !== undefined && made.twitch.accepts(answer.token));
    const life = (login.account.expiresAt ?? 0) - login.account.issuedAt;
    assert.ok(leftOf(login, answer.at) >= Math.min(2 * HOUR, life / 2));
  }
  assert.equal(served, 7 * 24 * 4);
  const refreshes = made.twitch.sent("refresh").length;
  // A life of about 14 300 s is renewed after half of it less two minutes.
  assert.ok(refreshes >= 80 && refreshes <= 100, `${refreshes} refreshes`);
  assert.deepEqual([...made.log.events("warn"), ...made.log.events("error")], []);
});

Deno.test("in a week of a public app every token served lives, and Companion has a token that lives at all times", async () => {
  const made = await weekOf(PUBLIC);
  const login = await signedIn(made);
  let companion = "access-1";
  let gaps = 0;
  for (let count = 1; count <= 7 * 24 * 60; count++) {
    const answer = await minute(made, login, count);
    if (answer !== undefined) {
      assert.ok(answer.token !== undefined && made.twitch.accepts(answer.token));
      companion = answer.token;
    }
    if (!made.twitch.accepts(companion)) gaps++;
  }
  assert.equal(gaps, 0, "refreshes are aligned to the questions");
  const refreshes = made.twitch.sent("refresh").map(({ token }) => token);
  assert.equal(new Set(refreshes).size, refreshes.length, "no single-use token is sent twice");
  assert.ok(refreshes.length >= 70 && refreshes.length <= 100, `${refreshes.length} refreshes`);
  assert.deepEqual([...made.log.events("warn"), ...made.log.events("error")], []);
});

Deno.test("in a week with a restart each half hour nothing is lost and hardly more is sent", async () => {
  let made = await weekOf();
  let login = await signedIn(made);
  for (let count = 1; count <= 7 * 24 * 60; count++) {
    const answer = await minute(made, login, count);
    if (answer !== undefined) assert.ok(answer.token !== undefined && made.twitch.accepts(answer.token));
    if (count % 30 !== 0) continue;
    made = await restarted(made);
    login = made.roster.all()[0] ?? assert.fail();
    await made.refresher.due();
  }
  const refreshes = made.twitch.sent("refresh").length;
  assert.ok(refreshes >= 80 && refreshes <= 100, `${refreshes} refreshes`);
});

for (
  const [name, silence] of [["unreachable", AWAY], ["down", DOWN], [
    "behind a captive portal",
    PORTAL,
  ]] as const
) {
  for (const app of [undefined, PUBLIC]) {
    const kind = app === undefined ? "confidential" : "public";
    Deno.test(`with Twitch ${name} for a life and twelve hours a ${kind} app's login comes back within a minute of its return`, async () => {
      const made = await weekOf(app);
      const login = await signedIn(made);
      for (let count = 1; count <= 60; count++) await minute(made, login, count);
      const end = login.account.expiresAt ?? 0;
      made.twitch.away = silence;
      const back = end + 12 * HOUR;
      for (let count = 1; made.clock.now() < back; count++) {
        const answer = await minute(made, login, count);
        if (answer === undefined) continue;
        if (answer.at < end) {
          assert.equal(answer.token, login.access?.reveal(), "no error while the token lives");
        } else assert.equal(answer.code, "unavailable");
      }
      assert.equal(login.account.health.state, "retrying");
      made.twitch.away = undefined;
      await made.clock.advance(30 * SECOND);
      await made.refresher.due();
      await made.clock.advance(30 * SECOND);
      await made.refresher.due();
      assert.equal(login.account.health.state, "connected");
      assert.ok(made.twitch.accepts(login.access?.reveal() ?? ""));
      const sent = made.twitch.sent("refresh").length;
      assert.ok(app === undefined ? sent <= 1100 : sent <= 2, `${sent} sends`);
      assert.ok(leftOf(login, made.clock.now()) > 3 * HOUR - MINUTE);
    });
  }
}
