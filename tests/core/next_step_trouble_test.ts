import assert from "node:assert/strict";
import { DAY, type Health, HOUR, MINUTE, type Reason, SECOND } from "../../src/core/account.ts";
import { nextStep } from "../../src/core/schedule.ts";
import { NOW, rest, retrying, situation, type StepRow } from "../support/situations.ts";
import { CONFIDENTIAL, PUBLIC } from "../support/world.ts";

const entry = { account: "key-1", generation: 1, digest: "d", at: NOW - 10 * SECOND };
const earlier = { ...entry, at: NOW - MINUTE };
const twice = { count: 2, first: NOW - HOUR, last: NOW - 50 * MINUTE };
const fresh = { facts: { rotates: false, oldAccess: undefined } } as const;

function ended(reason: Reason): Health {
  return { state: "needs_login", since: NOW - 2 * HOUR, reason };
}

const open: readonly StepRow[] = [
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

const blocked: readonly StepRow[] = [
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

const dead: readonly StepRow[] = [
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
const clocks: readonly StepRow[] = [
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
  ["writes where the time for it lies far ahead", situation({ saveAt: NOW + 365 * DAY }), "job", {
    kind: "save",
  }],
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

for (const [name, given, asker, expected] of [...open, ...blocked, ...dead, ...clocks]) {
  Deno.test(`nextStep() ${name}`, () => {
    assert.deepEqual(nextStep(given, NOW, asker), expected);
  });
}
