import assert from "node:assert/strict";
import { PERMISSION_GROUPS, PRESET_CHOICES } from "../../src/cli/presets.ts";
import { KNOWN_SCOPES } from "../../src/twitch/scopes.ts";
import { CATALOGUES } from "../../src/http/words/catalogue.ts";

Deno.test("PERMISSION_GROUPS holds every known scope once", () => {
  const all = PERMISSION_GROUPS.flatMap(({ scopes }) => scopes);
  assert.deepEqual(all.toSorted(), [...KNOWN_SCOPES].toSorted());
});

Deno.test("PRESET_CHOICES asks for known scopes alone, and never for the stream key", () => {
  for (const { name, scopes } of PRESET_CHOICES) {
    assert.deepEqual(scopes.filter((scope) => !KNOWN_SCOPES.has(scope)), [], name);
    assert.ok(!scopes.includes("channel:read:stream_key"), name);
    assert.equal(new Set(scopes).size, scopes.length, name);
  }
  assert.ok(KNOWN_SCOPES.has("channel:read:stream_key"));
});

Deno.test("every language has words for every known scope and no more", () => {
  const keys = [...KNOWN_SCOPES].map((scope) => scope.replaceAll(":", "_")).toSorted();
  for (const { sections } of CATALOGUES) {
    assert.deepEqual(Object.keys(sections["scopes"] ?? {}).toSorted(), keys);
  }
});
