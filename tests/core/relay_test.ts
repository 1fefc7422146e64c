import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import type { Unavailable } from "../../src/core/ports.ts";
import { press } from "../../src/core/press.ts";
import { failedPress, notePress, Relay } from "../../src/core/relay.ts";
import type { Asked } from "../../src/core/relay_request.ts";
import type { ShortForm } from "../../src/core/short_form.ts";
import { SHORT_FORMS } from "../../src/core/short_forms.ts";
import { helixAnswer, helixError, ScriptedHelix } from "../support/scripted_helix.ts";
import { AWAY, CUT, DOWN, INVALID, REFUSED, TIMEOUT } from "../support/scripted_twitch.ts";
import { CONFIDENTIAL, PUBLIC, signedIn, type World, world } from "../support/world.ts";

const AD: Asked = {
  method: "POST",
  path: "channels/commercial",
  query: "",
  body: { type: "application/json", text: '{"broadcaster_id":"{me}","length":60}' },
};
const USERS: Asked = { method: "GET", path: "users", query: "id={me}", body: undefined };

interface Stage {
  readonly world: World;
  readonly login: Login;
  readonly helix: ScriptedHelix;
  readonly relay: Relay;
}

async function stage(app = CONFIDENTIAL): Promise<Stage> {
  const made = await world(app);
  const login = await signedIn(made);
  const helix = new ScriptedHelix(made.twitch);
  return { world: made, login, helix, relay: new Relay(made.roster, made.refresher, helix) };
}

function form(name: string): ShortForm {
  const found = SHORT_FORMS.get(name);
  assert.ok(found, name);
  return found;
}

/** The token that the login has dies at Twitch, and nobody here knows it yet. */
async function kill({ world, login }: Stage): Promise<void> {
  if (login.access === undefined) throw new Error("no token");
  await world.twitch.revoke(CONFIDENTIAL, login.access);
  world.twitch.calls.length = 0;
}

Deno.test("Relay.pass() sends the request with the account's token and app", async () => {
  const { login, helix, relay } = await stage();
  helix.answer = () => helixAnswer(200, { data: [1] }, { "ratelimit-remaining": "799" });
  const answer = await relay.pass(login, AD);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["ratelimit-remaining"], "799");
  assert.deepEqual(
    helix.calls.map(({ access, clientId, path, body }) => [access, clientId, path, body?.text]),
    [
      [login.access?.reveal(), "app-1", "channels/commercial", '{"broadcaster_id":"12345","length":60}'],
    ],
  );
});

for (const [kind, app] of [["confidential", CONFIDENTIAL], ["public", PUBLIC]] as const) {
  Deno.test(`Relay.pass() refreshes once for a token that died, and sends again (${kind} app)`, async () => {
    const set = await stage(app);
    const { world, login, helix, relay } = set;
    const before = login.access?.reveal();
    await kill(set);
    assert.equal((await relay.pass(login, AD)).status, 200);
    assert.deepEqual(helix.calls.map(({ access }) => access), [before, login.access?.reveal()]);
    assert.equal(world.twitch.sent("refresh").length, 1);
  });

  Deno.test(`Relay.pass() asks and refreshes once for twenty presses at once (${kind} app)`, async () => {
    const set = await stage(app);
    const { world, login, helix, relay } = set;
    await kill(set);
    const answers = await Promise.all(Array.from({ length: 20 }, () => relay.pass(login, AD)));
    assert.deepEqual(answers.map(({ status }) => status), Array.from({ length: 20 }, () => 200));
    assert.equal(world.twitch.sent("refresh").length, 1);
    // A public app's refresh asks once more before it spends its token.
    assert.equal(world.twitch.sent("validate").length, kind === "public" ? 2 : 1);
    assert.equal(helix.calls.length, 40);
    assert.equal((await relay.pass(login, AD)).status, 200);
    assert.equal(helix.calls.length, 41);
  });
}

Deno.test("Relay.pass() passes a 401 on that is not the token's fault, and sends once", async () => {
  const { world, login, helix, relay } = await stage();
  helix.answer = () => helixError(401, "Missing scope: clips:edit");
  assert.equal((await relay.pass(login, AD)).status, 401);
  assert.equal(helix.calls.length, 1);
  assert.equal(world.twitch.sent("validate").length, 1);
  assert.equal(world.twitch.sent("refresh").length, 0);
});

Deno.test("Relay.pass() passes a 401 on when nobody can say whether the token lives", async () => {
  const set = await stage();
  await kill(set);
  set.world.twitch.next("validate", DOWN);
  assert.equal((await set.relay.pass(set.login, AD)).status, 401);
  assert.equal(set.helix.calls.length, 1);
  assert.equal(set.world.twitch.sent("refresh").length, 0);
});

Deno.test("Relay.pass() says that a login has ended", async () => {
  const set = await stage();
  await kill(set);
  set.world.twitch.next("refresh", REFUSED);
  set.world.twitch.next("validate", INVALID, INVALID);
  await assert.rejects(set.relay.pass(set.login, AD), { code: "needs_login" });
  assert.equal(set.helix.calls.length, 1);
});

Deno.test("Relay.pass() never sends again what was cut, late or answered with an error", async () => {
  const { login, helix, relay } = await stage();
  const unavailable: readonly Unavailable[] = [CUT, TIMEOUT, DOWN, AWAY];
  for (const outcome of unavailable) {
    helix.answer = () => outcome;
    await assert.rejects(relay.pass(login, AD), { code: "unavailable" });
  }
  assert.equal(helix.calls.length, unavailable.length);
  for (const status of [400, 403, 404, 409, 429, 500, 503]) {
    helix.calls.length = 0;
    helix.answer = () => helixError(status, "no");
    assert.equal((await relay.pass(login, AD)).status, status);
    assert.equal(helix.calls.length, 1);
  }
});

Deno.test("Relay.pass() answers within 4.5 s when Twitch hangs, and sends nothing afterwards", async () => {
  const { world, login, helix, relay } = await stage();
  const release = helix.hold();
  let ended: unknown;
  const asking = relay.pass(login, AD).catch((error) => ended = error);
  await world.clock.advance(4 * SECOND);
  assert.equal(ended, undefined);
  await world.clock.advance(SECOND / 2);
  assert.match(String(ended), /Cannot ask Twitch: it did not answer in time$/);
  release();
  await asking;
  await world.clock.advance(MINUTE);
  assert.equal(helix.calls.length, 1);
});

Deno.test("Relay.pass() answers within 4.5 s while no token is to be had, and does not press later", async () => {
  const { world, login, helix, relay } = await stage();
  await world.clock.advance(5 * HOUR);
  const release = world.twitch.hold("refresh");
  let ended: unknown;
  const asking = relay.pass(login, AD).catch((error) => ended = error);
  await world.clock.advance(4.5 * SECOND);
  assert.equal((ended as { code?: string }).code, "unavailable");
  release();
  await asking;
  await world.clock.advance(MINUTE);
  assert.ok(login.access !== undefined, "the refresh went on");
  assert.equal(helix.calls.length, 0);
});

Deno.test("Relay.pass() does not press after its answer when the token is renewed too late", async () => {
  const set = await stage();
  const { world, login, helix, relay } = set;
  await kill(set);
  const release = world.twitch.hold("refresh");
  let ended: unknown;
  const asking = relay.pass(login, AD).catch((error) => ended = error);
  await world.clock.advance(4.5 * SECOND);
  assert.equal((ended as { code?: string }).code, "unavailable");
  release();
  await asking;
  await world.clock.advance(MINUTE);
  assert.ok(login.access !== undefined, "the refresh went on");
  assert.equal(helix.calls.length, 1);
});

Deno.test("Relay.pass() gives each request what is left of the time, also when the wall clock jumps", async () => {
  const { world, login, helix, relay } = await stage();
  await relay.pass(login, USERS);
  assert.ok((helix.calls[0]?.timeout ?? 0) > 4 * SECOND);
  helix.answer = () => {
    world.clock.jump(-HOUR);
    return helixAnswer(200, { data: [{ id: "67890", login: "wren" }] });
  };
  await press(relay, login, form("raid"), "wren");
  assert.ok((helix.calls.at(-1)?.timeout ?? Infinity) <= 4.5 * SECOND);
});

Deno.test("Relay.pass() asks nothing without an app, or with another one than the login's", async () => {
  const { world, login, helix, relay } = await stage();
  await world.roster.useApp({ clientId: "other", clientSecret: undefined });
  await assert.rejects(relay.pass(login, USERS), { code: "app_refused", message: /another Twitch app/ });
  await world.roster.useApp(undefined);
  await assert.rejects(relay.pass(login, USERS), { code: "no_app" });
  assert.equal(helix.calls.length, 0);
});

Deno.test("press() sends the short form and says what happened", async () => {
  const { login, helix, relay } = await stage();
  helix.answer = () => helixAnswer(200, { data: [{ length: 60, message: "", retry_after: 480 }] });
  const said = await press(relay, login, form("ad"), "60");
  assert.deepEqual(said, { status: 200, line: "Ad of 60 s started, next in 8 min" });
  assert.equal(helix.calls.length, 1);
});

Deno.test("press() looks the name up first", async () => {
  const { login, helix, relay } = await stage();
  helix.answer = ({ path }) =>
    path === "users" ? helixAnswer(200, { data: [{ id: "67890", login: "wren" }] }) : helixAnswer(204);
  assert.equal((await press(relay, login, form("shoutout"), "@Wren")).line, "Shoutout to wren sent");
  assert.deepEqual(helix.calls.map(({ method, path, query }) => `${method} ${path}?${query}`), [
    "GET users?login=wren",
    "POST chat/shoutouts?from_broadcaster_id=12345&to_broadcaster_id=67890&moderator_id=12345",
  ]);
});

Deno.test("press() says that nobody has the name, and presses nothing", async () => {
  const { login, helix, relay } = await stage();
  const said = await press(relay, login, form("raid"), "nobody_at_all");
  assert.deepEqual(said, {
    status: 404,
    line: "Cannot start the raid: Twitch knows nobody called nobody_at_all",
  });
  assert.equal(helix.calls.length, 1);
  helix.answer = () => helixError(503, "");
  assert.equal((await press(relay, login, form("raid"), "wren")).status, 503);
  assert.equal(helix.calls.length, 2);
});

Deno.test("press() tells of a dropped message as a failure", async () => {
  const { login, helix, relay } = await stage();
  const dropped = { is_sent: false, drop_reason: { code: "x", message: 'Your message is being "held"' } };
  helix.answer = () => helixAnswer(200, { data: [dropped] });
  assert.deepEqual(await press(relay, login, form("say"), "hi"), {
    status: 409,
    line: "Message not sent: Your message is being held",
  });
});

Deno.test("press() asks nothing for a text that Twitch would not take", async () => {
  const { login, helix, relay } = await stage();
  await assert.rejects(press(relay, login, form("ad"), "17"), { code: "usage" });
  await assert.rejects(press(relay, login, form("say"), "$NA"), { code: "usage" });
  assert.equal(helix.calls.length, 0);
});

Deno.test("failedPress() shows a failure for a minute, unless the same press succeeds", async () => {
  const { world: { clock }, login } = await stage();
  const now = clock.now();
  notePress(login, "AD", 200, now);
  assert.equal(failedPress(login, now), undefined);
  notePress(login, "AD", 429, now);
  assert.equal(failedPress(login, now), "AD 429");
  notePress(login, "USERS", 200, now);
  assert.equal(failedPress(login, now + MINUTE - 1), "AD 429");
  assert.equal(failedPress(login, now + MINUTE), undefined);
  assert.equal(failedPress(login, now - 1), undefined);
  notePress(login, "AD", 204, now);
  assert.equal(failedPress(login, now), undefined);
});
