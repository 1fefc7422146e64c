/** One round: somebody is killed, the real program is started again, and what became of the login is looked at. */
import assert from "node:assert/strict";
import {
  type Ended,
  makes,
  type RealServer,
  type RunningCommand,
  startCommand,
} from "../../support/real_program.ts";
import { ask, until } from "../../support/scene.ts";
import { fault } from "../../support/simulated_twitch/faults.ts";
import {
  CONFIDENTIAL_CLIENT,
  PUBLIC_CLIENT,
  SECOND_USER,
  type SimulatedClient,
} from "../../support/simulated_twitch/options.ts";
import type { Orders, Told } from "./child.ts";
import { House, type Row } from "./house.ts";
import type { Forgotten } from "./parts.ts";
import type { Act, AppType, Case, Fate } from "./steps.ts";

/** What a round has shown. */
export interface Outcome {
  readonly fate: Fate;
  /** Spent refresh tokens that arrived. */
  readonly replays: number;
  /** Milliseconds from the rotation at Twitch to the commit of the new grant; undefined where one of them did not come. */
  readonly exposed: number | undefined;
  /** Milliseconds from the rotation at Twitch to the death, for a login that was lost. */
  readonly lostAfter: number | undefined;
}

/** What was found after a death. */
export type Looked = Pick<Outcome, "fate" | "replays">;

/** What else differs from round to round. */
export interface Circumstances {
  readonly seed: number;
  readonly earlier: number;
  /** The machine that a backup was made on has refreshed since. */
  readonly spent?: boolean;
  readonly forgets?: Forgotten;
}

export const CLIENTS: Readonly<Record<AppType, SimulatedClient>> = {
  confidential: CONFIDENTIAL_CLIENT,
  public: PUBLIC_CLIENT,
  rotating: {
    ...CONFIDENTIAL_CLIENT,
    rotateRefreshToken: true,
    replayKillsGrant: true,
    oldAccessTokenAfterRefresh: "dies",
  },
};

/** Whether refresh tokens of this app are spent by use. */
export function spends({ secret, rotateRefreshToken = secret === undefined }: SimulatedClient): boolean {
  return rotateRefreshToken;
}

/** Kills a child at the step, and looks. */
export async function playCase(one: Case, circumstances: Circumstances): Promise<Outcome> {
  const [make] = makes();
  assert.ok(make);
  await using house = new House(make, CLIENTS[one.type], { seed: circumstances.seed });
  const { told, diedAt } = await killChild(house, one, circumstances);
  const id = told.find((line) => line.kind === "signed in")?.id;
  const steps = told.filter((line) => line.kind === "step");
  const committedAt = steps.find(({ step }) => step === "after endRefresh")?.at;
  const rotatedAt = one.act === "refresh" ? arrivedAt(house) : undefined;
  const { fate, replays } = one.act === "first refresh"
    ? await lookAfterCut(house)
    : await lookAfter(house, one.act, id);
  return {
    fate,
    replays,
    exposed: spanOf(rotatedAt, committedAt),
    lostAfter: fate === "lost" ? spanOf(rotatedAt, diedAt ?? steps.at(-1)?.at) : undefined,
  };
}

function spanOf(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}

/** When the last refresh came to Twitch, which acts at once. */
export function arrivedAt({ sim }: House): number | undefined {
  return sim.requests.findLast(({ params }) => params["grant_type"] === "refresh_token")?.at;
}

/** What a child has told until it died. */
export interface Dead {
  readonly told: readonly Told[];
  /** Undefined if it has killed itself. */
  readonly diedAt: number | undefined;
}

const IN_FLIGHT = /^in flight (before|after)/;

/** Starts a child and lets it die at the step. */
export async function killChild(house: House, one: Case, circumstances: Circumstances): Promise<Dead> {
  const { client, database, dataDir, sim, start, twitch: { authUrl, apiUrl } } = house;
  const { earlier, forgets, spent = false } = circumstances;
  const when = IN_FLIGHT.exec(one.step)?.[1] as "before" | "after" | undefined;
  const { act, step, call } = one;
  const orders: Orders = {
    ...{ dataDir, authUrl, apiUrl, client, spent },
    act: act === "first refresh" ? "refresh" : act,
    // From the second on it is known what the app does.
    earlier: one.type === "rotating" && act === "refresh" ? earlier + 1 : earlier,
    ...forgets === undefined ? {} : { forgets },
    ...database === undefined ? {} : { database: database.url },
    ...when === undefined ? { death: { step, call } } : {},
  };
  const args = [...start.make.args.slice(0, -1), new URL("child.ts", import.meta.url).pathname];
  await using child = startCommand({ ...start, make: { ...start.make, args } }, [JSON.stringify(orders)]);
  if (act !== "sign in") await approve(house, child, 1);
  if (act.startsWith("restore")) await approve(house, child, 2, SECOND_USER.login);
  await child.printed(/"ready"/);
  if (when !== undefined) sim.faults.add({ endpoint: "token", when, kind: fault.hang });
  // A failed refresh writes the row anew.
  if (step.endsWith("replace") && act === "refresh") {
    sim.faults.add({ endpoint: "token", when: "before", kind: fault.internalServerError });
  }
  await child.type("go");
  if (act.startsWith("sign in")) await approve(house, child, act === "sign in" ? 1 : 2);
  let diedAt: number | undefined;
  if (when !== undefined) {
    await until(() => sim.faults.pending === 0);
    diedAt = Date.now();
    child.kill("SIGKILL");
  }
  const { code, stdout, stderr } = await child.ended();
  assert.equal(code, 128 + 9, `it was killed at ${act}: ${step}\n${stdout}${stderr}`);
  return { told: toldBy(stdout), diedAt };
}

function toldBy(stdout: string): readonly Told[] {
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** Approves the child's `number`th sign-in as a person would. */
async function approve(
  { sim }: House,
  child: RunningCommand,
  number: number,
  user?: string,
): Promise<void> {
  await child.printed(new RegExp(`(?:"kind":"(?:authorize|device)".*\n[^]*?){${number}}`));
  const asked =
    toldBy(child.stdout.replace(/[^\n]*$/, "")).flatMap((line) =>
      line.kind === "authorize" || line.kind === "device" ? [line] : []
    )[number - 1];
  assert.ok(asked);
  const choice = user === undefined ? {} : { user };
  if (asked.kind === "device") sim.approveDevice(asked.text, choice);
  else await child.type(await sim.signIn(asked.text, choice));
}

/**
 * Starts the program where somebody was killed, or looks at the one that ran `beside` on the same database: whatever became of the login, it is served in the end under the id that
 * it had, and its refresh token works. `id` is undefined where nobody had been told one.
 */
export async function lookAfter(
  house: House,
  act: Act,
  id: string | undefined,
  beside?: RealServer,
): Promise<Looked> {
  const { sim, client } = house;
  const found = await house.row();
  const rotations = sim.counters.refreshes.get(1) ?? 0;
  await using own = beside === undefined ? await house.serve() : undefined;
  const server = beside ?? own;
  assert.ok(server);
  await until(async () => !await house.isOpen());
  const known = id ?? (found === undefined ? await house.signIn() : await house.id());
  const fate = found === undefined
    ? "none"
    : await fateOf({ house, server, act, found, rotations, id: known });
  if (act === "refresh" && spends(client)) {
    const uncommitted = rotations + 1 - (found?.generation ?? 0);
    assert.equal(uncommitted, fate === "lost" ? 1 : 0, "what is lost was rotated and not committed");
  }
  if (fate === "lost") assert.equal(await house.signIn(), known, "the login that heals keeps its id");
  // What a command has done, or another process, is heard of a moment later.
  await until(() => servesLife(house, server, known));
  return { fate, replays: sim.counters.replays };
}

/** The same, but the answer of the next refresh is cut off: what an app does is known by then. */
export async function lookAfterCut(house: House, beside?: RealServer): Promise<Looked> {
  const found = await house.row();
  assert.equal(found?.generation, 2, "the first refresh is committed");
  house.sim.faults.add({
    endpoint: "token",
    grantType: "refresh_token",
    when: "after",
    kind: fault.reset,
  });
  await using own = beside === undefined ? await house.serve() : undefined;
  const server = beside ?? own;
  assert.ok(server);
  await refreshed(house, found.alias);
  await until(async () => house.sim.faults.pending === 0 && !await house.isOpen());
  const fate = (await house.row())?.state === "needs_login" ? "lost" : "kept";
  const id = await house.signIn();
  await until(() => servesLife(house, server, id));
  return { fate, replays: house.sim.counters.replays };
}

interface Found {
  readonly house: House;
  readonly server: RealServer;
  readonly act: Act;
  /** As it was when the program was started again. */
  readonly found: Row;
  /** So many refreshes of the first grant had succeeded by then. */
  readonly rotations: number;
  readonly id: string;
}

/** What became of the account. One that is not lost is served at once, and can be refreshed. */
async function fateOf({ house, server, act, found, rotations, id }: Found): Promise<Fate> {
  if ((await house.row())?.state === "needs_login") return "lost";
  const served = await servesLife(house, server, id);
  const { code, stderr } = await refreshed(house, found.alias);
  if ((await house.row())?.state === "needs_login") return "lost";
  assert.equal(code, 0, stderr);
  assert.ok(served, "a token that lives is served at once");
  if (act === "refresh") return "kept";
  if (act === "sign in") return "made";
  return found.generation === 1 + rotations ? "old" : "new";
}

/** Asks for a refresh by the program's own command, again while another process has the login. */
async function refreshed(house: House, alias: string): Promise<Ended> {
  while (true) {
    const ended = await house.ended("accounts", "refresh", alias);
    if (ended.code !== 4 || !/another instance/.test(ended.stderr)) return ended;
  }
}

async function servesLife({ sim }: House, server: RealServer, id: string): Promise<boolean> {
  const { status, body } = await ask(server, id);
  return status === 200 && sim.isLive(body);
}
