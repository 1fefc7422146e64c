import assert from "node:assert/strict";
import { seen, SIGHTS } from "./sights/all.ts";
import { Stage } from "./sights/stage.ts";

const MOST_WEIGHT = 60_000;

Deno.test("every sight has a name of its own", () => {
  assert.equal(new Set(SIGHTS.map(({ name }) => name)).size, SIGHTS.length);
});

for (const sight of SIGHTS) {
  Deno.test(`${sight.name} is one page of at most 60 kB, in each language`, async () => {
    for (const language of ["en", "de"]) {
      using stage = new Stage({ language });
      const { status, headers, page } = await seen(sight, stage);
      assert.match(headers.get("content-type") ?? `${status}`, /^text\/html/);
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
      assert.ok(page.includes(`<html lang="${language}">`));
      assert.equal(page.match(/<h1[ >]/g)?.length, 1, "one heading of the first rank");
      const weight = new TextEncoder().encode(page).length;
      assert.ok(weight <= MOST_WEIGHT, `${weight} bytes`);
    }
  });
}
