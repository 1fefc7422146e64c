/** Kill -9 at every step of a refresh and of a sign-in, and at random moments, against a Twitch that punishes replay. */
import assert from "node:assert/strict";
import { playMatrix } from "./kill/matrix.ts";
import { report } from "./kill/report.ts";
import { playCase } from "./kill/round.ts";
import { cases } from "./kill/steps.ts";

Deno.test("no death loses a login but between a public app's rotation and our commit, and no spent token arrives", async () => {
  const { entries, problems } = await playMatrix({ rounds: cases().length, random: 20, seed: 1 });
  assert.deepEqual(problems, [], report(entries));
  assert.equal(entries.length, cases().length + 20);
});

Deno.test("the kill matrix finds out a refresh that leaves no journal", async () => {
  const one = cases().find(({ step, type }) => step === "after refresh" && type === "public");
  assert.ok(one);
  const { fate, replays } = await playCase(one, { seed: 1, earlier: 0, withoutJournal: true });
  assert.equal(fate, "lost");
  assert.ok(replays > 0, "Twitch has seen a spent refresh token");
});
