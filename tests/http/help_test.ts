import assert from "node:assert/strict";
import { REASONS } from "../../src/core/reason_words.ts";
import { HELP, HELP_TOPICS, helpText } from "../../src/http/help/pages.ts";
import { type Block, blocksIn } from "../../src/http/pages/markdown.tsx";
import { PROBLEMS } from "../../src/http/problem.ts";
import { CATALOGUES } from "../../src/http/words/catalogue.ts";
import { speaker } from "../../src/http/words/say.tsx";
import type { WordKey } from "../../src/http/words/catalogue.ts";
import { fromLan, house } from "./house.ts";

function idsIn(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) => block.kind === "heading" && block.id !== undefined ? [block.id] : []);
}

Deno.test("the help has a symptom with what to do for every problem and every reason, in each language", () => {
  const codes = [...Object.keys(PROBLEMS), ...Object.keys(REASONS)];
  assert.ok(codes.length > 35);
  for (const language of Object.keys(HELP)) {
    const blocks = blocksIn(helpText(language, "symptoms"));
    const ids = idsIn(blocks);
    assert.deepEqual(codes.filter((code) => !ids.includes(code)), [], language);
    assert.equal(new Set(ids).size, ids.length, "no id stands twice");
    for (const code of codes) {
      const at = blocks.findIndex((block) => block.kind === "heading" && block.id === code);
      assert.equal(blocks[at + 1]?.kind, "paragraph", `${language} ${code}`);
    }
  }
});

Deno.test("a symptom is called what the page of the problem is called", () => {
  for (const catalogue of CATALOGUES) {
    const say = speaker(catalogue);
    const blocks = blocksIn(helpText(catalogue.language, "symptoms"));
    for (const code of Object.keys(PROBLEMS)) {
      const heading = blocks.find((block) => block.kind === "heading" && block.id === code);
      assert.equal(heading?.kind === "heading" && heading.text, say(`problem.${code}` as WordKey));
    }
  }
});

Deno.test("every language has every topic, with the same headings, and links that lead somewhere", () => {
  const languages = CATALOGUES.map(({ language }) => language);
  assert.deepEqual(Object.keys(HELP).toSorted(), languages.toSorted());
  for (const topic of HELP_TOPICS) {
    const ids = idsIn(blocksIn(helpText("en", topic)));
    for (const language of languages) {
      const text = helpText(language, topic);
      assert.deepEqual(idsIn(blocksIn(text)), ids, `${language} ${topic}`);
      for (const [, to = "", anchor] of text.matchAll(/\]\(\/help\/([\w-]+)(?:#([\w-]+))?\)/g)) {
        const target = HELP_TOPICS.find((one) => one === to);
        assert.ok(target !== undefined, `${topic}: ${to}`);
        if (anchor !== undefined) {
          assert.ok(idsIn(blocksIn(helpText(language, target))).includes(anchor), anchor);
        }
      }
      for (const [, name = ""] of text.matchAll(/\{(\w+)\}/g)) {
        assert.ok(["redirectUri", "tokenUrl", "port", "server"].includes(name), name);
      }
    }
  }
});

Deno.test("GET /help and every topic can be read by anybody, and tell a stranger only what they typed", async () => {
  const secret = "http://token.example.org:8948";
  const pages = await house(undefined, { baseUrls: () => [secret], redirectUri: () => `${secret}/callback` });
  for (const path of ["/help", ...HELP_TOPICS.map((topic) => `/help/${topic}`)]) {
    const answer = await pages.ask(path, fromLan({ stranger: true }));
    assert.equal(answer.status, 200, path);
    const text = await answer.text();
    assert.ok(!text.includes(secret), path);
    assert.ok(text.length < 60_000, `${path} has ${text.length} characters`);
  }
  const stranger = await (await pages.ask("/help/companion-3", fromLan({ stranger: true }))).text();
  assert.match(stranger, /http:\/\/192\.168\.1\.20:8948\/token/);
  const owner = await (await pages.ask("/help/companion-3")).text();
  assert.ok(owner.includes(`${secret}/token`));
});

Deno.test("GET /help/:topic speaks German, and knows no other topic", async () => {
  const pages = await house();
  const text = await (await pages.ask("/help/recovery", { headers: { "accept-language": "de" } })).text();
  assert.match(text, /<h2 id="password">Passwort verloren<\/h2>/);
  const unknown = await pages.ask("/help/nonsense");
  await unknown.text();
  assert.equal(unknown.status, 404);
});
