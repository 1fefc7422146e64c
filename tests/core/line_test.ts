import assert from "node:assert/strict";
import fc from "fast-check";
import { plainLine } from "../../src/core/line.ts";

Deno.test("plainLine() makes one short line of printable ASCII without quotes of any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
    assert.match(plainLine(text), /^[\x20-\x21\x23-\x26\x28-\x5b\x5d-\x5f\x61-\x7e]{0,120}$/);
  }));
});

Deno.test("plainLine() keeps what it can", () => {
  assert.equal(plainLine('channel for id "41" has\r\nrecently run'), "channel for id 41 has recently run");
  assert.equal(plainLine("Käse"), "Kase");
  assert.equal(plainLine("x".repeat(120)), "x".repeat(120));
  assert.equal(plainLine("x".repeat(121)), `${"x".repeat(117)}...`);
});
