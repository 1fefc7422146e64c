import assert from "node:assert/strict";
import { type Catalogue, CATALOGUES } from "../../../src/http/words/catalogue.ts";

const [english, ...others] = CATALOGUES;

/** Every text by its whole key. */
function textsOf({ sections }: Catalogue): Map<string, string> {
  return new Map(
    Object.entries(sections).flatMap(([section, texts]) =>
      Object.entries(texts).map(([key, text]): [string, string] => [`${section}.${key}`, text])
    ),
  );
}

function holesOf(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}

/** What a text means to the page beside its words: code and addresses are the same in every language. */
function marksOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`|\]\(([^)]+)\)/g)].map(([, code, address]) => code ?? address ?? "")
    .sort();
}

for (const other of others) {
  Deno.test(`the catalogue in ${other.name} has every text and no other`, () => {
    assert.deepEqual([...textsOf(other).keys()].sort(), [...textsOf(english).keys()].sort());
  });

  Deno.test(`the catalogue in ${other.name} has the same holes in each text`, () => {
    const texts = textsOf(other);
    const differ = [...textsOf(english)].filter(([key, text]) =>
      holesOf(text).join() !== holesOf(texts.get(key) ?? "").join()
    );
    assert.deepEqual(differ.map(([key]) => key), []);
  });

  Deno.test(`the catalogue in ${other.name} has the same code and addresses in each text`, () => {
    const texts = textsOf(other);
    const differ = [...textsOf(english)].filter(([key, text]) =>
      marksOf(text).join() !== marksOf(texts.get(key) ?? "").join()
    );
    assert.deepEqual(differ.map(([key]) => key), []);
  });

  Deno.test(`the sentences in ${other.name} have the same holes as the English ones`, () => {
    const differ = Object.entries(other.sentences).filter(([from, to]) =>
      holesOf(from).join() !== holesOf(to).join()
    );
    assert.deepEqual(differ.map(([from]) => from), []);
  });
}

Deno.test("no text is empty, and none holds markup that the pages do not know", () => {
  for (const catalogue of CATALOGUES) {
    for (const [key, text] of textsOf(catalogue)) {
      assert.notEqual(text.trim(), "", key);
      assert.equal((text.match(/\*\*/g) ?? []).length % 2, 0, `${key}: ${text}`);
      assert.equal((text.match(/`/g) ?? []).length % 2, 0, `${key}: ${text}`);
      assert.doesNotMatch(text, /<\/?[a-z]/i, key);
    }
  }
});
