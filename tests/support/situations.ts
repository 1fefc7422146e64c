import { type Account, HOUR, MINUTE } from "../../src/core/account.ts";
import type { Health, Reason, Time } from "../../src/core/account.ts";
import type { Asker, Situation, Step } from "../../src/core/schedule.ts";
import { anAccount } from "./account_samples.ts";
import { START } from "./fake_clock.ts";
import { CONFIDENTIAL } from "./world.ts";

/** Two hours into a life of four, a minute before the job refreshes; validated a moment ago. */
export const NOW: Time = START + 2 * HOUR - 3 * MINUTE;
/** When the job refreshes the account of `situation()`. */
export const DUE: Time = START + 118 * MINUTE;

/** One row of a table: a name, what is given, who asks, and what is to be done at `NOW`. */
export type StepRow = readonly [string, Situation, Asker, Step];

/** A calm situation of a confidential app at `NOW`; `row` changes its account. */
export function situation(over: Partial<Situation> & { row?: Partial<Account> } = {}): Situation {
  const { row, ...rest } = over;
  return {
    account: anAccount({ issuedAt: START, expiresAt: START + 4 * HOUR, ...row }),
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

/** The health after failures. */
export function retrying(reason: Reason, nextTry: Time, since: Time = NOW - 5 * MINUTE): Health {
  return { state: "retrying", since, reason, attempts: 3, nextTry };
}

/** Nothing to do before `until`. */
export function rest(until: Time | undefined): Step {
  return { kind: "rest", until };
}
