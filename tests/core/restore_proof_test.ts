/** What becomes of a restored login: a refresh token that may be spent is never sent before `/validate` has spoken. */
import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import type { TwitchApp } from "../../src/core/app.ts";
import { type BackupContent, exportLogins } from "../../src/core/backup.ts";
import type { Login } from "../../src/core/login.ts";
import { restoreLogins } from "../../src/core/restore.ts";
import { fakeVault } from "../support/fake_vault.ts";
import { memoryStore } from "../support/memory_store.ts";
import { AWAY } from "../support/scripted_twitch.ts";
import {
  CONFIDENTIAL,
  later,
  OWL,
  PUBLIC,
  restarted,
  signedIn,
  untilDue,
  type World,
  world,
} from "../support/world.ts";

/** A machine that was signed in, its backup, and a blank one that talks to the same Twitch. */
async function twoMachines(app: TwitchApp): Promise<[World, Login, BackupContent, World]> {
  const first = await world(app);
  const login = await signedIn(first);
  if (app !== PUBLIC) {
    first.twitch.rotates = true;
    first.twitch.oldTokensDie = true;
    first.twitch.punishesReplay = true;
    await first.roster.learn("app-1", { rotates: true });
  }
  const { content } = await exportLogins(first.roster, app, []);
  const blank = {
    ...first,
    store: memoryStore(),
    vault: fakeVault(),
    connector: (await world(app)).connector,
  };
  return [first, login, content, await restarted(blank, app)];
}

function onlyLogin(made: World): Login {
  const [login] = made.roster.all();
  assert.ok(login);
  return login;
}

for (const app of [PUBLIC, CONFIDENTIAL]) {
  const kind = app === PUBLIC ? "a public app" : "an app that was seen to rotate";

  Deno.test(`a restored login of ${kind} is proved, and then lives on without a replay`, async () => {
    const [, , content, second] = await twoMachines(app);
    await restoreLogins(second.roster, content);
    assert.equal((await second.store.journal()).length, 1);
    const login = onlyLogin(second);
    await later(second, MINUTE);
    assert.deepEqual([second.twitch.sent("validate").length > 0, second.twitch.sent("refresh").length], [
      true,
      0,
    ]);
    assert.equal(login.open, undefined);
    assert.deepEqual(await second.store.journal(), []);
    assert.ok(second.twitch.accepts(login.access?.reveal() ?? ""));
    for (let hour = 0; hour < 24; hour++) await later(second, HOUR);
    assert.ok(second.twitch.accepts(login.access?.reveal() ?? ""));
    assert.equal(login.account.health.state, "connected");
  });

  Deno.test(`a restored login of ${kind} that was refreshed after the backup ends, and its token is never sent`, async () => {
    const [first, old, content, second] = await twoMachines(app);
    await later(first, untilDue(first, old));
    assert.equal(first.twitch.sent("refresh").length, 1);
    second.twitch.calls.length = 0;
    await restoreLogins(second.roster, content);
    for (let minute = 0; minute < 10; minute++) await later(second, MINUTE);
    const login = onlyLogin(second);
    assert.equal(login.account.health.state, "needs_login");
    await second.refresher.one(login, "person");
    const again = await restarted(second);
    for (let hour = 0; hour < 48; hour++) await later(again, HOUR);
    assert.equal(second.twitch.sent("refresh").length, 0);
    assert.ok(
      first.twitch.accepts(old.access?.reveal() ?? "") || first.clock.now() > (old.account.expiresAt ?? 0),
    );
  });

  Deno.test(`a restored login of ${kind} waits for Twitch before anything is sent, also over a restart`, async () => {
    const [, , content, second] = await twoMachines(app);
    await restoreLogins(second.roster, content);
    second.twitch.away = AWAY;
    await later(second, MINUTE);
    const again = await restarted(second);
    for (let minute = 0; minute < 150; minute++) await later(again, MINUTE);
    assert.ok(onlyLogin(again).open);
    assert.equal(again.twitch.sent("refresh").length, 0);
    again.twitch.away = undefined;
    for (let minute = 0; minute < 3; minute++) await later(again, MINUTE);
    assert.equal(onlyLogin(again).open, undefined);
    assert.equal(onlyLogin(again).account.health.state, "connected");
  });
}

Deno.test("a restored login of an app whose tokens are not spent by use is refreshed at once", async () => {
  const first = await world(CONFIDENTIAL);
  await signedIn(first, OWL);
  const { content } = await exportLogins(first.roster, CONFIDENTIAL, []);
  const blank = { ...first, store: memoryStore(), vault: fakeVault() };
  const second = await restarted(blank, CONFIDENTIAL);
  await second.clock.advance(20 * HOUR);
  await restoreLogins(second.roster, content);
  await later(second, 0);
  const login = onlyLogin(second);
  assert.deepEqual(second.twitch.sent("refresh").length, 1);
  assert.ok(second.twitch.accepts(login.access?.reveal() ?? ""));
  assert.deepEqual(await second.store.journal(), []);
});

Deno.test("a restore over a refresh that is under way keeps the restored grant and its proof", async () => {
  const made = await world(PUBLIC);
  const login = await signedIn(made);
  const { content } = await exportLogins(made.roster, PUBLIC, []);
  const release = made.twitch.hold("refresh");
  const waiting = later(made, untilDue(made, login));
  await made.clock.advance(0);
  assert.ok(login.open);
  const accounts = content.accounts.map((one) => ({ ...one, generation: 9 }));
  await restoreLogins(made.roster, { ...content, accounts });
  release();
  await waiting;
  assert.equal(login.account.generation, 9);
  assert.equal((await made.store.account(login.account.key))?.generation, 9);
  assert.equal(made.twitch.sent("refresh").length, 1);
});
