import assert from "node:assert/strict";
import fc from "fast-check";
import { type Account, DAY, type Health, HOUR, MINUTE, type Reason } from "../../src/core/account.ts";
import { nextStep, type Situation } from "../../src/core/schedule.ts";
import { anAccount } from "../support/account_samples.ts";
import { START } from "../support/fake_clock.ts";
import {
  AWAY,
  BAD_APP,
  CUT,
  DOWN,
  INVALID,
  PORTAL,
  REFUSED,
  type ScriptedTwitch,
  TOO_MANY,
  unavailable,
} from "../support/scripted_twitch.ts";
import { CONFIDENTIAL, PUBLIC, signedIn, world } from "../support/world.ts";

const NOW = START;
const reasons: readonly Reason[] = [
  ...["unreachable", "cut", "timeout", "rate_limited", "twitch_error", "not_twitch", "app_refused"] as const,
  ...["other_app", "unsafe_runtime", "disk", "refused", "answer_lost"] as const,
];

/** Mostly near now, on both sides, and sometimes a year off, as a wrong clock leaves it. */
const moment = fc.oneof(
  fc.integer({ min: NOW - 3 * HOUR, max: NOW + 3 * HOUR }),
  fc.constantFrom(NOW, NOW - MINUTE, NOW - DAY, NOW - 365 * DAY, NOW + 365 * DAY),
);
const maybeMoment = fc.option(moment, { nil: undefined });

const health: fc.Arbitrary<Health> = fc.oneof(
  fc.constant<Health>({ state: "connected" }),
  fc.record({
    state: fc.constant("retrying" as const),
    since: moment,
    reason: fc.constantFrom(...reasons),
    attempts: fc.nat(30),
    nextTry: moment,
  }),
  fc.record({
    state: fc.constant("needs_login" as const),
    since: moment,
    reason: fc.constantFrom("refused" as const, "answer_lost" as const),
  }),
);

const account: fc.Arbitrary<Account> = fc.record({
  issuedAt: moment,
  life: fc.option(fc.integer({ min: 10_000, max: 60 * DAY }), { nil: undefined }),
  health,
  refusals: fc.option(fc.record({ count: fc.integer({ min: 1, max: 9 }), first: moment, last: moment }), {
    nil: undefined,
  }),
  sends: fc.array(moment, { maxLength: 12 }).map((sends) => sends.toSorted((left, right) => left - right)),
}).map(({ issuedAt, life, ...over }) =>
  anAccount({ issuedAt, expiresAt: life === undefined ? undefined : issuedAt + life, ...over })
);

const situation: fc.Arbitrary<Situation> = fc.record({
  account,
  app: fc.constantFrom(CONFIDENTIAL, PUBLIC, undefined, { ...CONFIDENTIAL, clientId: "app-2" }),
  facts: fc.record({
    rotates: fc.boolean(),
    oldAccess: fc.constantFrom(undefined, "dies" as const, "survives" as const),
  }),
  sendsOnce: fc.boolean(),
  open: fc.option(moment.map((at) => ({ account: "key-1", generation: 1, digest: "d", at })), {
    nil: undefined,
  }),
  saveAt: maybeMoment,
  accessDead: fc.boolean(),
  unconfirmed: fc.boolean(),
  askedAt: maybeMoment,
  validation: fc.option(fc.record({ at: moment, answered: fc.boolean() }), { nil: undefined }),
});
const asker = fc.constantFrom("job" as const, "question" as const, "person" as const);

Deno.test("nextStep() rests until a moment to come or for good, never until one that has passed", () => {
  fc.assert(
    fc.property(situation, asker, (given, who) => {
      const step = nextStep(given, NOW, who);
      if (step.kind === "rest" && step.until !== undefined) assert.ok(step.until > NOW);
    }),
    { numRuns: 3000 },
  );
});

/** Of a login that is well; every other one has nothing else that makes something due at once. */
const wellSituation = fc.record({
  given: situation,
  validation: fc.record({ at: fc.integer({ min: NOW - HOUR, max: NOW }), answered: fc.constant(true) }),
  quiet: fc.boolean(),
}).map(({ given, validation, quiet }): Situation => ({
  ...given,
  account: { ...given.account, health: { state: "connected" } },
  validation,
  ...quiet &&
    { app: CONFIDENTIAL, open: undefined, saveAt: undefined, accessDead: false, unconfirmed: false },
}));

Deno.test("nextStep() rests all the time that it names, for the job and a login that is well", () => {
  let rests = 0;
  fc.assert(
    fc.property(wellSituation, fc.double({ min: 0, max: 1, noNaN: true }), (given, part) => {
      const step = nextStep(given, NOW, "job");
      if (step.kind !== "rest") return;
      rests++;
      const until = step.until ?? NOW + DAY;
      const between = Math.min(until - 1, NOW + Math.floor((until - NOW) * part));
      assert.equal(nextStep(given, between, "job").kind, "rest");
    }),
    { numRuns: 5000 },
  );
  assert.ok(rests > 500, `${rests} rested`);
});

Deno.test("nextStep() lets no question do what the background job may not, save a refresh that is near", () => {
  fc.assert(
    fc.property(situation, (given) => {
      const [job, question] = [nextStep(given, NOW, "job"), nextStep(given, NOW, "question")];
      if (question.kind !== "send") assert.deepEqual(question.kind, job.kind);
    }),
    { numRuns: 3000 },
  );
});

const down = unavailable({ reason: "twitch_error", retryAfter: HOUR });
const moods = fc.record({
  refresh: fc.constantFrom(undefined, AWAY, CUT, DOWN, PORTAL, TOO_MANY, BAD_APP, REFUSED, down),
  validate: fc.constantFrom(undefined, AWAY, CUT, DOWN, TOO_MANY, INVALID),
  diskFull: fc.boolean(),
});

function moody(twitch: ScriptedTwitch, mood: { refresh?: unknown; validate?: unknown }): void {
  for (const method of ["refresh", "validate"] as const) {
    const outcome = mood[method];
    if (outcome !== undefined) twitch.next(method, ...Array.from({ length: 20 }, () => outcome as never));
  }
}

Deno.test("Refresher.one() does not turn in circles: whatever the situation and whatever Twitch says, nothing is due after it", async () => {
  await fc.assert(
    fc.asyncProperty(situation, asker, moods, async (given, who, mood) => {
      const made = await world(PUBLIC);
      const { issuedAt, expiresAt, health, refusals, sends } = given.account;
      const login = await signedIn(made, undefined, { issuedAt, expiresAt, health, refusals, sends });
      const { accessDead, unconfirmed, askedAt, validation, saveAt } = given;
      const open = given.open === undefined ? undefined : { ...given.open, account: login.account.key };
      Object.assign(login, { accessDead, unconfirmed, askedAt, validation, saveAt, open });
      await made.roster.learn("app-1", given.facts as never);
      await made.roster.useApp(given.app);
      made.twitch.sendsOnce = given.sendsOnce;
      made.store.failWrites = mood.diskFull;
      moody(made.twitch, mood);

      await made.refresher.one(login, who);
      const next = nextStep(made.roster.situation(login), NOW, "job");
      assert.equal(next.kind, "rest");
      assert.ok(made.twitch.sent("refresh").length <= 1);
      assert.ok(made.twitch.calls.length <= 6);
      await made.refresher.close(AbortSignal.abort());
    }),
    { numRuns: 1000 },
  );
});
