import assert from "node:assert/strict";
import { fail, groupChecks, groupOf, ok, subjectOf, warn } from "../../src/core/check.ts";

Deno.test("groupChecks() puts groups with failures first, and in each the failures", () => {
  const checks = [
    ok("clock", ""),
    warn("data directory", "", ""),
    ok("twitch api", ""),
    fail("dns", "", ""),
    ok("accounts", ""),
  ];
  const groups = groupChecks(checks).map(({ group, checks }) => [group, checks.map(({ check }) => check)]);
  assert.deepEqual(groups, [
    ["twitch", ["dns", "clock", "twitch api"]],
    ["storage", ["data directory"]],
    ["logins", ["accounts"]],
  ]);
});

Deno.test("subjectOf() tells the account from the kind, also with blanks in it", () => {
  assert.deepEqual(subjectOf(ok("questions night owl", "")), { kind: "questions", account: "night owl" });
  assert.deepEqual(subjectOf(ok("twitch api", "")), { kind: "twitch api", account: undefined });
  assert.deepEqual(subjectOf(ok("accounts", "")), { kind: "accounts", account: undefined });
  assert.equal(groupOf(ok("account nightowl", "")), "logins");
});
