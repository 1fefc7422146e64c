/** Kill -9 at every step of a refresh while another instance runs on the same database and takes over. */
import assert from "node:assert/strict";
import { withPostgres } from "../support/postgres_scene.ts";
import { report } from "../system/kill/report.ts";
import { casesBeside, fewBeside, playBeside, playBesides } from "./kill/beside.ts";

withPostgres((cluster) => {
  Deno.test("no death loses a login but between a rotation and our commit, whoever takes over", async () => {
    const few = fewBeside();
    const { entries, problems } = await playBesides(await cluster(), {
      ...{ cases: few, rounds: few.length, seed: 1 },
    });
    assert.deepEqual(problems, [], report(entries));
    assert.equal(entries.length, few.length);
  });

  Deno.test("the kill matrix finds out a refresh that leaves no journal for whoever takes over", async () => {
    const one = casesBeside().find(({ step, type }) => step === "after refresh" && type === "public");
    assert.ok(one);
    const forgetful = { seed: 1, earlier: 0, forgets: "journal" } as const;
    const { fate, replays } = await playBeside(await cluster(), one, forgetful);
    assert.equal(fate, "lost");
    assert.ok(replays > 0, "Twitch has seen a spent refresh token");
  });
});
