/**
 * Twenty accounts live through a year of faults, deaths in the middle of a refresh, restarts and clocks that jump: in
 * households of confidential apps, of confidential apps whose refresh tokens are spent by use, with old access tokens
 * that die or survive, and of public apps. `--whole` lives it in full, `--seed=N` draws another one.
 */
import assert from "node:assert/strict";
import { HOUR } from "../../src/core/account.ts";
import {
  CONFIDENTIAL_CLIENT,
  PUBLIC_CLIENT,
  type SimulatedClient,
} from "../support/simulated_twitch/options.ts";
import { House, type Plan, type Trouble } from "./house.ts";
import { type Death, DEATHS } from "./wire.ts";
import { groups } from "../faults/kinds.ts";
import { classOf, type Kind } from "./weather.ts";

/** How much of it. */
interface Length extends Pick<Plan, "days" | "life"> {
  readonly calmDays: number;
  /** Of each household; undefined: all. */
  readonly accounts: number | undefined;
  /** So often at least each class of fault must strike, refreshes and validations by themselves. */
  readonly hits: number;
  readonly trouble: Trouble;
}

const WHOLE = Deno.args.includes("--whole");
const SEED = numberOf("seed") ?? 1;

/** Of an argument `--name=number`. */
function numberOf(name: string): number | undefined {
  const word = Deno.args.find((word) => word.startsWith(`--${name}=`));
  return word === undefined ? undefined : Number(word.slice(name.length + 3));
}

/** Fewer days, shorter lives of tokens, and trouble as dense as makes up for it. */
const SHORT: Length = {
  ...{ days: 2, calmDays: 1, accounts: 2, hits: 1, life: 3600 },
  trouble: {
    ...{ refresh: 400, validate: 150, deaths: 60, perMonth: 150 },
    ...{ outagesPerMonth: 90, longestOutage: HOUR },
  },
};
const YEAR: Length = {
  ...{ days: numberOf("days") ?? 365, calmDays: 60, accounts: undefined, hits: 50, life: undefined },
  trouble: {
    ...{ refresh: 60, validate: 10, deaths: 8, perMonth: 15 },
    ...{ outagesPerMonth: 2, longestOutage: 12 * HOUR },
  },
};
const LENGTH = WHOLE ? YEAR : SHORT;

const ROTATING_CLIENT: SimulatedClient = {
  ...CONFIDENTIAL_CLIENT,
  rotateRefreshToken: true,
  replayKillsGrant: true,
  oldAccessTokenAfterRefresh: "dies",
};
const SURVIVING_CLIENT: SimulatedClient = { ...ROTATING_CLIENT, oldAccessTokenAfterRefresh: "survives" };

const HOUSEHOLDS = [
  { name: "a confidential app", client: CONFIDENTIAL_CLIENT, accounts: 7 },
  { name: "a confidential app that rotates", client: ROTATING_CLIENT, accounts: 5 },
  { name: "a confidential app that rotates and lets old tokens live", client: SURVIVING_CLIENT, accounts: 3 },
  { name: "a public app", client: PUBLIC_CLIENT, accounts: 5 },
] as const;

type Lived = Awaited<ReturnType<House["live"]>>;

/** Where Linux keeps files in memory: every commit is synced, and a year has many. */
function inMemory(): { readonly dir?: string } {
  try {
    return Deno.statSync("/dev/shm").isDirectory ? { dir: "/dev/shm" } : {};
  } catch {
    return {};
  }
}

async function lived(plan: Omit<Plan, "dataDir">): Promise<{ house: House; ends: Lived }> {
  const dataDir = await Deno.makeTempDir({ prefix: "companion-token-server-", ...inMemory() });
  const house = new House({ ...plan, dataDir });
  try {
    return { house, ends: await house.live() };
  } finally {
    house.end();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** What happened, for people: the whole year prints it. */
function tell(name: string, { report, wire, weather, sim }: House): void {
  if (!WHOLE) return;
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].toSorted().map(([what, count]) => `${what} ${count}`).join(", ") || "none";
  const { refresh, validate } = weather.hits;
  const { lost, wrongs, ...counts } = report;
  const lines = [
    `${name}, seed ${SEED}: ${wire.sends} sends, ${sim.counters.requests.validate} validations`,
    Object.entries(counts).map(([what, count]) => `${what} ${count}`).join(", "),
    `faults of refreshes: ${list(refresh)}`,
    `faults of validations: ${list(validate)}`,
    `deaths in a refresh: ${list(wire.deaths)}`,
    `logins lost between the provider's rotation and our commit: ${list(lost)}`,
    ...wrongs,
  ];
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${lines.join("\n  ")}\n`));
}

/** What has struck, and how often, in all households. */
class Tally {
  readonly #others = { restarts: 0, jumps: 0, outages: 0 };
  readonly #deaths = new Map<Death, number>();
  readonly #hits: Readonly<Record<Kind, Map<string, number>>> = { refresh: new Map(), validate: new Map() };

  add({ weather, report, wire }: House): void {
    for (const other of ["restarts", "jumps", "outages"] as const) this.#others[other] += report[other];
    for (const [death, count] of wire.deaths) this.#deaths.set(death, (this.#deaths.get(death) ?? 0) + count);
    for (const kind of ["refresh", "validate"] as const) {
      for (const [name, count] of weather.hits[kind]) {
        this.#hits[kind].set(name, (this.#hits[kind].get(name) ?? 0) + count);
      }
    }
  }

  assertEach(least: number): void {
    const rare = (["refresh", "validate"] as const).flatMap((kind) =>
      groups().map((group) => ({
        kind,
        name: classOf(group),
        hits: this.#hits[kind].get(classOf(group)) ?? 0,
      }))
    ).filter(({ hits }) => hits < least);
    assert.deepEqual(rare, [], `faults that struck fewer than ${least} times`);
    assert.equal(this.#deaths.size, DEATHS.length, "died at each step of a refresh");
    const strokes = [...this.#deaths, ...Object.entries(this.#others)];
    assert.deepEqual(strokes.filter(([, count]) => count < least), [], `struck fewer than ${least} times`);
  }
}

async function liveThrough(household: typeof HOUSEHOLDS[number], tally: Tally): Promise<void> {
  const { name, client, accounts } = household;
  const { days, life, trouble } = LENGTH;
  // Each has weather of its own.
  const seed = SEED * HOUSEHOLDS.length + HOUSEHOLDS.indexOf(household);
  const some = { client, accounts: LENGTH.accounts ?? accounts, seed };
  const { house, ends } = await lived({ ...some, days, life, trouble });
  tally.add(house);
  tell(name, house);
  const { report, sim } = house;
  assert.deepEqual(report.wrongs, []);
  assert.equal(sim.counters.replays, 0, "no spent refresh token is sent again");
  if (client === CONFIDENTIAL_CLIENT) {
    assert.deepEqual([...report.lost, report.withoutWitness], [0], "what is not spent is not lost");
  }
  assert.ok(ends.every(({ health, served }) => health === "connected" && served), JSON.stringify(ends));
  assert.ok(report.mostLive <= 25, `${report.mostLive} live access tokens`);
}

Deno.test("a year of trouble loses no login beyond the span between the provider's rotation and our commit", async (year) => {
  const tally = new Tally();
  for (const household of HOUSEHOLDS) {
    await year.step(household.name, () => liveThrough(household, tally));
  }
  tally.assertEach(LENGTH.hits);
});

for (const { name, client } of HOUSEHOLDS) {
  Deno.test(`months of ${name} without trouble have no error and few live tokens`, async () => {
    const calm = { days: LENGTH.calmDays, life: undefined, trouble: undefined };
    const { house } = await lived({ client, accounts: 1, seed: SEED, ...calm });
    tell(`${name} without trouble`, house);
    const { report, sim } = house;
    assert.equal(report.questions, LENGTH.calmDays * 96);
    assert.deepEqual([report.unanswered, report.stale, report.restarts, report.jumps], [0, 0, 0, 0]);
    assert.deepEqual([report.wrongs, [...report.lost], sim.counters.replays], [[], [], 0]);
    assert.ok(report.mostLive <= 3, `${report.mostLive} live access tokens`);
  });
}
