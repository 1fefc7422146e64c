import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Account,
  DAY,
  type Duration,
  HOUR,
  MINUTE,
  type Reason,
  SECOND,
} from "../../src/core/account.ts";
import {
  afterFailure,
  afterRefusal,
  expired,
  isAmbiguous,
  lifeOf,
  questionRefreshAt,
  recentSends,
  refreshAt,
} from "../../src/core/schedule.ts";
import { anAccount } from "../support/account_samples.ts";
import { START } from "../support/fake_clock.ts";

function living(life: Duration | undefined, over: Partial<Account> = {}): Account {
  return anAccount({ issuedAt: START, expiresAt: life === undefined ? undefined : START + life, ...over });
}

/** Life, then what is left of it: job and question of an app whose old tokens live on, then of one whose tokens die. */
const margins: readonly (readonly [string, Duration, ...Duration[]])[] = [
  ["10 s", 10 * SECOND, 5 * SECOND, 2.5 * SECOND, 2.5 * SECOND, 5 * SECOND],
  ["9 min", 9 * MINUTE, 4.5 * MINUTE, 2.25 * MINUTE, 2.25 * MINUTE, 4.5 * MINUTE],
  ["10 min", 10 * MINUTE, 7 * MINUTE, 2.5 * MINUTE, 2.5 * MINUTE, 7 * MINUTE],
  ["1 h", HOUR, 32 * MINUTE, 15 * MINUTE, 15 * MINUTE, 32 * MINUTE],
  ["4 h", 4 * HOUR, 122 * MINUTE, 20 * MINUTE, 30 * MINUTE, 122 * MINUTE],
  ["60 d", 60 * DAY, 122 * MINUTE, 20 * MINUTE, 30 * MINUTE, 122 * MINUTE],
];

for (const [name, life, ...left] of margins) {
  Deno.test(`refreshAt() and questionRefreshAt() leave the agreed rest of a life of ${name}`, () => {
    const account = living(life);
    const end = START + life;
    const found = [
      refreshAt(account, false),
      questionRefreshAt(account, false),
      refreshAt(account, true),
      questionRefreshAt(account, true),
    ];
    assert.deepEqual(found.map((at) => end - (at ?? 0)), left);
  });
}

Deno.test("refreshAt() and questionRefreshAt() answer nothing for a token without expiry", () => {
  for (const aligned of [true, false]) {
    assert.equal(refreshAt(living(undefined), aligned), undefined);
    assert.equal(questionRefreshAt(living(undefined), aligned), undefined);
  }
});

Deno.test("refreshAt() and questionRefreshAt() lie between issue and expiry, whatever the life", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 90 * DAY }), fc.boolean(), (life, aligned) => {
    const account = living(life);
    for (const at of [refreshAt(account, aligned), questionRefreshAt(account, aligned)]) {
      assert.ok(at !== undefined && at > START && at < START + life);
    }
  }));
});

Deno.test("refreshAt() is before questionRefreshAt() unless old tokens die, then after it", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 90 * DAY }), (life) => {
    const account = living(life);
    assert.ok((refreshAt(account, false) ?? 0) < (questionRefreshAt(account, false) ?? 0));
    assert.ok((refreshAt(account, true) ?? 0) > (questionRefreshAt(account, true) ?? 0));
  }));
});

Deno.test("lifeOf() and expired() go by the expiry that Twitch gave", () => {
  assert.equal(lifeOf(living(4 * HOUR)), 4 * HOUR);
  assert.equal(lifeOf(living(undefined)), undefined);
  assert.equal(expired(living(HOUR), START + HOUR - 1), false);
  assert.equal(expired(living(HOUR), START + HOUR), true);
  assert.equal(expired(living(undefined), START + 365 * DAY), false);
});

Deno.test("recentSends() counts those of the last hour alone, and none of the future", () => {
  const sends = [START - HOUR, START - HOUR + 1, START - 1, START, START + 1];
  assert.deepEqual(recentSends(living(HOUR, { sends }), START), [START - HOUR + 1, START - 1, START]);
});

function waits(reason: Reason, harmless: boolean, random: number, count: number): Duration[] {
  let health: Account["health"] = { state: "connected" };
  return Array.from({ length: count }, () => {
    health = afterFailure(health, { reason, harmless }, START, random);
    return health.state === "retrying" ? health.nextTry - START : -1;
  });
}

Deno.test("afterFailure() waits 2 s at least and doubles up to 15 minutes", () => {
  const seconds = waits("cut", false, 0, 12).map((wait) => wait / SECOND);
  assert.deepEqual(seconds, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
});

Deno.test("afterFailure() waits 10 s at most at first", () => {
  const [first, second] = waits("cut", false, 0.999, 2);
  assert.ok(first !== undefined && first > 9.9 * SECOND && first < 10 * SECOND);
  assert.ok(second !== undefined && second > 19.8 * SECOND && second < 20 * SECOND);
});

Deno.test("afterFailure() waits a minute at most where trying again costs nothing", () => {
  for (const random of [0, 0.999]) {
    const found = waits("unreachable", true, random, 2000);
    assert.equal(Math.max(...found), MINUTE);
    assert.equal(found.at(-1), MINUTE);
  }
});

const retryAfters: readonly (readonly [string, boolean, Duration, Duration])[] = [
  ["honours Retry-After", false, 3 * MINUTE, 3 * MINUTE],
  ["keeps its own wait where Retry-After is shorter", false, SECOND, 2 * SECOND],
  ["honours Retry-After up to 15 minutes", false, 5 * HOUR, 15 * MINUTE],
  ["honours Retry-After up to a minute where trying again costs nothing", true, 5 * HOUR, MINUTE],
];
for (const [name, harmless, retryAfter, wait] of retryAfters) {
  Deno.test(`afterFailure() ${name}`, () => {
    const failure = { reason: "rate_limited", harmless, retryAfter } as const;
    const health = afterFailure({ state: "connected" }, failure, START, 0);
    assert.equal(health.state === "retrying" && health.nextTry - START, wait);
  });
}

Deno.test("afterFailure() counts attempts and keeps when it began, but takes the newest reason", () => {
  const first = afterFailure({ state: "connected" }, { reason: "cut", harmless: false }, START, 0.5);
  const second = afterFailure(first, { reason: "twitch_error", harmless: false }, START + MINUTE, 0.5);
  assert.deepEqual(second, {
    state: "retrying",
    since: START,
    reason: "twitch_error",
    attempts: 2,
    nextTry: START + MINUTE + 12 * SECOND,
  });
});

Deno.test("afterFailure() never waits less than 2 s or more than its cap", () => {
  const failures = fc.record({
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    attempts: fc.integer({ min: 0, max: 1e6 }),
    harmless: fc.boolean(),
    retryAfter: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined }),
  });
  fc.assert(fc.property(failures, ({ random, attempts, harmless, retryAfter }) => {
    const before = { state: "retrying", since: 0, reason: "cut", attempts, nextTry: 0 } as const;
    const after = afterFailure(before, { reason: "cut", harmless, retryAfter }, START, random);
    const wait = after.state === "retrying" ? after.nextTry - START : Number.NaN;
    assert.ok(wait >= 2 * SECOND && wait <= (harmless ? MINUTE : 15 * MINUTE));
  }));
});

Deno.test("afterRefusal() waits 5 min, 30 min, 2 h, then a day", () => {
  const found = [1, 2, 3, 4, 5, 50].map((count) => {
    const health = afterRefusal(living(HOUR, { refusals: { count, first: START, last: START } }), START);
    return health.state === "retrying" ? health.nextTry - START : -1;
  });
  assert.deepEqual(found, [5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY, DAY, DAY]);
});

Deno.test("isAmbiguous() holds for every end after which Twitch may have acted", () => {
  const yes: Reason[] = ["twitch_error", "cut", "timeout", "not_twitch"];
  const no: Reason[] = [
    "unreachable",
    "rate_limited",
    "app_refused",
    "other_app",
    "refused",
    "disk",
    "answer_lost",
  ];
  for (const reason of yes) assert.equal(isAmbiguous(reason), true, reason);
  for (const reason of no) assert.equal(isAmbiguous(reason), false, reason);
});
