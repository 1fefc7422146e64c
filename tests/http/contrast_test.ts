import assert from "node:assert/strict";
import style from "../../src/http/pages/style.css" with { type: "text" };

type Colours = ReadonlyMap<string, string>;

/** What stands on what, and the least contrast between them (WCAG 1.4.3 for text, 1.4.11 for borders and the focus). */
const PAIRS: readonly (readonly [front: string, back: string, least: number])[] = [
  ...["page", "card", "wash"].flatMap((back) =>
    [["text", back, 4.5], ["faint", back, 4.5], ["accent", back, 4.5]] as const
  ),
  ["on-accent", "accent", 4.5],
  ...["good", "waiting", "bad"].flatMap((state) =>
    [[state, `${state}-wash`, 4.5], [state, "card", 4.5], [state, "page", 4.5]] as const
  ),
  ["text", "bad-wash", 4.5],
  ["edge", "card", 3],
  ["edge", "page", 3],
];

function coloursIn(block: string): Colours {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/** As WCAG defines it: 1 to 21. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

Deno.test("contrast() of black and white is 21, of a colour and itself 1", () => {
  assert.equal(Math.round(contrast("#000000", "#ffffff")), 21);
  assert.equal(contrast("#5b2bbf", "#5b2bbf"), 1);
});

const [light = "", dark = ""] = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => block ?? "");

for (const [scheme, block] of [["light", light], ["dark", dark]] as const) {
  Deno.test(`the ${scheme} colours keep the contrast that people need`, () => {
    const colours = coloursIn(block);
    for (const [front, back, least] of PAIRS) {
      const [one, other] = [colours.get(front), colours.get(back)];
      assert.ok(one !== undefined && other !== undefined, `${front} or ${back} is no colour`);
      const found = contrast(one, other);
      assert.ok(found >= least, `${front} on ${back}: ${found.toFixed(2)}, not ${least}`);
    }
  });
}
