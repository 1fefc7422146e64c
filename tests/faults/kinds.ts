/** Every kind of fault that the simulated Twitch has, in groups whose members must come to the same. */
import {
  answer,
  type Fault,
  fault,
  type FaultKind,
  redirect,
  refusal,
  tooManyRequests,
} from "../support/simulated_twitch/faults.ts";

/** Some faults that must have the same consequences. */
export interface Group {
  readonly name: string;
  /** Before Twitch has acted on the request, or after. */
  readonly when: Fault["when"];
  readonly kinds: readonly FaultKind[];
  /** Only the end of the time allowed ends it. */
  readonly slow: boolean;
}

/** Twitch says by them that it has not acted: after it has acted they would be a lie. */
const REFUSALS: Readonly<Record<string, readonly FaultKind[]>> = {
  "too many": [tooManyRequests(), tooManyRequests(30)],
  "wrong app": [fault.noClientId, refusal(403, "invalid client secret"), refusal(400, "invalid client")],
};

/** What stands in place of the true answer. */
const ANSWERS: Readonly<Record<string, readonly FaultKind[]>> = {
  "5xx": [
    fault.internalServerError,
    fault.badGateway,
    fault.serviceUnavailable,
    fault.gatewayTimeout,
    refusal(500, "Invalid refresh token"),
  ],
  "page": [
    fault.forbidden,
    fault.okPage,
    fault.okEmpty,
    fault.okTorn,
    answer(200, "application/json", "null"),
  ],
  "3xx": [redirect(301, "/"), redirect(302, "/"), redirect(307, "/oauth2/token"), redirect(308, "/")],
  "other 400": [fault.missingDeviceCode],
  "refused": [fault.falseInvalidRefreshToken],
  "other 401": [refusal(401, "invalid access token")],
  "reset": [fault.reset],
  "hang": [fault.hang],
};

/** What is made of the true answer; before Twitch has acted it is a page of its gateway. */
const BODIES: Readonly<Record<string, readonly FaultKind[]>> = {
  "torn early": [fault.resetAfterHeaders, { kind: "torn body", bytes: 20 }],
  "torn middle": [{ kind: "torn body", bytes: 70 }, { kind: "torn body", bytes: 100 }],
  "torn late": [{ kind: "torn body", bytes: 160 }],
  "drips": [{ kind: "slow body", bytes: 60, milliseconds: 1 }],
  "oversize": [{ kind: "oversize body", bytes: 200_000 }],
  "too slow": [{ kind: "slow body", bytes: 4, milliseconds: 1000 }],
};

const SLOW: readonly string[] = ["hang", "too slow"];

/** All of them. An unreachable Twitch has never acted. */
export function groups(): readonly Group[] {
  const either = { ...ANSWERS, ...BODIES };
  return [
    ...groupsOf("before", { unreachable: [fault.unreachable], ...REFUSALS, ...either }),
    ...groupsOf("after", either),
  ];
}

function groupsOf(when: Fault["when"], kinds: Readonly<Record<string, readonly FaultKind[]>>): Group[] {
  return Object.entries(kinds).map(([name, kinds]) => ({ name, when, kinds, slow: SLOW.includes(name) }));
}
