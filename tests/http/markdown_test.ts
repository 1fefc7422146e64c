import assert from "node:assert/strict";
import { blocksIn, Markdown } from "../../src/http/pages/markdown.tsx";

async function html(markdown: string, values: Record<string, string> = {}): Promise<string> {
  return String(await Markdown({ blocks: blocksIn(markdown), values }));
}

Deno.test("blocksIn() reads headings, paragraphs over lines, lists with indented lines, and code", () => {
  const text =
    "# One\n\nfirst\nsecond\n\n## Two {#two}\n- a\n  more\n- b\n\n3. c\n4. d\n\n```sh\nx = 1\n\n# no heading\n```\n";
  assert.deepEqual(blocksIn(text), [
    { kind: "heading", level: 1, id: undefined, text: "One" },
    { kind: "paragraph", text: "first second" },
    { kind: "heading", level: 2, id: "two", text: "Two" },
    { kind: "list", first: undefined, items: ["a more", "b"] },
    { kind: "list", first: 3, items: ["c", "d"] },
    { kind: "code", text: "x = 1\n\n# no heading" },
  ]);
});

Deno.test("Markdown fills in values as plain text and escapes all else", async () => {
  const evil = `**x** <script> [a](javascript:b)`;
  const text = await html("**bold** {v} <b>no</b>\n\n```\n{v} {other}\n```\n", { v: evil });
  assert.match(text, /<b>bold<\/b>/);
  assert.ok(!text.includes("<script>") && !text.includes("<b>no") && !text.includes("<b>x"));
  assert.ok(text.includes("{other}"));
});

Deno.test("Markdown goes on counting after code, and gives headings their ids", async () => {
  assert.match(
    await html("1. a\n\n```\nb\n```\n\n2. c\n"),
    /<ol class="steps"\s*><li>a.*<ol class="steps" start="2"><li>c/,
  );
  assert.equal(await html("### T {#t_1}"), '<h3 id="t_1">T</h3>');
});
