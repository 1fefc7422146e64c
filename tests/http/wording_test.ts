import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { agoWords, spanWords, untilWords } from "../../src/http/pages/wording.ts";

Deno.test("spanWords() says a span as people do", () => {
  const spans = [
    0,
    59 * SECOND,
    MINUTE,
    59 * MINUTE,
    HOUR,
    2 * HOUR + 13 * MINUTE,
    47 * HOUR,
    3 * DAY,
    -SECOND,
  ];
  assert.deepEqual(
    spans.map((span) => spanWords(span).replaceAll("\u00a0", " ")),
    ["0 s", "59 s", "1 min", "59 min", "1 h", "2 h 13 min", "47 h", "3 days", "0 s"],
  );
});

Deno.test("agoWords() and untilWords() name the present", () => {
  assert.equal(agoWords(1000, 1000), "just now");
  assert.equal(agoWords(2000, 1000), "just now");
  assert.equal(agoWords(0, 5 * MINUTE), "5\u00a0min ago");
  assert.equal(untilWords(1000, 1000), "now");
  assert.equal(untilWords(40 * SECOND, 0), "in 40\u00a0s");
});
