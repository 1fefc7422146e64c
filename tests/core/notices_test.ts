import assert from "node:assert/strict";
import { type Account, DAY, type Health, HOUR, MINUTE, type Reason } from "../../src/core/account.ts";
import { type Login, newLogin } from "../../src/core/login.ts";
import {
  backupStanding,
  diskStanding,
  loginStanding,
  moment,
  type NoticeEvent,
  noticeOf,
  renewalStanding,
  sinceOf,
  type Standing,
  testNotice,
} from "../../src/core/notices.ts";
import { REASONS } from "../../src/core/reason_words.ts";
import { Secret } from "../../src/core/secret.ts";
import { anAccount } from "../support/account_samples.ts";
import { START } from "../support/fake_clock.ts";

const NOW = START;

function health(state: "retrying" | "needs_login", reason: Reason, age = 0): Health {
  const since = NOW - age;
  return state === "retrying"
    ? { state, since, reason, attempts: 3, nextTry: NOW }
    : { state, since, reason };
}

function row(over: Partial<Account> = {}): Account {
  return anAccount({ issuedAt: NOW - HOUR, expiresAt: NOW + 3 * HOUR, ...over });
}

function login(over: Partial<Account> = {}, access: string | undefined = "access-canary-1"): Login {
  return Object.assign(newLogin(row(over)), {
    access: access === undefined ? undefined : new Secret(access),
  });
}

const refusals = { count: 2, first: NOW - 10 * MINUTE, last: NOW };

Deno.test("loginStanding() is on once the login has ended, and after the second refusal while it still lives", () => {
  const rows: readonly (readonly [Partial<Account>, Standing])[] = [
    [{}, "off"],
    [{ health: health("retrying", "twitch_error") }, "off"],
    [{ health: health("retrying", "refused"), refusals: { ...refusals, count: 1 } }, "off"],
    [{ health: health("retrying", "refused"), refusals }, "on"],
    [{ health: health("retrying", "twitch_error"), refusals }, "on"],
    [{ health: health("needs_login", "refused") }, "on"],
    [{ health: health("needs_login", "answer_lost") }, "on"],
  ];
  for (const [over, expected] of rows) assert.equal(loginStanding(row(over)), expected, JSON.stringify(over));
});

Deno.test("renewalStanding() is on after half an hour of failures, sooner when the token ends soon", () => {
  const soon = { expiresAt: NOW + 29 * MINUTE };
  const rows: readonly (readonly [Partial<Account>, Standing])[] = [
    [{}, "off"],
    [{ health: health("retrying", "twitch_error", 29 * MINUTE) }, "hold"],
    [{ health: health("retrying", "twitch_error", 30 * MINUTE) }, "on"],
    [{ health: health("retrying", "app_refused", 30 * MINUTE) }, "on"],
    [{ health: health("retrying", "disk", HOUR) }, "hold"],
    [{ health: health("retrying", "cut", 4 * MINUTE), ...soon }, "hold"],
    [{ health: health("retrying", "cut", 5 * MINUTE), ...soon }, "on"],
    [{ health: health("retrying", "cut", 5 * MINUTE), expiresAt: NOW - HOUR }, "on"],
    [{ health: health("retrying", "cut", 5 * MINUTE), expiresAt: undefined }, "hold"],
    [{ health: health("retrying", "cut", -HOUR) }, "on"],
    [{ health: health("retrying", "cut", HOUR), refusals }, "moot"],
    [{ health: health("needs_login", "refused", HOUR) }, "moot"],
  ];
  for (const [over, expected] of rows) {
    assert.equal(renewalStanding(row(over), NOW), expected, JSON.stringify(over));
  }
});

Deno.test("diskStanding() is on while any login waits for the disk", () => {
  const waiting = Object.assign(login(), { saveAt: NOW });
  assert.equal(diskStanding([login(), login({ health: health("retrying", "cut") })]), "off");
  assert.equal(diskStanding([login(), waiting]), "on");
  assert.equal(diskStanding([login({ health: health("retrying", "disk") })]), "on");
  assert.equal(diskStanding([]), "off");
});

Deno.test("backupStanding() is on while the newest sign-in is in no backup, or backups fail to come", () => {
  const refreshed = { lastRefresh: NOW - MINUTE, issuedAt: NOW - MINUTE };
  const fresh = [login({ createdAt: NOW - 9 * DAY }), login({ ...refreshed, createdAt: NOW - 9 * DAY })];
  const created = [login({ ...refreshed, createdAt: NOW - HOUR })];
  const stands = (logins: readonly Login[], made: readonly number[] | undefined, toldSince?: number) =>
    backupStanding(logins, { made, toldSince }, NOW);
  assert.equal(stands(fresh, undefined), "hold");
  assert.equal(stands([], []), "moot");
  for (const logins of [fresh, created]) {
    assert.equal(stands(logins, []), "on");
    assert.equal(stands(logins, [NOW - HOUR - 1]), "on");
    assert.equal(stands(logins, [NOW - DAY, NOW - HOUR + 2000]), "off");
    assert.equal(stands(logins, [NOW + 2 * DAY]), "on", "made by a wrong clock");
  }
  const old = [login({ ...refreshed, createdAt: NOW - 9 * DAY })];
  assert.equal(stands(old, [NOW - 2 * DAY + 1]), "off");
  assert.equal(stands(old, [NOW - 2 * DAY - 1]), "on");
  assert.equal(stands(old, [NOW - DAY], NOW - HOUR), "hold", "the one that was missed is still missing");
  assert.equal(stands(old, [NOW - MINUTE], NOW - HOUR), "off");
});

Deno.test("sinceOf() never lies in the future", () => {
  assert.equal(sinceOf(row({ health: health("needs_login", "refused", HOUR) }), NOW), NOW - HOUR);
  assert.equal(sinceOf(row({ health: health("retrying", "cut", -HOUR) }), NOW), NOW);
});

function textOf(event: NoticeEvent, state: "begun" | "over", of: Login | undefined): string {
  return noticeOf({ event, state, login: of, since: NOW - HOUR, now: NOW }).text;
}

Deno.test("noticeOf() says which login, what happened, since when, how long its token works, and what to do", () => {
  const ended = login({ health: health("needs_login", "refused", HOUR), label: "Main channel" });
  const text = textOf("needs_login", "begun", ended);
  const parts = [
    "The Twitch login nightowl (Main channel)",
    "needs a sign-in",
    moment(NOW - HOUR),
    REASONS.refused,
    `Its token works until ${moment(NOW + 3 * HOUR)}.`,
    "Sign in again",
  ];
  for (const part of parts) assert.ok(text.includes(part), `${part}: ${text}`);
  assert.match(
    textOf("needs_login", "begun", login({ refusals })),
    /will need a sign-in: Twitch has refused/,
  );
  assert.match(textOf("needs_login", "over", login()), /^The Twitch login nightowl works again\./);
  assert.match(textOf("disk", "begun", undefined), /Make room on it, or replace the card/);
  assert.match(textOf("disk", "over", undefined), /takes writes again/);
  assert.match(textOf("no_backup", "begun", undefined), /companion-token-server backup FILE/);
  assert.match(textOf("no_backup", "over", undefined), /has made a backup/);
  assert.match(testNotice(NOW).text, /test/);
});

Deno.test("noticeOf() says when no token works", () => {
  const ill = health("retrying", "twitch_error", HOUR);
  const expired = login({ health: ill, expiresAt: NOW - 1 });
  const dead = Object.assign(login({ health: ill }), { access: undefined });
  for (const one of [expired, dead]) {
    assert.match(textOf("twitch_away", "begun", one), /It has no token that works at the moment\./);
  }
  assert.match(textOf("twitch_away", "begun", login({ health: ill, expiresAt: undefined })), /still works/);
});

Deno.test("noticeOf() names what only a person can put right, for each reason", () => {
  for (const reason of Object.keys(REASONS) as Reason[]) {
    const text = textOf("twitch_away", "begun", login({ health: health("retrying", reason, HOUR) }));
    assert.ok(text.includes(REASONS[reason]), text);
    assert.match(
      text,
      /keeps trying by itself|goes on by itself|enter them anew|Set up the app|Deno 2\.9\.6/,
    );
  }
});

Deno.test("noticeOf() holds no secret, no id, no key and no Twitch user id", () => {
  const canaries = ["access-canary-1", "key-canary-1", "98765432101"];
  const full = login({
    key: "key-canary-1",
    twitchId: "98765432101",
    clientId: "client-canary-1",
    label: "Main",
    health: health("needs_login", "refused", HOUR),
  });
  const events: readonly NoticeEvent[] = [
    "needs_login",
    "twitch_away",
    "disk",
    "no_backup",
    "locked",
    "test",
  ];
  const notices = events.flatMap((event) =>
    (["begun", "over"] as const).map((state) => noticeOf({ event, state, login: full, since: NOW, now: NOW }))
  );
  const text = JSON.stringify(notices);
  for (const canary of [...canaries, "client-canary-1"]) assert.ok(!text.includes(canary), canary);
  assert.ok(JSON.stringify(full.account).includes("key-canary-1"), "the canaries are in the account");
  assert.equal(full.access?.reveal(), "access-canary-1");
});

Deno.test("noticeOf() keeps a text on one line and short, whatever an account is called", () => {
  const text = textOf("needs_login", "begun", login({ label: `a\r\nb\u2028c\u0000${"x".repeat(5000)}` }));
  assert.ok(text.includes("(a b c xxx"), text);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u001f\u2028]/);
  assert.ok(text.length < 600);
});

Deno.test("moment() names a minute without doubt", () => {
  const [, day, month, hours, minutes, zone = ""] =
    /^(\d+) (\w+), (\d\d):(\d\d) \(UTC([+-]\d\d:\d\d)?\)$/.exec(moment(NOW)) ?? [];
  assert.equal(Date.parse(`${day} ${month} 2026 ${hours}:${minutes} GMT${zone.replace(":", "")}`), NOW);
});
