import assert from "node:assert/strict";
import { Languages } from "../../../src/http/words/language.ts";

const languages = new Languages();

const ROWS: readonly (readonly [string, string | undefined, string | undefined, string])[] = [
  ["nothing is known", undefined, undefined, "en"],
  ["the browser likes German", undefined, "de", "de"],
  ["the browser likes German of a region", undefined, "de-CH,de;q=0.9,en;q=0.8", "de"],
  ["the browser likes English better", undefined, "de;q=0.5, en-GB;q=0.9", "en"],
  ["the browser likes what is not there, then German", undefined, "fr, it;q=0.9, de;q=0.1", "de"],
  ["the browser refuses German", undefined, "de;q=0", "en"],
  ["German was chosen", "de", "en", "de"],
  ["what was chosen is not there", "xx", "de", "de"],
  ["the header is nonsense", undefined, ";;;,q=,=".repeat(1000), "en"],
];

for (const [name, chosen, liked, language] of ROWS) {
  Deno.test(`speakerFor() speaks ${language} where ${name}`, () => {
    assert.equal(languages.speakerFor(chosen, liked).language, language);
  });
}

Deno.test("speakerFor() tells times by the zone of the browser, and by that of the machine where it is none", () => {
  const noon = Date.UTC(2026, 6, 1, 12);
  assert.match(languages.speakerFor("de", undefined, "Asia/Tokyo").moment(noon), /21:00/);
  assert.match(languages.speakerFor("de", undefined, "America/New_York").moment(noon), /08:00/);
  const here = new Intl.DateTimeFormat("de", { timeStyle: "short" }).format(noon);
  for (const zone of [undefined, "", "Mars/Base", "\u0000"]) {
    assert.match(languages.speakerFor("de", undefined, zone).moment(noon), new RegExp(here));
  }
});
