/**
 * What each fault of Twitch does to a login: every kind, before and after Twitch has acted on the request, in every
 * operation, for both types of app. Fails if a line of a table is not what happens.
 */
import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import {
  CONFIDENTIAL_CLIENT,
  PUBLIC_CLIENT,
  type SimulatedClient,
} from "../support/simulated_twitch/options.ts";
import type { Fault, FaultKind } from "../support/simulated_twitch/faults.ts";
import { type Group, groups } from "./kinds.ts";
import { Stage } from "./stage.ts";

type Play = (stage: Stage, strike: (aim: Pick<Fault, "endpoint" | "grantType">) => void) => Promise<string>;

/** One cell: all faults of the group come to the same, and no spent refresh token arrives. */
async function cell(play: Play, client: SimulatedClient, group: Group): Promise<string> {
  const outcomes = await Promise.all(group.kinds.map((kind) => once(play, client, group, kind)));
  return [...new Set(outcomes)].join(" OR ");
}

async function once(play: Play, client: SimulatedClient, group: Group, kind: FaultKind): Promise<string> {
  const stage = await Stage.open(client);
  const { when, slow } = group;
  const outcome = await play(stage, (aim) => stage.strike({ ...aim, when, kind }, slow));
  assert.equal(stage.sim.faults.pending, 0, `${group.name} has struck`);
  assert.equal(stage.sim.counters.replays, 0, `${group.name} leads to no replay`);
  return outcome;
}

async function tableOf(play: Play, clients: readonly SimulatedClient[]): Promise<string[]> {
  const lines: string[] = [];
  for (const group of groups()) {
    const cells = await Promise.all(clients.map((client) => cell(play, client, group)));
    lines.push([`${group.when} ${group.name}`, ...cells].join(" | "));
  }
  return lines;
}

function linesOf(table: string): string[] {
  const [_heading, ...lines] = table.trim().split("\n");
  return lines.map((line) => line.split("|").map((cell) => cell.trim()).join(" | "));
}

/** Whether the grant is another than before, and how the login is. */
function standing({ login: { account } }: Stage, generation: number): string {
  const { health } = account;
  const grant = account.generation === generation ? "same" : "moved";
  return health.state === "connected" ? `${grant} connected` : `${grant} ${health.state} ${health.reason}`;
}

/**
 * At the end the login is `kept`, which another refresh shows; or a person has signed in again, and the reason says why.
 * Either way it has the same id.
 */
async function ending(stage: Stage, ids: readonly string[]): Promise<string> {
  const { health } = stage.login.account;
  if (health.state === "needs_login") assert.equal(await stage.signInByDevice(), "connected");
  else {
    const { generation } = stage.login.account;
    await stage.refreshNow();
    assert.equal(stage.login.account.generation, generation + 1);
  }
  await stage.round();
  assert.equal(stage.login.account.health.state, "connected");
  assert.ok(stage.served);
  assert.deepEqual(stage.ids, ids);
  assert.deepEqual(await stage.store.journal(), []);
  return health.state === "needs_login" ? health.reason : "kept";
}

async function playRefresh(stage: Stage, strike: Parameters<Play>[1]): Promise<string> {
  const { login, ids } = stage;
  const { generation, expiresAt = 0 } = login.account;
  const due = expiresAt - (stage.client.secret === undefined ? 30 : 122) * MINUTE;
  await stage.wait(due - stage.clock.now() - MINUTE);
  await stage.round();
  assert.equal(stage.arrived("refresh_token"), 0);
  await stage.wait(MINUTE);
  strike({ endpoint: "token", grantType: "refresh_token" });
  await stage.round();
  const after = standing(stage, generation);
  if (stage.client.secret !== undefined) assert.ok(stage.served, "a token that lives is served on");
  await stage.rounds(HOUR, () => /needs_login|moved connected/.test(standing(stage, generation)));
  const sends = stage.arrived("refresh_token");
  const told = stage.notifier.told.map((notice) => notice.replace(/ .*/, "")).join("+") || "-";
  return `${after}, ${sends} sent, ${await ending(stage, ids)}, ${told}`;
}

Deno.test("every fault of a refresh leaves the login as the table says", async () => {
  assert.deepEqual(
    await tableOf(playRefresh, [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]),
    linesOf(`
    refresh            | confidential                                | public
    before unreachable | same retrying unreachable, 1 sent, kept, -  | same retrying unreachable, 1 sent, kept, -
    before too many    | same retrying rate_limited, 2 sent, kept, - | same retrying rate_limited, 2 sent, kept, -
    before wrong app   | same retrying app_refused, 2 sent, kept, -  | same retrying app_refused, 2 sent, kept, -
    before 5xx         | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before page        | same retrying not_twitch, 2 sent, kept, -   | same retrying not_twitch, 2 sent, kept, -
    before 3xx         | same retrying not_twitch, 2 sent, kept, -   | same retrying not_twitch, 2 sent, kept, -
    before other 400   | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before refused     | same retrying refused, 2 sent, kept, -      | same retrying refused, 2 sent, kept, -
    before other 401   | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before reset       | same retrying cut, 2 sent, kept, -          | same retrying cut, 2 sent, kept, -
    before hang        | same retrying timeout, 2 sent, kept, -      | same retrying timeout, 2 sent, kept, -
    before torn early  | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before torn middle | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before torn late   | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before drips       | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before oversize    | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    before too slow    | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 2 sent, kept, -
    after 5xx          | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 1 sent, answer_lost, needs_login
    after page         | same retrying not_twitch, 2 sent, kept, -   | same retrying not_twitch, 1 sent, answer_lost, needs_login
    after 3xx          | same retrying not_twitch, 2 sent, kept, -   | same retrying not_twitch, 1 sent, answer_lost, needs_login
    after other 400    | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 1 sent, answer_lost, needs_login
    after refused      | same retrying refused, 2 sent, kept, -      | same needs_login refused, 1 sent, refused, needs_login
    after other 401    | same retrying twitch_error, 2 sent, kept, - | same retrying twitch_error, 1 sent, answer_lost, needs_login
    after reset        | same retrying cut, 2 sent, kept, -          | same retrying cut, 1 sent, answer_lost, needs_login
    after hang         | same retrying timeout, 2 sent, kept, -      | same retrying timeout, 1 sent, answer_lost, needs_login
    after torn early   | same retrying cut, 2 sent, kept, -          | same retrying cut, 1 sent, answer_lost, needs_login
    after torn middle  | moved connected, 1 sent, kept, -            | moved needs_login answer_lost, 1 sent, answer_lost, needs_login
    after torn late    | moved connected, 1 sent, kept, -            | moved connected, 1 sent, kept, -
    after drips        | moved connected, 1 sent, kept, -            | moved connected, 1 sent, kept, -
    after oversize     | moved connected, 1 sent, kept, -            | moved connected, 1 sent, kept, -
    after too slow     | same retrying timeout, 2 sent, kept, -      | same retrying timeout, 1 sent, answer_lost, needs_login
  `),
  );
});

async function playValidate(stage: Stage, strike: Parameters<Play>[1]): Promise<string> {
  const { login, ids } = stage;
  const { generation } = login.account;
  await stage.wait(HOUR - MINUTE);
  await stage.round();
  const asked = stage.sim.counters.requests.validate;
  await stage.wait(MINUTE);
  strike({ endpoint: "validate" });
  await stage.round();
  const after = standing(stage, generation);
  assert.ok(stage.served, "a token that lives is served on");
  const times = stage.sim.counters.requests.validate - asked;
  await stage.rounds(2 * MINUTE, () => false);
  assert.equal(stage.login.account.health.state, "connected");
  return `${after}, ${times} asked, ${stage.arrived("refresh_token")} sent, ${await ending(stage, ids)}`;
}

Deno.test("every fault of /validate leaves the login as the table says", async () => {
  assert.deepEqual(
    await tableOf(playValidate, [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]),
    linesOf(`
    /validate          | confidential                           | public
    before unreachable | same connected, 0 asked, 0 sent, kept  | same connected, 0 asked, 0 sent, kept
    before too many    | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before wrong app   | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before 5xx         | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before page        | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before 3xx         | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before other 400   | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before refused     | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before other 401   | moved connected, 1 asked, 1 sent, kept | moved connected, 3 asked, 1 sent, kept
    before reset       | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before hang        | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before torn early  | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before torn middle | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before torn late   | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before drips       | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before oversize    | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    before too slow    | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after 5xx          | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after page         | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after 3xx          | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after other 400    | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after refused      | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after other 401    | moved connected, 1 asked, 1 sent, kept | moved connected, 3 asked, 1 sent, kept
    after reset        | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after hang         | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after torn early   | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after torn middle  | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after torn late    | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after drips        | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after oversize     | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
    after too slow     | same connected, 1 asked, 0 sent, kept  | same connected, 1 asked, 0 sent, kept
  `),
  );
});

async function signInAgain(stage: Stage, signIn: () => Promise<string>, grantType: string): Promise<string> {
  const { login, ids } = stage;
  const { generation } = login.account;
  const before = stage.arrived(grantType);
  const outcome = await signIn();
  const sends = stage.arrived(grantType) - before;
  const after = standing(stage, generation);
  assert.ok(stage.served, "the login that was there before, or the new one, is served");
  assert.equal(outcome === "connected", !after.startsWith("same"));
  if (outcome !== "connected") assert.equal(await signIn(), "connected");
  return `${outcome}, ${after}, ${sends} sent, ${await ending(stage, ids)}`;
}

const CODE = "authorization_code";
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

Deno.test("every fault of a sign-in by code leaves the login that was there before as the table says", async () => {
  const play: Play = async (stage, strike) => {
    strike({ endpoint: "token", grantType: CODE });
    return await signInAgain(stage, () => stage.signInByCode(), CODE);
  };
  assert.deepEqual(
    await tableOf(play, [CONFIDENTIAL_CLIENT]),
    linesOf(`
    by code            | confidential
    before unreachable | unavailable, same connected, 0 sent, kept
    before too many    | unavailable, same connected, 1 sent, kept
    before wrong app   | app_refused, same connected, 1 sent, kept
    before 5xx         | unavailable, same connected, 1 sent, kept
    before page        | unavailable, same connected, 1 sent, kept
    before 3xx         | unavailable, same connected, 1 sent, kept
    before other 400   | refused, same connected, 1 sent, kept
    before refused     | refused, same connected, 1 sent, kept
    before other 401   | unavailable, same connected, 1 sent, kept
    before reset       | unavailable, same connected, 1 sent, kept
    before hang        | unavailable, same connected, 1 sent, kept
    before torn early  | unavailable, same connected, 1 sent, kept
    before torn middle | unavailable, same connected, 1 sent, kept
    before torn late   | unavailable, same connected, 1 sent, kept
    before drips       | unavailable, same connected, 1 sent, kept
    before oversize    | unavailable, same connected, 1 sent, kept
    before too slow    | unavailable, same connected, 1 sent, kept
    after 5xx          | unavailable, same connected, 1 sent, kept
    after page         | unavailable, same connected, 1 sent, kept
    after 3xx          | unavailable, same connected, 1 sent, kept
    after other 400    | refused, same connected, 1 sent, kept
    after refused      | refused, same connected, 1 sent, kept
    after other 401    | unavailable, same connected, 1 sent, kept
    after reset        | unavailable, same connected, 1 sent, kept
    after hang         | unavailable, same connected, 1 sent, kept
    after torn early   | unavailable, same connected, 1 sent, kept
    after torn middle  | unavailable, same connected, 1 sent, kept
    after torn late    | connected, moved connected, 1 sent, kept
    after drips        | connected, moved connected, 1 sent, kept
    after oversize     | connected, moved connected, 1 sent, kept
    after too slow     | unavailable, same connected, 1 sent, kept
  `),
  );
});

Deno.test("a sign-in by code with a public app ends before anything is sent, and leaves the login as it was", async () => {
  const stage = await Stage.open(PUBLIC_CLIENT);
  const { generation } = stage.login.account;
  const requests = stage.sim.requests.length;
  assert.equal(await stage.signInByCode(), "app_refused");
  assert.equal(stage.sim.requests.length, requests);
  assert.equal(standing(stage, generation), "same connected");
});

Deno.test("every fault of a sign-in by device code leaves the login that was there before as the table says", async () => {
  const play: Play = async (stage, strike) => {
    strike({ endpoint: "token", grantType: DEVICE });
    return await signInAgain(stage, () => stage.signInByDevice(), DEVICE);
  };
  assert.deepEqual(
    await tableOf(play, [CONFIDENTIAL_CLIENT, PUBLIC_CLIENT]),
    linesOf(`
    by device          | confidential                              | public
    before unreachable | connected, moved connected, 1 sent, kept  | connected, moved connected, 1 sent, kept
    before too many    | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before wrong app   | app_refused, same connected, 1 sent, kept | app_refused, same connected, 1 sent, kept
    before 5xx         | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before page        | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before 3xx         | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before other 400   | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before refused     | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before other 401   | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before reset       | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before hang        | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before torn early  | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before torn middle | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before torn late   | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before drips       | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before oversize    | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    before too slow    | connected, moved connected, 2 sent, kept  | connected, moved connected, 2 sent, kept
    after 5xx          | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after page         | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after 3xx          | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after other 400    | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after refused      | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after other 401    | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after reset        | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after hang         | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after torn early   | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
    after torn middle  | unavailable, same connected, 1 sent, kept | unavailable, same connected, 1 sent, kept
    after torn late    | connected, moved connected, 1 sent, kept  | connected, moved connected, 1 sent, kept
    after drips        | connected, moved connected, 1 sent, kept  | connected, moved connected, 1 sent, kept
    after oversize     | connected, moved connected, 1 sent, kept  | connected, moved connected, 1 sent, kept
    after too slow     | refused, same connected, 2 sent, kept     | refused, same connected, 2 sent, kept
  `),
  );
});
