import assert from "node:assert/strict";
import { type Account, DAY, type Health, HOUR, MINUTE, type Reason, SECOND } from "../../src/core/account.ts";
import { type Asker, nextStep, type Situation, type Step } from "../../src/core/schedule.ts";
import { anAccount } from "../support/account_samples.ts";
import { START } from "../support/fake_clock.ts";
import { CONFIDENTIAL, PUBLIC } from "../support/world.ts";

/** Two hours into a life of four, two minutes before the job refreshes; validated a moment ago. */
const NOW = START + 2 * HOUR - 3 * MINUTE;

function account(over: Partial<Account> = {}): Account {
  return anAccount({ issuedAt: START, expiresAt: START + 4 * HOUR, ...over });
}

function situation(over: Partial<Situation> & { row?: Partial<Account> } = {}): Situation {
  const { row, ...rest } = over;
  return {
    account: account(row),
    app: CONFIDENTIAL,
    facts: { rotates: false, oldAccess: "survives" },
    sendsOnce: true,
    open: undefined,
    saveAt: undefined,
    accessDead: false,
    unconfirmed: false,
    askedAt: undefined,
    validation: { at: NOW - MINUTE, answered: true },
    ...rest,
  };
}

function retrying(reason: Reason, nextTry: number, since = NOW - 5 * MINUTE): Health {
  return { state: "retrying", since, reason, attempts: 3, nextTry };
}

function ended(reason: Reason): Health {
  return { state: "needs_login", since: NOW - 2 * HOUR, reason };
}

function rest(until: number | undefined): Step {
  return { kind: "rest", until };
}

const entry = { account: "key-1", generation: 1, digest: "d", at: NOW - 10 * SECOND };
const earlier = { ...entry, at: NOW - MINUTE };
const due = START + 118 * MINUTE;
const full = Array.from({ length: 8 }, (_, index) => NOW - 50 * MINUTE + index * MINUTE);
const twice = { count: 2, first: NOW - HOUR, last: NOW - 50 * MINUTE };
const fresh = { facts: { rotates: false, oldAccess: undefined } } as const;

type Row = readonly [string, Situation, Asker, Step];

const calm: readonly Row[] = [
  ["rests until the refresh", situation(), "job", rest(due)],
  ["rests for a question long before the end", situation(), "question", rest(due)],
  ["sends for a person at any time", situation(), "person", { kind: "send" }],
  ["sends when due", situation({ row: { issuedAt: START - MINUTE, expiresAt: NOW + 122 * MINUTE } }), "job", {
    kind: "send",
  }],
  [
    "leaves a refresh that ends the old token to a question",
    situation({ app: PUBLIC, row: { expiresAt: NOW + 100 * MINUTE } }),
    "job",
    rest(NOW + 59 * MINUTE),
  ],
  [
    "lets a question refresh where the refresh ends the old token",
    situation({ app: PUBLIC, row: { expiresAt: NOW + 100 * MINUTE } }),
    "question",
    { kind: "send" },
  ],
  [
    "refreshes half an hour before the end without a question",
    situation({ app: PUBLIC, row: { expiresAt: NOW + 30 * MINUTE } }),
    "job",
    { kind: "send" },
  ],
  [
    "treats an app that was seen to end old tokens alike",
    situation({ facts: { rotates: false, oldAccess: "dies" }, row: { expiresAt: NOW + 100 * MINUTE } }),
    "job",
    rest(NOW + 59 * MINUTE),
  ],
  [
    "never refreshes a token without expiry by itself",
    situation({ row: { expiresAt: undefined } }),
    "question",
    {
      kind: "rest",
      until: NOW + 59 * MINUTE,
    },
  ],
];

const validation: readonly Row[] = [
  ["validates at start", situation({ validation: undefined }), "job", { kind: "validate" }],
  ["validates hourly", situation({ validation: { at: NOW - HOUR, answered: true } }), "job", {
    kind: "validate",
  }],
  [
    "validates every ten minutes while it is asked for",
    situation({ validation: { at: NOW - 10 * MINUTE, answered: true }, askedAt: NOW - 19 * MINUTE }),
    "job",
    { kind: "validate" },
  ],
  [
    "validates hourly once it is not asked for",
    situation({ validation: { at: NOW - 10 * MINUTE, answered: true }, askedAt: NOW - 21 * MINUTE }),
    "job",
    rest(due),
  ],
  [
    "validates again a minute after no answer",
    situation({ validation: { at: NOW - MINUTE, answered: false } }),
    "job",
    { kind: "validate" },
  ],
  [
    "waits out the minute after no answer",
    situation({ validation: { at: NOW - 59 * SECOND, answered: false } }),
    "job",
    rest(NOW + SECOND),
  ],
  [
    "asks each minute whether Twitch is back while it waits after a 5xx",
    situation({ row: { health: retrying("twitch_error", NOW + 10 * MINUTE) } }),
    "job",
    { kind: "validate" },
  ],
  [
    "first asks a minute after a failure that an earlier process has seen",
    situation({
      validation: undefined,
      row: { health: retrying("cut", NOW + 9 * MINUTE, NOW - 30 * SECOND) },
    }),
    "job",
    rest(NOW + 30 * SECOND),
  ],
  [
    "does not ask for it while it waits after a 429",
    situation({ row: { health: retrying("rate_limited", NOW + 10 * MINUTE) } }),
    "job",
    rest(NOW + 10 * MINUTE),
  ],
  ["refreshes a token that Twitch calls dead", situation({ accessDead: true }), "job", { kind: "send" }],
  [
    "does not refresh again at once what was dead soon after a refresh",
    situation({ accessDead: true, row: { lastRefresh: NOW - MINUTE } }),
    "job",
    rest(NOW + 4 * MINUTE),
  ],
  [
    "does not validate a dead token again and again",
    situation({
      accessDead: true,
      row: { health: retrying("rate_limited", NOW + 10 * MINUTE) },
      validation: undefined,
    }),
    "job",
    rest(NOW + 10 * MINUTE),
  ],
];

const waiting: readonly Row[] = [
  ["waits", situation({ row: { health: retrying("unreachable", NOW + 1) } }), "job", rest(NOW + 1)],
  ["sends when the wait is over", situation({ row: { health: retrying("unreachable", NOW) } }), "job", {
    kind: "send",
  }],
  [
    "lets no question shorten a wait",
    situation({ row: { health: retrying("unreachable", NOW + 1) } }),
    "question",
    {
      kind: "rest",
      until: NOW + 1,
    },
  ],
  [
    "lets a person shorten a wait",
    situation({ row: { health: retrying("unreachable", NOW + 1) } }),
    "person",
    {
      kind: "send",
    },
  ],
  [
    "sends no more than eight times an hour",
    situation({ row: { health: retrying("cut", NOW), sends: full } }),
    "job",
    {
      kind: "validate",
    },
  ],
  [
    "rests until the first of eight is an hour old",
    situation({ row: { health: retrying("rate_limited", NOW), sends: full } }),
    "job",
    rest(NOW + 10 * MINUTE),
  ],
  [
    "lets not even a person send a ninth time",
    situation({ row: { sends: full } }),
    "person",
    rest(NOW + 10 * MINUTE),
  ],
];

const open: readonly Row[] = [
  ["sends an open refresh again", situation({ open: entry }), "job", { kind: "send" }],
  ["waits 30 s before the proof", situation({ app: PUBLIC, open: entry }), "job", rest(NOW + 20 * SECOND)],
  ["proves an open refresh of a public app", situation({ app: PUBLIC, open: earlier }), "job", {
    kind: "prove",
  }],
  [
    "proves an open refresh of an app that was seen to rotate",
    situation({ facts: { rotates: true, oldAccess: undefined }, open: earlier }),
    "job",
    { kind: "prove" },
  ],
  [
    "waits a twentieth of a short life before the proof",
    situation({
      app: PUBLIC,
      open: entry,
      row: { issuedAt: NOW - 15 * SECOND, expiresAt: NOW + 15 * SECOND },
    }),
    "job",
    { kind: "prove" },
  ],
  ["lets no person skip the proof", situation({ app: PUBLIC, open: earlier }), "person", { kind: "prove" }],
  [
    "does not let the proof wait for the next send: the token may end meanwhile",
    situation({ app: PUBLIC, open: earlier, row: { health: retrying("cut", NOW + 10 * MINUTE) } }),
    "job",
    { kind: "prove" },
  ],
  [
    "asks for a proof again a minute after no answer",
    situation({
      app: PUBLIC,
      open: earlier,
      validation: { at: NOW - 59 * SECOND, answered: false },
      row: { health: retrying("cut", NOW + 10 * MINUTE) },
    }),
    "job",
    rest(NOW + SECOND),
  ],
  ["confirms a refusal before anything is sent", situation({ unconfirmed: true }), "job", {
    kind: "confirm",
  }],
  [
    "waits before it asks again for the second word",
    situation({
      unconfirmed: true,
      validation: { at: NOW - 5 * SECOND, answered: false },
      row: { health: retrying("unreachable", NOW + SECOND) },
    }),
    "job",
    rest(NOW + SECOND),
  ],
];

const disk: readonly Row[] = [
  ["writes what the disk has refused", situation({ saveAt: NOW }), "job", { kind: "save" }],
  [
    "waits before it writes again",
    situation({ saveAt: NOW + SECOND, accessDead: true }),
    "job",
    rest(NOW + SECOND),
  ],
  ["spends nothing for a question meanwhile", situation({ saveAt: NOW + 1, accessDead: true }), "question", {
    kind: "rest",
    until: NOW + 1,
  }],
  ["writes at once for a person", situation({ saveAt: NOW + SECOND }), "person", { kind: "save" }],
];

const blocked: readonly Row[] = [
  ["says that no app is set up", situation({ app: undefined }), "job", {
    kind: "blocked",
    reason: "other_app",
  }],
  [
    "says that another app is set up",
    situation({ app: { ...CONFIDENTIAL, clientId: "app-2" } }),
    "job",
    { kind: "blocked", reason: "other_app" },
  ],
  [
    "says once that another app is set up",
    situation({ app: undefined, accessDead: true, row: { health: retrying("other_app", NOW) } }),
    "person",
    rest(undefined),
  ],
  [
    "sends at once when the app is back",
    situation({ row: { health: retrying("other_app", NOW + HOUR) } }),
    "job",
    { kind: "send" },
  ],
  [
    "says that this runtime may not send single-use tokens",
    situation({ app: PUBLIC, sendsOnce: false }),
    "job",
    { kind: "blocked", reason: "unsafe_runtime" },
  ],
  [
    "sends reusable tokens on any runtime",
    situation({ ...fresh, sendsOnce: false, accessDead: true }),
    "job",
    {
      kind: "send",
    },
  ],
  [
    "goes on validating for another app's login",
    situation({
      app: undefined,
      row: { health: retrying("other_app", NOW) },
      validation: { at: NOW - HOUR, answered: true },
    }),
    "job",
    { kind: "validate" },
  ],
];

const dead: readonly Row[] = [
  ["tries a dead login no sooner than after a day", situation({ row: { health: ended("refused") } }), "job", {
    kind: "rest",
    until: NOW - MINUTE + HOUR,
  }],
  [
    "tries a dead login a day after the last refusal",
    situation({ row: { health: ended("refused"), refusals: { ...twice, last: NOW - DAY } } }),
    "job",
    { kind: "send" },
  ],
  [
    "never tries a dead login of a public app by itself",
    situation({
      app: PUBLIC,
      accessDead: true,
      row: { health: ended("refused"), refusals: { ...twice, last: NOW - 9 * DAY } },
    }),
    "job",
    rest(undefined),
  ],
  ["tries a dead login for a person", situation({ row: { health: ended("refused") } }), "person", {
    kind: "send",
  }],
  [
    "never sends a token whose answer was lost, not even for a person",
    situation({ accessDead: true, row: { health: ended("answer_lost") } }),
    "person",
    rest(undefined),
  ],
  [
    "ends a login that was refused when its token dies before its time",
    situation({ accessDead: true, row: { health: retrying("refused", NOW + 20 * HOUR), refusals: twice } }),
    "job",
    { kind: "confirm" },
  ],
  [
    "ends a login that was refused twice when its token expires",
    situation({ row: { health: retrying("refused", NOW + 20 * HOUR), refusals: twice, expiresAt: NOW } }),
    "job",
    { kind: "confirm" },
  ],
  [
    "waits for the second refusal when the token has expired",
    situation({
      row: {
        health: retrying("refused", NOW + MINUTE),
        refusals: { ...twice, count: 1, last: twice.first },
        expiresAt: NOW,
      },
    }),
    "job",
    rest(NOW + MINUTE),
  ],
];

/** What a clock that was wrong has left behind: moments that are still to come. */
const clocks: readonly Row[] = [
  [
    "sends for a token that seems to come from the future",
    situation({ accessDead: true, row: { issuedAt: NOW + 365 * DAY, expiresAt: NOW + 366 * DAY } }),
    "job",
    { kind: "send" },
  ],
  [
    "validates a token that seems to come from the future",
    situation({ validation: undefined, row: { issuedAt: NOW + 365 * DAY, expiresAt: NOW + 366 * DAY } }),
    "job",
    { kind: "validate" },
  ],
  [
    "validates where the last time lies in the future",
    situation({ validation: { at: NOW + 365 * DAY, answered: true } }),
    "job",
    { kind: "validate" },
  ],
  [
    "waits no longer than any wait can be",
    situation({ row: { health: retrying("unreachable", NOW + 365 * DAY) } }),
    "job",
    { kind: "send" },
  ],
  [
    "proves an open refresh that seems to come from the future",
    situation({ app: PUBLIC, open: { ...entry, at: NOW + 365 * DAY } }),
    "job",
    { kind: "prove" },
  ],
];

for (
  const [name, given, asker, expected] of [
    ...[...calm, ...validation, ...waiting, ...open],
    ...[...disk, ...blocked, ...dead, ...clocks],
  ]
) {
  Deno.test(`nextStep() ${name}`, () => {
    assert.deepEqual(nextStep(given, NOW, asker), expected);
  });
}
