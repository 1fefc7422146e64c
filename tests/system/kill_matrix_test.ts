/** Kill -9 at every step of a refresh, a sign-in and a restore, and at random moments, against a Twitch that punishes replay. */
import assert from "node:assert/strict";
import { playMatrix } from "./kill/matrix.ts";
import { report } from "./kill/report.ts";
import { playRestore } from "./kill/restore_round.ts";
import { playCase } from "./kill/round.ts";
import { cases, fewCases } from "./kill/steps.ts";

Deno.test("no death loses a login but between a rotation and our commit, and no spent token arrives", async () => {
  const few = fewCases();
  const { entries, problems } = await playMatrix({ cases: few, rounds: few.length, random: 20, seed: 1 });
  assert.deepEqual(problems, [], report(entries));
  assert.equal(entries.length, few.length + 20);
});

Deno.test("the kill matrix finds out a refresh that leaves no journal", async () => {
  const one = cases().find(({ step, type }) => step === "after refresh" && type === "public");
  assert.ok(one);
  const { fate, replays } = await playCase(one, { seed: 1, earlier: 0, forgets: "journal" });
  assert.equal(fate, "lost");
  assert.ok(replays > 0, "Twitch has seen a spent refresh token");
});

Deno.test("the kill matrix finds out a refresh that forgets what it has shown of the app", async () => {
  const one = cases().find(({ act }) => act === "first refresh");
  assert.ok(one);
  const { replays } = await playCase(one, { seed: 1, earlier: 0, forgets: "facts" });
  assert.ok(replays > 0, "Twitch has seen a spent refresh token");
});

Deno.test("the kill matrix finds out a restore that takes the token of a backup for unspent", async () => {
  const one = cases().find(({ act, step, type }) =>
    act === "restore over" && step === "after beginRefresh" && type === "rotating"
  );
  assert.ok(one);
  const { fate, replays } = await playRestore(one, { seed: 1, earlier: 0, spent: true, forgets: "journal" });
  assert.deepEqual([fate, replays > 0], ["lost", true], "Twitch has seen a spent refresh token");
});
