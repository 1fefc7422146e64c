import assert from "node:assert/strict";
import { SECOND } from "../../src/core/account.ts";
import { Throttle } from "../../src/http/throttle.ts";

function misses(throttle: Throttle, address: string, times: number, now = 0): number {
  let allowed = 0;
  for (let time = 0; time < times; time++) if (throttle.miss(address, now) !== "too_many") allowed++;
  return allowed;
}

Deno.test("Throttle allows a burst of 30 wrong ids per address", () => {
  const throttle = new Throttle();
  assert.equal(misses(throttle, "10.0.0.1", 50), 30);
  assert.equal(misses(throttle, "10.0.0.2", 50), 30);
});

Deno.test("Throttle takes back what was no wrong id: the next one is the first again", () => {
  const throttle = new Throttle();
  throttle.takeBack("10.0.0.1");
  assert.equal(throttle.miss("10.0.0.1", 0), "first");
  throttle.takeBack("10.0.0.1");
  assert.equal(throttle.miss("10.0.0.1", 0), "first");
  assert.equal(throttle.miss("10.0.0.1", 0), "again");
});

Deno.test("Throttle forgives one wrong id each 3 s, up to a whole burst", () => {
  const throttle = new Throttle();
  misses(throttle, "10.0.0.1", 50);
  assert.equal(misses(throttle, "10.0.0.1", 5, 2 * SECOND), 0);
  assert.equal(misses(throttle, "10.0.0.1", 5, 3 * SECOND), 1);
  assert.equal(misses(throttle, "10.0.0.1", 50, 24 * 3600 * SECOND), 30);
});

Deno.test("Throttle forgives an address that keeps asking too fast no later than one that rests", () => {
  const throttle = new Throttle();
  misses(throttle, "10.0.0.1", 50);
  let allowed = 0;
  for (let now = SECOND; now <= 30 * SECOND; now += SECOND) {
    if (throttle.miss("10.0.0.1", now) !== "too_many") allowed++;
  }
  assert.equal(allowed, 10);
});

Deno.test("Throttle survives a clock that is set back", () => {
  const throttle = new Throttle();
  misses(throttle, "10.0.0.1", 50, 1_000_000);
  assert.equal(misses(throttle, "10.0.0.1", 1, 0), 0);
  assert.equal(misses(throttle, "10.0.0.1", 1, 3 * SECOND), 1);
});

Deno.test("Throttle remembers a bounded number of addresses, the busiest of them", () => {
  const throttle = new Throttle();
  misses(throttle, "busy", 50);
  for (let number = 0; number < 5000; number++) {
    throttle.miss(`address ${number}`, 0);
    if (number % 500 === 0) throttle.miss("busy", 0);
  }
  assert.equal(throttle.size, 1000);
  assert.equal(throttle.miss("busy", 0), "too_many");
});

Deno.test("Throttle tells the first wrong id of an address from those that follow", () => {
  const throttle = new Throttle();
  assert.equal(throttle.miss("10.0.0.1", 0), "first");
  assert.equal(throttle.miss("10.0.0.1", 0), "again");
  assert.equal(throttle.miss("10.0.0.2", 0), "first");
  assert.equal(throttle.miss("10.0.0.1", 15 * 60 * SECOND), "first");
});
