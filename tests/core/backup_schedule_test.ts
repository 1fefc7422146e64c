import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import {
  backupAt,
  type BackupSituation,
  MOST_BACKUPS,
  newestSignIn,
  surplusBackups,
} from "../../src/core/backup_schedule.ts";
import { START } from "../support/fake_clock.ts";

const SIGNED_IN = { issuedAt: START, lastRefresh: undefined };
const REFRESHED = { issuedAt: START + 9 * HOUR, lastRefresh: START + 9 * HOUR };

function at(situation: Partial<BackupSituation>, now: number): number | undefined {
  return backupAt({ accounts: [SIGNED_IN], made: [], failedAt: undefined, ...situation }, now);
}

Deno.test("backupAt(): after a sign-in, and a day after the last backup", () => {
  const rows: readonly [string, Partial<BackupSituation>, number, number | undefined][] = [
    ["no account", { accounts: [] }, START, undefined],
    ["signed in, no backup", {}, START + MINUTE, START + 2 * SECOND],
    ["the sign-in has only just begun", {}, START, START + 2 * SECOND],
    ["backup before the sign-in", { made: [START - HOUR] }, START + MINUTE, START + 2 * SECOND],
    ["backup in the second of the sign-in", { made: [START] }, START + MINUTE, START + 2 * SECOND],
    ["backup after the sign-in", { made: [START + SECOND] }, START + MINUTE, START + SECOND + DAY],
    ["several backups", { made: [START + HOUR, START - DAY] }, START + 2 * HOUR, START + HOUR + DAY],
    ["only refreshed since", { accounts: [REFRESHED], made: [START] }, START + 10 * HOUR, START + DAY],
    ["refreshed, never backed up", { accounts: [REFRESHED] }, START + 10 * HOUR, DAY],
    [
      "second sign-in",
      { accounts: [REFRESHED, SIGNED_IN], made: [START - 1] },
      START + HOUR,
      START + 2 * SECOND,
    ],
  ];
  for (const [what, situation, now, expected] of rows) assert.equal(at(situation, now), expected, what);
});

Deno.test("backupAt(): a failure is tried again after an hour, or at the next sign-in", () => {
  const failedAt = START + 10 * MINUTE;
  assert.equal(at({ failedAt }, START + 11 * MINUTE), failedAt + HOUR);
  assert.equal(
    at({ failedAt: START + 10 * DAY }, START + MINUTE),
    START + 2 * SECOND,
    "failed by a wrong clock",
  );
  const again = { issuedAt: failedAt + MINUTE, lastRefresh: undefined };
  assert.equal(at({ accounts: [again], failedAt }, failedAt + 2 * MINUTE), failedAt + MINUTE + 2 * SECOND);
  assert.equal(at({ made: [START + SECOND], failedAt }, START + HOUR), START + SECOND + DAY);
});

Deno.test("backupAt(): a clock that was ahead does not stop backups, and one that is behind makes one a day", () => {
  const ahead = START + 400 * DAY;
  assert.equal(at({ made: [ahead] }, START + MINUTE), START + 2 * SECOND);
  assert.equal(at({ accounts: [REFRESHED], made: [ahead] }, START + 10 * HOUR), DAY);
  const since1970 = 5 * MINUTE;
  assert.equal(at({ made: [START] }, since1970), DAY, "not the whole of the past is missed");
  const restarted = { accounts: [REFRESHED], made: [START + 10 * HOUR] };
  assert.equal(
    at(restarted, START + 9 * HOUR),
    START + 10 * HOUR + DAY,
    "a clock some hours back starts nothing",
  );
});

Deno.test("newestSignIn() knows a grant of a sign-in from one of a refresh", () => {
  assert.equal(newestSignIn([]), undefined);
  assert.equal(newestSignIn([REFRESHED]), undefined);
  assert.equal(newestSignIn([SIGNED_IN, REFRESHED]), START);
  const healed = { issuedAt: START + DAY, lastRefresh: START + 9 * HOUR };
  assert.equal(newestSignIn([SIGNED_IN, healed]), START + DAY);
});

Deno.test("surplusBackups() leaves the newest seven, and always the one just written", () => {
  const all = Array.from({ length: 10 }, (_, day) => ({ at: START + day * DAY }));
  const [oldest] = all;
  const newest = all.at(-1);
  assert.ok(oldest && newest);
  assert.deepEqual(surplusBackups(all, newest), [all[2], all[1], all[0]]);
  assert.deepEqual(surplusBackups(all, oldest), [all[3], all[2], all[1]]);
  assert.deepEqual(surplusBackups(all.slice(-MOST_BACKUPS), newest), []);
  assert.equal(MOST_BACKUPS, 7);
});
