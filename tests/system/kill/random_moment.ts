/** Kills the real program at a moment that the dice choose, while a refresh, a sign-in or a restore is under way. */
import assert from "node:assert/strict";
import type { Make } from "../../support/real_program.ts";
import type { Random } from "../../support/simulated_twitch/random.ts";
import { House } from "./house.ts";
import type { Entry } from "./report.ts";
import { BACKUP_FILE } from "./restore_act.ts";
import { LIFE, lookAfterRestore } from "./restore_round.ts";
import { arrivedAt, CLIENTS, lookAfter } from "./round.ts";
import type { Act, AppType } from "./steps.ts";

/**
 * Who is killed, the server that was asked to refresh, a command that refreshes by itself, a sign-in, or a restore; and
 * how long after its start at the latest, in milliseconds: it may be over by then.
 */
const VICTIMS = [["server", 450], ["refresh", 450], ["login", 900], ["restore", 600]] as const;

/** Signs in, starts what is to be killed, kills it, and looks. */
export async function playRandomMoment(make: Make, type: AppType, random: Random): Promise<Entry> {
  const [victim, latest] = VICTIMS[random.integer(0, VICTIMS.length - 1)] ?? VICTIMS[0];
  const moment = random.integer(0, latest);
  if (victim === "restore") return await playRestoreMoment(make, type, random, moment);
  await using house = new House(make, CLIENTS[type], { seed: random.integer(1, 1e9) });
  const id = await signIn(house, type);
  // Answers that come in drips: a death among them finds the refresh token rotated and its successor nowhere.
  const kind = { kind: "slow body", bytes: 40, milliseconds: 20 } as const;
  house.sim.faults.add({ endpoint: "token", when: "after", kind, times: Infinity });
  const act: Act = victim === "login" ? "sign in again" : "refresh";
  const diedAt = await (victim === "server" ? killServer(house, moment) : killCommand(house, victim, moment));
  house.sim.faults.clear();
  const rotatedAt = arrivedAt(house);
  const { fate, replays } = await lookAfter(house, act, id);
  const lostAfter = fate === "lost" && rotatedAt !== undefined ? diedAt - rotatedAt : undefined;
  return {
    name: `random moment: ${victim}`,
    type,
    outcome: { fate, replays, exposed: undefined, lostAfter },
  };
}

/** Answers the id. Of an app with a secret that rotates this is known after its first refresh. */
async function signIn(house: House, type: AppType): Promise<string> {
  const id = await house.signIn();
  if (type !== "rotating") return id;
  const { code, stderr } = await house.ended("accounts", "refresh", await aliasIn(house));
  assert.equal(code, 0, stderr);
  return id;
}

/** Signs in, makes a backup, loses the data directory, kills the restore, and looks. */
async function playRestoreMoment(
  make: Make,
  type: AppType,
  random: Random,
  moment: number,
): Promise<Entry> {
  await using house = new House(make, CLIENTS[type], {
    seed: random.integer(1, 1e9),
    accessTokenLife: LIFE,
  });
  const id = await signIn(house, type);
  const backup = await house.ended("backup", BACKUP_FILE, "--recovery-code", "--json");
  const { recoveryCode: code } = JSON.parse(backup.stdout.split("\n")[0] ?? "");
  const rows = await house.rows();
  await Deno.remove(house.dataDir, { recursive: true });
  {
    await using command = house.command("restore", BACKUP_FILE, "--passphrase-file", "-");
    await command.type(code);
    await pause(moment);
  }
  const looked = await lookAfterRestore(house, { code, ids: [id], rows, before: [], ended: 0 });
  return {
    name: "random moment: restore",
    type,
    outcome: { ...looked, exposed: undefined, lostAfter: undefined },
  };
}

async function killServer(house: House, moment: number): Promise<number> {
  await using server = await house.serve();
  await using _command = house.command("accounts", "refresh", await aliasIn(house));
  await pause(moment);
  server.process.kill("SIGKILL");
  return Date.now();
}

async function killCommand(house: House, victim: "refresh" | "login", moment: number): Promise<number> {
  await using command = victim === "login"
    ? house.command("login", "--device", "--json")
    : house.command("accounts", "refresh", await aliasIn(house));
  const approved = victim === "login" ? house.approve(command) : Promise.resolve();
  await pause(moment);
  const diedAt = Date.now();
  await command[Symbol.asyncDispose]();
  await approved;
  return diedAt;
}

async function aliasIn(house: House): Promise<string> {
  const row = await house.row();
  assert.ok(row);
  return row.alias;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
