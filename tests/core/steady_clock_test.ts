import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../src/core/account.ts";
import { SteadyClock } from "../../src/core/steady_clock.ts";

function machine() {
  const raw = { wall: 1_000_000, steady: 5 };
  const jumps: number[] = [];
  const clock = new SteadyClock({
    wall: () => raw.wall,
    steady: () => raw.steady,
    sleep: () => Promise.resolve(),
  });
  clock.onJump = (jump) => jumps.push(jump);
  const run = (span: number, jump = 0): void => {
    raw.steady += span;
    raw.wall += span + jump;
  };
  return { clock, jumps, run };
}

Deno.test("SteadyClock.now() answers the wall clock and tells of no jump while both clocks agree", () => {
  const { clock, jumps, run } = machine();
  run(3 * HOUR);
  assert.equal(clock.now(), 1_000_000 + 3 * HOUR);
  assert.deepEqual(jumps, []);
});

for (const jump of [56 * 365 * 24 * HOUR, HOUR, -HOUR, MINUTE + 1, -MINUTE - 1]) {
  Deno.test(`SteadyClock.now() tells once of a jump by ${jump} ms, before it answers`, () => {
    const { clock, jumps, run } = machine();
    let toldFirst = false;
    clock.onJump = (by) => {
      toldFirst = true;
      jumps.push(by);
    };
    run(10, jump);
    assert.equal(clock.now(), 1_000_010 + jump);
    assert.ok(toldFirst);
    clock.now();
    assert.deepEqual(jumps, [jump]);
  });
}

Deno.test("SteadyClock.now() follows a slow drift without a word, however far it goes", () => {
  const { clock, jumps, run } = machine();
  for (let step = 0; step < 100; step++) {
    run(MINUTE, MINUTE / 2);
    clock.now();
  }
  assert.deepEqual(jumps, []);
  assert.equal(clock.now(), 1_000_000 + 150 * MINUTE);
});

Deno.test("SteadyClock.now() tells of a jump to where it was last compared as soon as 100 ms have passed", () => {
  const { clock, jumps, run } = machine();
  clock.now();
  run(HOUR, -HOUR);
  clock.now();
  run(100);
  clock.now();
  assert.deepEqual(jumps, [-HOUR]);
});
