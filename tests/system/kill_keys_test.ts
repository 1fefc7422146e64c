/** Kill -9 before and after everything that touches the disk while keys are changed, and two mistakes that it finds. */
import assert from "node:assert/strict";
import { ACTS } from "./kill_keys/acts.ts";
import { playMatrix, report } from "./kill_keys/matrix.ts";
import { playRound } from "./kill_keys/round.ts";

Deno.test("whenever a change of keys is killed, the old keys or the new ones open everything", async () => {
  const matrix = await playMatrix({ rounds: 24, seed: 1 });
  assert.deepEqual(matrix.problems, [], report(matrix));
  assert.equal(matrix.entries.length, 24);
  assert.ok(matrix.steps > 150, `${matrix.steps} steps`);
});

Deno.test("the matrix finds out a key file that is replaced before the commit, and a rotation in two commits", async () => {
  const act = ACTS.find(({ name }) => name === "rotate with a file");
  assert.ok(act);
  const { steps } = await playRound(act);
  const inTheMiddle = steps.indexOf("before rekey") + 2;
  assert.equal((await playRound(act, inTheMiddle)).fate, "new");
  await assert.rejects(playRound(act, inTheMiddle, "file first"), { message: /it opens with nobody there/ });
  await assert.rejects(playRound(act, inTheMiddle, "two commits"), { message: /sealed with another key/ });
});
