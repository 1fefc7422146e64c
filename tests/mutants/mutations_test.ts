import assert from "node:assert/strict";
import { mutated, type Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("every mutation stands exactly once in its file and changes it", () => {
  for (const mutation of MUTATIONS) {
    const text = Deno.readTextFileSync(new URL(mutation.file, ROOT));
    assert.notEqual(mutated(text, mutation), text, mutation.name);
  }
});

Deno.test("there are at least forty mutations, no two of one name", () => {
  assert.ok(MUTATIONS.length >= 40);
  assert.equal(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length);
});

Deno.test("mutated() refuses a text that is missing or stands there twice", () => {
  const mutation: Mutation = { name: "turned", file: "file.ts", from: "a < b", to: "a > b" };
  assert.equal(mutated("if (a < b)", mutation), "if (a > b)");
  assert.throws(() => mutated("if (a <= b)", mutation), /stands 0 times in file\.ts/);
  assert.throws(() => mutated("a < b && a < b", mutation), /stands 2 times/);
});
