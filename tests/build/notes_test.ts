import assert from "node:assert/strict";
import { notesOf } from "../../.build/notes.ts";
import { VERSION } from "../../src/cli/version.ts";

const CHANGES = "# Changes\n\n## 0.2.0\n\nSecond.\n\n- more\n\n## 0.1.0\n\nFirst.\n\n## 0.0.1\n\n";

Deno.test("notesOf() gives what stands under the heading of the version", () => {
  assert.equal(notesOf(CHANGES, "0.2.0"), "Second.\n\n- more\n");
  assert.equal(notesOf(CHANGES, "0.1.0"), "First.\n");
});

Deno.test("notesOf() refuses a version that CHANGES.md says nothing of", () => {
  for (const version of ["0.0.1", "0.3.0", "0.1", ""]) {
    assert.throws(() => notesOf(CHANGES, version), /CHANGES\.md does not speak of it/, version);
  }
});

Deno.test("CHANGES.md speaks of the version that the program has", () => {
  const changes = Deno.readTextFileSync(new URL("../../.github/CHANGES.md", import.meta.url));
  assert.ok(notesOf(changes, VERSION).length > 100);
});
