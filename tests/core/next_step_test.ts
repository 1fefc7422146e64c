import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { nextStep } from "../../src/core/schedule.ts";
import { DUE, NOW, rest, retrying, situation, type StepRow } from "../support/situations.ts";
import { START } from "../support/fake_clock.ts";
import { PUBLIC } from "../support/world.ts";

const full = Array.from({ length: 8 }, (_, index) => NOW - 50 * MINUTE + index * MINUTE);

const calm: readonly StepRow[] = [
  ["rests until the refresh", situation(), "job", rest(DUE)],
  ["rests for a question long before the end", situation(), "question", rest(DUE)],
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

const validation: readonly StepRow[] = [
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
    rest(DUE),
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
    "refreshes for somebody who waits what was dead a minute after a refresh",
    situation({ accessDead: true, row: { lastRefresh: NOW - MINUTE } }),
    "question",
    { kind: "send" },
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

const waiting: readonly StepRow[] = [
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

const disk: readonly StepRow[] = [
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

for (const [name, given, asker, expected] of [...calm, ...validation, ...waiting, ...disk]) {
  Deno.test(`nextStep() ${name}`, () => {
    assert.deepEqual(nextStep(given, NOW, asker), expected);
  });
}
