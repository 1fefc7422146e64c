import assert from "node:assert/strict";
import { DAY, type Duration, HOUR, MINUTE, type Time } from "../../src/core/account.ts";
import type { Login } from "../../src/core/login.ts";
import { NoticeBoard } from "../../src/core/notice_board.ts";
import type { Delivery } from "../../src/core/ports.ts";
import { settled } from "../support/fake_clock.ts";
import { RecordingNotifier } from "../support/recording_notifier.ts";
import { DOWN, REFUSED } from "../support/scripted_twitch.ts";
import { OWL, restarted, SCOPES, signedIn, untilDue, type World, world, WREN } from "../support/world.ts";

/** A world with a board as the server has it: asked after each round. */
interface Watched {
  readonly made: World;
  readonly board: NoticeBoard;
  readonly notifier: RecordingNotifier;
}

async function watched(made: World, notifier = new RecordingNotifier()): Promise<Watched> {
  const board = new NoticeBoard(made.roster, notifier);
  await board.load();
  board.look();
  await settled();
  return { made, board, notifier };
}

/** Time goes on; each minute the job does its round, and the board is asked. */
async function minutes({ made, board }: Watched, span: Duration): Promise<void> {
  for (let gone = 0; gone < span; gone += MINUTE) {
    await made.clock.advance(Math.min(MINUTE, span - gone));
    await made.refresher.due();
    board.look();
    await settled();
  }
}

/** The same disk and Twitch with a new process. */
async function again(before: Watched): Promise<Watched> {
  before.board[Symbol.dispose]();
  return await watched(await restarted(before.made), before.notifier);
}

async function signInAgain({ made }: Watched, person = OWL): Promise<void> {
  const { connector, twitch } = made;
  const { state } = await connector.begin({ scopes: SCOPES, label: "" }, "http://localhost:8948/callback");
  await connector.finish({ kind: "code", code: twitch.approve(person, "app-1", SCOPES), state }, state);
  await settled();
}

/** Disconnected at Twitch, and found out at once. */
async function die({ made }: Watched, login: Login, person = OWL): Promise<void> {
  made.twitch.disconnect(person);
  await made.refresher.one(login, "person");
  await settled();
}

async function one(person = OWL): Promise<[Watched, Login]> {
  const made = await world();
  const login = await signedIn(made, person);
  return [await watched(made), login];
}

Deno.test("NoticeBoard tells once that a login has ended, without waiting for the next round, and once that it is over", async () => {
  const [seen, login] = await one();
  await die(seen, login);
  assert.deepEqual(seen.notifier.told, ["needs_login begun nightowl"]);
  assert.equal(seen.notifier.notices[0]?.at, seen.made.clock.now());
  await minutes(seen, 3 * HOUR);
  assert.equal(seen.notifier.notices.length, 1);
  await signInAgain(seen);
  assert.deepEqual(seen.notifier.told, ["needs_login begun nightowl", "needs_login over nightowl"]);
  await minutes(seen, HOUR);
  assert.equal(seen.notifier.notices.length, 2);
});

Deno.test("NoticeBoard tells after the second refusal, and nothing more when the login then ends", async () => {
  const [seen, login] = await one();
  seen.made.twitch.next("refresh", REFUSED, REFUSED);
  await minutes(seen, untilDue(seen.made, login) + MINUTE);
  assert.equal(login.account.refusals?.count, 1);
  assert.deepEqual(seen.notifier.told, []);
  await minutes(seen, 6 * MINUTE);
  assert.equal(login.account.refusals?.count, 2);
  assert.equal(login.account.health.state, "retrying");
  assert.deepEqual(seen.notifier.told, ["needs_login begun nightowl"]);
  await die(seen, login);
  assert.equal(login.account.health.state, "needs_login");
  assert.equal(seen.notifier.notices.length, 1);
});

Deno.test("NoticeBoard tells that Twitch is away for long, and that it is back", async () => {
  const [seen, login] = await one();
  await minutes(seen, untilDue(seen.made, login) - MINUTE);
  seen.made.twitch.away = DOWN;
  await minutes(seen, 30 * MINUTE);
  assert.equal(login.account.health.state, "retrying");
  assert.deepEqual(seen.notifier.told, []);
  await minutes(seen, 4 * HOUR);
  assert.deepEqual(seen.notifier.told, ["twitch_away begun nightowl"]);
  seen.made.twitch.away = undefined;
  await minutes(seen, 20 * MINUTE);
  assert.deepEqual(seen.notifier.told, ["twitch_away begun nightowl", "twitch_away over nightowl"]);
});

Deno.test("NoticeBoard does not call Twitch back when the login has ended meanwhile", async () => {
  const [seen, login] = await one();
  await minutes(seen, untilDue(seen.made, login) - MINUTE);
  seen.made.twitch.away = DOWN;
  await minutes(seen, HOUR);
  seen.made.twitch.away = undefined;
  await die(seen, login);
  await minutes(seen, 10 * MINUTE);
  assert.deepEqual(seen.notifier.told, ["twitch_away begun nightowl", "needs_login begun nightowl"]);
  await signInAgain(seen);
  assert.equal(seen.notifier.told.at(-1), "needs_login over nightowl");
});

Deno.test("NoticeBoard tells once for all logins that the disk refuses writes, and not for a single failed write", async () => {
  const made = await world();
  const logins = [await signedIn(made), await signedIn(made, WREN)];
  const seen = await watched(made);
  await minutes(seen, untilDue(made, logins[0] as Login) - MINUTE);
  made.store.failWrites = true;
  await made.clock.advance(2 * MINUTE);
  await made.refresher.due();
  made.store.failWrites = false;
  await minutes(seen, 5 * MINUTE);
  assert.deepEqual(seen.notifier.told, []);

  made.store.failWrites = true;
  for (const login of logins) await made.refresher.one(login, "person");
  await minutes(seen, 5 * MINUTE);
  assert.deepEqual(seen.notifier.told, ["disk begun server"]);
  made.store.failWrites = false;
  await minutes(seen, 5 * MINUTE);
  assert.deepEqual(seen.notifier.told, ["disk begun server", "disk over server"]);
  assert.ok(await made.store.setting("notices"), "what the disk had refused is written");
});

Deno.test("NoticeBoard tells once for all logins that they are locked, nothing else of them, and when they are open again", async () => {
  const made = await world();
  const logins = [await signedIn(made), await signedIn(made, WREN)];
  await minutes(await watched(made), untilDue(made, logins[0] as Login) - MINUTE);
  made.twitch.away = DOWN;
  await made.refresher.one(logins[0] as Login, "person");
  made.vault.locked = "The key is missing";
  const locked = await watched(await restarted(made));
  assert.deepEqual(locked.notifier.told, ["locked begun server"]);
  const backups = (): readonly Time[] => [];
  using board = new NoticeBoard(locked.made.roster, locked.notifier, { backups });
  await board.load();
  await minutes({ ...locked, board }, 2 * HOUR);
  const still = await again({ ...locked, board });
  await minutes(still, 2 * HOUR);
  assert.deepEqual(locked.notifier.told, ["locked begun server"]);

  made.vault.locked = undefined;
  made.twitch.away = undefined;
  const open = await again(still);
  await minutes(open, 5 * MINUTE);
  assert.deepEqual(open.notifier.told, ["locked begun server", "locked over server"]);
});

Deno.test("NoticeBoard tells that there is no backup of the newest sign-in, where backups are wanted", async () => {
  const made = await world();
  await signedIn(made);
  const notifier = new RecordingNotifier();
  let times: readonly Time[] | undefined;
  const board = new NoticeBoard(made.roster, notifier, { backups: () => times });
  const seen = { made, board, notifier };
  await minutes(seen, HOUR);
  assert.deepEqual(notifier.told, [], "nobody has looked yet");
  times = [];
  await minutes(seen, 10 * MINUTE);
  assert.deepEqual(notifier.told, []);
  await minutes(seen, HOUR);
  assert.deepEqual(notifier.told, ["no_backup begun server"]);
  times = [made.clock.now()];
  await minutes(seen, MINUTE);
  assert.deepEqual(notifier.told, ["no_backup begun server", "no_backup over server"]);
});

Deno.test("NoticeBoard takes two accounts apart", async () => {
  const made = await world();
  const owl = await signedIn(made);
  const wren = await signedIn(made, WREN);
  const seen = await watched(made);
  seen.notifier.outcome = () => new Promise<Delivery>(() => {});
  await die(seen, owl);
  await die(seen, wren, WREN);
  assert.deepEqual(seen.notifier.told, ["needs_login begun nightowl", "needs_login begun wren"]);
  seen.notifier.outcome = () => "taken";
  await signInAgain(seen, WREN);
  assert.equal(owl.account.health.state, "needs_login");
  assert.equal(seen.notifier.notices.length, 2, "the end waits for the beginning to arrive");
});

Deno.test("NoticeBoard repeats nothing after a restart, and tells what ended while it was down", async () => {
  const [first, login] = await one();
  await die(first, login);
  const second = await again(first);
  await minutes(second, 10 * MINUTE);
  assert.deepEqual(second.notifier.told, ["needs_login begun nightowl"]);

  second.board[Symbol.dispose]();
  await signInAgain(second);
  assert.equal(second.notifier.notices.length, 1, "nobody looks while it is down");
  const third = await again(second);
  assert.deepEqual(third.notifier.told, ["needs_login begun nightowl", "needs_login over nightowl"]);
  const fourth = await again(third);
  await minutes(fourth, 10 * MINUTE);
  assert.equal(fourth.notifier.notices.length, 2);
});

Deno.test("NoticeBoard tells again after a restart what nobody had taken, and nothing that ended before", async () => {
  const [first, login] = await one();
  first.notifier.outcome = () => "stopped";
  await die(first, login);
  assert.equal(first.notifier.notices.length, 1);
  first.notifier.outcome = () => "taken";
  const second = await again(first);
  assert.deepEqual(second.notifier.told, ["needs_login begun nightowl", "needs_login begun nightowl"]);

  const [other, dead] = await one();
  other.notifier.outcome = () => "stopped";
  await die(other, dead);
  other.board[Symbol.dispose]();
  await signInAgain(other);
  const restart = await again(other);
  assert.deepEqual(restart.notifier.told, ["needs_login begun nightowl"]);
});

Deno.test("NoticeBoard does not repeat what no address took", async () => {
  const [seen, login] = await one();
  seen.notifier.outcome = () => "undeliverable";
  await die(seen, login);
  await minutes(seen, HOUR);
  assert.equal(seen.notifier.notices.length, 1);
});

Deno.test("NoticeBoard tells a login that dies a hundred times in a day a few times, and again the day after", async () => {
  const [seen, login] = await one();
  for (let flap = 0; flap < 100; flap++) {
    await die(seen, login);
    await signInAgain(seen);
    await minutes(seen, MINUTE);
  }
  assert.equal(seen.notifier.notices.length, 12);
  await die(seen, login);
  await minutes(seen, DAY);
  assert.deepEqual(seen.notifier.told.slice(12), ["needs_login begun nightowl"]);
});

Deno.test("NoticeBoard says nothing when an account is removed, and of one that is new all there is to say", async () => {
  const [seen, login] = await one();
  await die(seen, login);
  await seen.made.roster.remove(login);
  await minutes(seen, 5 * MINUTE);
  assert.equal(seen.notifier.notices.length, 1);
  const stored = new TextDecoder().decode(await seen.made.store.setting("notices"));
  assert.deepEqual(JSON.parse(stored).entries, []);

  const wren = await signedIn(seen.made, WREN);
  await minutes(seen, MINUTE);
  await die(seen, wren, WREN);
  assert.equal(seen.notifier.told.at(-1), "needs_login begun wren");
});

Deno.test("NoticeBoard is not deceived by a clock that is set after the start", async () => {
  const [seen, login] = await one();
  await minutes(seen, untilDue(seen.made, login) - MINUTE);
  seen.made.twitch.away = DOWN;
  await minutes(seen, 5 * MINUTE);
  assert.equal(login.account.health.state, "retrying");
  seen.made.clock.jump(2 * DAY);
  seen.board.look();
  seen.made.twitch.away = undefined;
  await minutes(seen, HOUR);
  assert.deepEqual(seen.notifier.told, []);
});

Deno.test("NoticeBoard keeps what was told in clear, without tokens and ids", async () => {
  const [seen, login] = await one();
  await die(seen, login);
  const stored = new TextDecoder().decode(await seen.made.store.setting("notices"));
  assert.ok(stored.includes("needs_login"), stored);
  const { ids } = seen.made.roster;
  const secrets = ["access-", "refresh-", ...ids.of(login).map(({ id }) => id.reveal())];
  for (const secret of secrets) assert.ok(!stored.includes(secret), secret);
  assert.equal(secrets.length, 3);
});

Deno.test("NoticeBoard starts anew where the setting cannot be read", async () => {
  const garbage = [
    "",
    "{",
    "null",
    "[]",
    '{"entries":1}',
    '{"entries":[{"event":"x"},null,{"event":"disk"}]}',
  ];
  for (const text of garbage) {
    const made = await world();
    const login = await signedIn(made);
    await made.store.saveSetting("notices", new TextEncoder().encode(text));
    const seen = await watched(made);
    await die(seen, login);
    assert.deepEqual(seen.notifier.told, ["needs_login begun nightowl"], text);
  }
});

Deno.test("NoticeBoard that is disposed of looks no more and leaves nothing that sleeps", async () => {
  const [seen, login] = await one();
  seen.made.store.failWrites = true;
  await minutes(seen, untilDue(seen.made, login));
  const asleep = seen.made.clock.sleeping;
  seen.board[Symbol.dispose]();
  await settled();
  assert.equal(seen.made.clock.sleeping, asleep - 1);
  await die(seen, login);
  assert.deepEqual(seen.notifier.told, []);
  assert.equal(login.watchers.size, 1, "the world's own watcher stays");
});
