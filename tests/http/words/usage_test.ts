import assert from "node:assert/strict";
import { CATALOGUES } from "../../../src/http/words/catalogue.ts";

const SOURCES = new URL("../../../src/", import.meta.url);

async function sourceIn(folder: URL): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) texts.push(await sourceIn(new URL(`${name}/`, folder)));
    else if (/\.tsx?$/.test(name)) texts.push(await Deno.readTextFile(new URL(name, folder)));
  }
  return texts.join("\n");
}

const source = await sourceIn(SOURCES);
const [english] = CATALOGUES;
const keys = Object.entries(english.sections).flatMap(([section, texts]) =>
  Object.keys(texts).map((name) => `${section}.${name}`)
);

/** The key as `say.count()` is given it. */
function stemOf(key: string): string {
  return key.replace(/_(one|other)$/, "");
}

/** Every word that stands in a string or names a member: what a hole of a template can hold. */
const WORDS = new Set(
  [...source.matchAll(/["']([\w:. -]+)["']|\b(\w+)(?=\??:)/g)].map(([, text, member]) =>
    (text ?? member ?? "").replace(/[:. -]/g, "_")
  ),
);

/** The templates that begin as keys do: `connect.way_${way}_hint`. */
const TEMPLATES = [...source.matchAll(/`([a-z]+\.(?:[a-z_]|\$\{[^}]*\})*)`/g)].flatMap(([, text = ""]) =>
  text.includes("${") ? [text.split(/\$\{[^}]*\}/)] : []
);

/** Whether the key is what the template can say. */
function fits(key: string, [head = "", ...rest]: readonly string[]): boolean {
  if (!key.startsWith(head)) return false;
  const [next] = rest;
  if (next === undefined) return key === head;
  const tail = key.slice(head.length);
  return Array.from(tail, (_, at) => at + 1).some((end) =>
    WORDS.has(tail.slice(0, end)) && fits(tail.slice(end), rest)
  );
}

function isUsed(key: string): boolean {
  return [key, stemOf(key)].some((one) =>
    source.includes(`"${one}"`) || TEMPLATES.some((template) => fits(one, template))
  );
}

Deno.test("every text of the catalogue is used", () => {
  assert.ok(TEMPLATES.length > 20, `${TEMPLATES.length} templates`);
  assert.deepEqual(keys.filter((key) => !isUsed(key)), []);
  assert.ok(!isUsed("home.of_the_brave") && !isUsed("connect.way_of_life") && !isUsed("common.nonsense"));
});

Deno.test("no text is used that the catalogue does not have", () => {
  const known = new Set([...keys, ...keys.map(stemOf)]);
  const sections = Object.keys(english.sections).join("|");
  const used = [...source.matchAll(new RegExp(`"((?:${sections})\\.[a-z][a-z0-9_]*)"`, "g"))].map(([, key]) =>
    key ?? ""
  );
  assert.ok(used.length > 400, `${used.length} keys`);
  assert.deepEqual(used.filter((key) => !known.has(key)), []);
});

/** The source with the strings put together that are added up; some begin a sentence only later. */
const JOINED = source.replace(/["`]\s*\+\s*["`]/g, "").toLowerCase();
/** What the source says with a hole in the middle of a piece, that a word or two can stand in. */
const WITH_WORDS: readonly string[] = [
  "A public Twitch app is set up.",
  "A confidential Twitch app is set up.",
  "The clock is {n} s behind Twitch's.",
  "{one}; or run companion-token-server key unlock on the machine of the server",
];

/** Whether every piece of the sentence between holes and stops stands in the source. */
function isSaid(sentence: string): boolean {
  return sentence.split(/\{\w+\}|[;:,.] /).map((piece) => piece.trim().replace(/[.;:]$/, ""))
    .every((piece) => JOINED.includes(piece.toLowerCase()));
}

for (const { name, sentences } of CATALOGUES.slice(1)) {
  Deno.test(`every sentence that ${name} translates is one that the program says`, () => {
    const unsaid = Object.keys(sentences).filter((sentence) => !isSaid(sentence));
    assert.deepEqual(unsaid.filter((sentence) => !WITH_WORDS.includes(sentence)), []);
    assert.ok(!isSaid("Cannot fly to the moon: there is no rocket"));
  });
}
