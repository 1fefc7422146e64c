import assert from "node:assert/strict";
import { AppError } from "../../src/core/error.ts";
import { codeOf, jsonAnswer, lineAnswer, type ProblemCode, PROBLEMS } from "../../src/http/problem.ts";
import { silentLog } from "../support/silent_log.ts";

for (const [code, { status, line }] of Object.entries(PROBLEMS)) {
  Deno.test(`the problem ${code} has a status and one plain line`, async () => {
    assert.ok(status >= 400 && status < 600);
    assert.match(line, /^Cannot [\x20-\x7e]{1,113}$/);
    assert.doesNotMatch(line, /["'\\`.]$|["'\\`]/);
    const again = status === 429 || status === 503 ? "5" : null;
    for (const answer of [lineAnswer(code as ProblemCode), jsonAnswer(code as ProblemCode)]) {
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get("retry-after"), again);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("www-authenticate"), null);
      await answer.body?.cancel();
    }
  });
}

Deno.test("codeOf() takes the code of what was foreseen, and logs the rest as a bug", () => {
  const log = silentLog();
  assert.equal(codeOf(new AppError("disk", "Cannot write: full"), log), "disk");
  assert.deepEqual(log.entries, []);
  assert.equal(codeOf(new TypeError("x"), log), "internal");
  assert.equal(codeOf("thrown text", log), "internal");
  assert.deepEqual(log.events("error"), ["bug while answering a request", "bug while answering a request"]);
});
