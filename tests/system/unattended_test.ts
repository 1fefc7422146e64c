/** The refresh loop by itself, while Twitch answers whatever it ever has: nothing that it meets may end it. */
import assert from "node:assert/strict";
import { ask, type Connected, playAll, until } from "../support/scene.ts";
import {
  answer,
  fault,
  type FaultKind,
  redirect,
  refusal,
  tooManyRequests,
} from "../support/simulated_twitch/faults.ts";
import type { SimulatedUser } from "../support/simulated_twitch/options.ts";

/** One for each login; all of them let it be tried again soon. */
const BEFORE: readonly FaultKind[] = [
  fault.internalServerError,
  fault.badGateway,
  fault.forbidden,
  fault.okPage,
  fault.okEmpty,
  fault.okTorn,
  fault.missingDeviceCode,
  fault.noClientId,
  fault.reset,
  tooManyRequests(1),
  redirect(307, "/oauth2/token"),
  refusal(401, "something new"),
  answer(200, "application/json", "null"),
  answer(200, "application/json", '{"access_token":17,"refresh_token":["x"],"expires_in":"soon"}'),
  answer(200, "application/json", `${"[".repeat(30_000)}`),
];
const AFTER: readonly FaultKind[] = [
  fault.resetAfterHeaders,
  { kind: "torn body", bytes: 20 },
  { kind: "torn body", bytes: 60 },
  { kind: "oversize body", bytes: 200_000 },
  { kind: "slow body", bytes: 7, milliseconds: 20 },
];

const USERS: readonly SimulatedUser[] = Array.from(
  { length: BEFORE.length + AFTER.length },
  (_, at) => ({ id: `${7000 + at}`, login: `user_${at}`, displayName: `User ${at}` }),
);

Deno.test("the loop of a confidential app outlives every fault of Twitch, and every login is well at the end", () =>
  playAll({ twitch: { users: USERS, accessTokenLife: 3 } }, async (scene) => {
    const { sim } = scene;
    const logins: Connected[] = [];
    for (const { login } of USERS) logins.push(await scene.signIn(login));
    sim.switches.accessTokenLife = 3600;
    for (const kind of BEFORE) {
      sim.faults.add({ endpoint: "token", grantType: "refresh_token", when: "before", kind });
    }
    for (const kind of AFTER) {
      sim.faults.add({ endpoint: "token", grantType: "refresh_token", when: "after", kind });
    }
    for (const kind of [fault.okPage, fault.reset, fault.okEmpty, fault.internalServerError]) {
      sim.faults.add({ endpoint: "validate", when: "before", kind });
    }
    const server = await scene.serve();
    await until(async () => {
      const { logins } = await (await fetch(`${server.origin}/healthz`)).json();
      return sim.faults.pending === 0 && logins.connected === USERS.length;
    });

    for (const { id, alias } of logins) assert.ok(sim.isLive((await ask(server, id)).body), alias);
    const { code, stderr } = await server.stop();
    assert.equal(code, 0);
    assert.match(stderr, /refresh failed/);
    assert.doesNotMatch(stderr, /Exception in cron handler|level=error|needed/);
    assert.equal(sim.counters.replays, 0);
  }));
