/** One round of a restore: who restores is killed, what it left is looked at, and one more restore ends it. */
import assert from "node:assert/strict";
import { makes, type RealServer } from "../../support/real_program.ts";
import { ask, until } from "../../support/scene.ts";
import { House, type Row } from "./house.ts";
import { BACKUP_FILE } from "./restore_act.ts";
import { type Circumstances, CLIENTS, killChild, type Looked, type Outcome, spends } from "./round.ts";
import type { Case, Fate } from "./steps.ts";

/** Seconds: long enough for a round on a slow machine; a restored token is proved after a twentieth of it. */
export const LIFE = 60;

/** Kills a child at the step, and looks. */
export async function playRestore(one: Case, circumstances: Circumstances): Promise<Outcome> {
  const [make] = makes();
  assert.ok(make);
  const { seed, spent = false } = circumstances;
  await using house = new House(make, CLIENTS[one.type], { seed, accessTokenLife: LIFE });
  const { told } = await killChild(house, one, circumstances);
  const backup = told.find((line) => line.kind === "backup");
  assert.ok(backup);
  assert.equal(backup.ids.length, 3);
  const looked = await lookAfterRestore(house, {
    ...backup,
    before: await house.rows("before"),
    // A refresh since then has counted on.
    rows: (await house.rows("first")).map((row, at) =>
      spent && at === 0 ? { ...row, generation: row.generation - 1 } : row
    ),
    ended: spent && spends(house.client) ? 1 : 0,
  });
  return { ...looked, exposed: undefined, lostAfter: undefined };
}

/** What a restore was begun with. */
export interface Begun {
  /** What opens the backup. */
  readonly code: string;
  readonly ids: readonly string[];
  /** The logins of the backup. */
  readonly rows: readonly Row[];
  /** What was there before. */
  readonly before: readonly Row[];
  /** So many of the first have ended since the backup was made: their tokens were spent elsewhere. */
  readonly ended: number;
}

/** Whatever a death has left, after one more restore of the same file every login is there, under every id. */
export async function lookAfterRestore(house: House, begun: Begun): Promise<Looked> {
  const fate = fateOf(begun, await house.rows());
  // Nothing may be sent for what is there by half. An older state, whose token was spent, is never to be run at all.
  if (begun.before.length === 0) { await using _server = await house.serve(); }
  const again = await house.restore(BACKUP_FILE, begun.code);
  assert.equal(again.code, 0, again.stderr);
  await using server = await house.serve();
  await until(async () => !await house.isOpen());
  const works = await allWork(house, server, begun);
  return { fate: works ? fate : "lost", replays: house.sim.counters.replays };
}

async function allWork(house: House, server: RealServer, { ids, rows, ended }: Begun): Promise<boolean> {
  assert.equal((await house.rows()).length, rows.length);
  for (const [at, { alias }] of (await house.rows()).entries()) {
    const { code } = await house.ended("accounts", "refresh", alias);
    const { state, reason } = (await house.rows())[at] ?? {};
    const expected = at < ended ? [3, "needs_login", "answer_lost"] : [0, "connected", undefined];
    if (expected.some((one, at) => one !== [code, state, reason][at])) return false;
  }
  const answers = await Promise.all(ids.map((id) => ask(server, id)));
  const live = answers.filter(({ status, body }) => status === 200 && house.sim.isLive(body));
  assert.ok(answers.every(({ status }) => status !== 404), "every id is known");
  return ended > 0 ? live.length > 0 : live.length === ids.length;
}

/** Each login must be as it was, as in the backup, or ended with a grant that is never sent. */
function fateOf({ before, rows }: Begun, now: readonly Row[]): Fate {
  const fates = rows.flatMap(({ alias, generation }): readonly Fate[] => {
    const old = before.find((row) => row.alias === alias);
    const row = now.find((row) => row.alias === alias);
    if (row?.grant === old?.grant) {
      assert.deepEqual(row, old, "a login is whole");
      return old?.generation === generation ? [] : ["old"];
    }
    assert.ok(row);
    if (row.generation === generation && row.state === "connected") return ["new"];
    const { state, reason } = row;
    assert.deepEqual([state, reason, row.generation, old], [
      ...["needs_login", "answer_lost", generation - 1],
      undefined,
    ]);
    return ["part"];
  });
  const [first, ...others] = new Set(fates);
  assert.ok(first);
  return others.length === 0 ? first : "part";
}
