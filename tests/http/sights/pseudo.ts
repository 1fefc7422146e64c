/** A language made from English: longer, accented, each text in brackets. What stands outside of them is in no catalogue. */
import { type Catalogue, CATALOGUES } from "../../../src/http/words/catalogue.ts";
import german from "../../../src/http/words/de.json" with { type: "json" };

const ACCENTS: Readonly<Record<string, string>> = {
  ...{ a: "á", c: "ç", e: "é", i: "í", n: "ñ", o: "ö", u: "ü", y: "ý" },
  ...{ A: "Å", C: "Ç", E: "É", I: "Í", N: "Ñ", O: "Ö", U: "Ü", Y: "Ý" },
};
/** Holes, code and addresses stay as they are. */
const FIXED = /(\{\w+\}|`[^`]+`|\]\([^)\s]+\))/;

/** The text in the pseudo-language, two fifths longer. */
export function pseudo(text: string): string {
  const accented = text.split(FIXED).map((part, at) =>
    at % 2 === 1 ? part : part.replace(/[a-z]/gi, (letter) => ACCENTS[letter] ?? letter)
  ).join("");
  const filling = "~ ".repeat(Math.ceil(text.length * 0.2)).trim();
  return `⟦${accented} ${filling}⟧`;
}

/** English in the pseudo-language; the sentences of the rest of the program are those that German translates. */
export function pseudoCatalogue(): Catalogue {
  const [english] = CATALOGUES;
  const sections = Object.fromEntries(
    Object.entries(english.sections).map(([section, texts]) => [
      section,
      Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, pseudo(text)])),
    ]),
  );
  const sentences = Object.fromEntries(Object.keys(german.sentences).map((text) => [text, pseudo(text)]));
  return { language: "en-XA", name: "⟦Pseudo⟧", sections, sentences };
}

/** Attributes that people see or hear, by how their names end: `aria-label`, `data-copied`. */
const SPOKEN = /\s[a-z-]*(?:label|title|alt|holder|copied|hide)="([^"]*)"/g;
const UNSPOKEN = /<(script|style|head)\b[^]*?<\/\1>|<!--[^]*?-->/g;

/** The texts of a page that people see or hear, in order, each attribute apart. */
export function spokenIn(page: string): string[] {
  const body = page.replace(UNSPOKEN, " ");
  const title = /<title>([^<]*)<\/title>/.exec(page)?.[1] ?? "";
  const attributes = [...body.matchAll(SPOKEN)].map(([, text = ""]) => text);
  return [title, ...attributes, body.replace(/<[^>]*>/g, "\n")].map(decoded);
}

function decoded(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

/** What of a text stands outside the brackets, piece by piece. */
export function outside(text: string): string[] {
  let depth = 0;
  const pieces = [""];
  for (const letter of text) {
    if (letter === "⟦") depth++;
    if (depth === 0 && letter !== "\n") pieces[pieces.length - 1] += letter;
    else if (pieces.at(-1) !== "") pieces.push("");
    if (letter === "⟧") depth--;
  }
  return pieces.map((piece) => piece.replace(/[\s\u00a0\u202f]+/g, " ").trim()).filter((piece) =>
    /\p{L}/u.test(piece)
  );
}
