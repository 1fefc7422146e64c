import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import { Guesses } from "../../src/core/guesses.ts";
import { START } from "../support/fake_clock.ts";

function isThrottled(error: unknown): boolean {
  return error instanceof AppError && error.code === "throttled";
}

async function wrong(guesses: Guesses, from: string, now: number): Promise<void> {
  assert.equal(await guesses.judge(from, now, () => Promise.resolve(false)), false);
}

function right(guesses: Guesses, from: string, now: number): Promise<boolean> {
  return guesses.judge(from, now, () => Promise.resolve(true));
}

Deno.test("after four wrong ones the pauses grow from one second to a minute and no further", async () => {
  const guesses = new Guesses();
  let now = START;
  const pauses: number[] = [];
  for (let times = 0; times < 14; times++) {
    await wrong(guesses, "a", now);
    const pause = guesses.pause("a", now);
    pauses.push(pause / SECOND);
    if (pause > 0) await assert.rejects(right(guesses, "a", now + pause - 1), isThrottled);
    now += pause;
  }
  assert.deepEqual(pauses, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  assert.equal(await right(guesses, "a", now), true);
  assert.equal(guesses.pause("a", now), 0);
});

Deno.test("asking during a pause does not lengthen it", async () => {
  const guesses = new Guesses();
  for (let times = 0; times < 5; times++) await wrong(guesses, "a", START);
  for (let times = 0; times < 50; times++) await assert.rejects(right(guesses, "a", START), isThrottled);
  assert.equal(await right(guesses, "a", START + SECOND), true);
});

Deno.test("guesses of one address make no other wait", async () => {
  const guesses = new Guesses();
  for (let times = 0; times < 5; times++) await wrong(guesses, "a", START);
  assert.equal(await right(guesses, "b", START), true);
});

Deno.test("an address that was quiet for a quarter of an hour begins anew", async () => {
  const guesses = new Guesses();
  for (let times = 0; times < 5; times++) await wrong(guesses, "a", START);
  const later = START + 15 * MINUTE;
  for (let times = 0; times < 4; times++) await wrong(guesses, "a", later);
  assert.equal(guesses.pause("a", later), 0);
});

Deno.test("a clock that was set back makes nobody wait for longer", async () => {
  const guesses = new Guesses();
  for (let times = 0; times < 12; times++) await wrong(guesses, "a", START + times * MINUTE);
  assert.ok(guesses.pause("a", START + 11 * MINUTE) > 0);
  assert.equal(guesses.pause("a", START - 60 * MINUTE), 0);
});

Deno.test("many guesses at once are no way around: each counts before it is looked at", async () => {
  const guesses = new Guesses();
  let looks = 0;
  const check = (): Promise<boolean> => Promise.resolve(++looks < 0);
  const all = await Promise.allSettled(Array.from({ length: 100 }, () => guesses.judge("a", START, check)));
  assert.equal(looks, 5);
  assert.equal(all.filter(({ status }) => status === "rejected").length, 95);
});

Deno.test("checks run one at a time, those of the least wrong address first", async () => {
  const guesses = new Guesses();
  for (let times = 0; times < 3; times++) await wrong(guesses, "machine", START);
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  let running = 0;
  const judged = (from: string): Promise<boolean> =>
    guesses.judge(from, START, async () => {
      assert.equal(++running, 1);
      order.push(from);
      await gate.promise;
      running--;
      return from === "owner";
    });
  const all = [judged("machine"), judged("machine"), judged("other"), judged("owner")];
  gate.resolve();
  assert.deepEqual(await Promise.all(all), [false, false, false, true]);
  assert.deepEqual(order, ["machine", "other", "owner", "machine"]);
});

Deno.test("of too many that wait the most wrong one is refused, and is none the worse for it", async () => {
  const guesses = new Guesses();
  await wrong(guesses, "machine", START);
  const gate = Promise.withResolvers<boolean>();
  const first = guesses.judge("first", START, () => gate.promise);
  const machine = guesses.judge("machine", START, () => gate.promise);
  const others = Array.from({ length: 8 }, (_, at) => guesses.judge(`n${at}`, START, () => gate.promise));
  await assert.rejects(machine, isThrottled);
  gate.resolve(true);
  assert.deepEqual(await Promise.all([first, ...others]), Array(9).fill(true));
  for (let times = 0; times < 3; times++) await wrong(guesses, "machine", START);
  assert.equal(guesses.pause("machine", START), 0);
});

Deno.test("a check that fails counts as no guess, and the next one has its turn", async () => {
  const guesses = new Guesses();
  for (let times = 0; times < 10; times++) {
    await assert.rejects(guesses.judge("a", START, () => Promise.reject(new Error("torn"))), /torn/);
  }
  assert.equal(await right(guesses, "a", START), true);
});
