import assert from "node:assert/strict";
import { Rich } from "../../../src/http/words/rich.tsx";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/core/account.ts";
import type { Catalogue } from "../../../src/http/words/catalogue.ts";
import { CATALOGUES } from "../../../src/http/words/catalogue.ts";
import { speaker } from "../../../src/http/words/say.tsx";

const NOW = Date.UTC(2026, 2, 14, 18);
const [english, german] = CATALOGUES.map((one) => speaker(one));
assert.ok(english !== undefined && german !== undefined);

/** What a line of text looks like, with blanks that can be read. */
function plain(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/g, " ");
}

const SPANS: readonly (readonly [number, string, string])[] = [
  [-5 * SECOND, "0 sec", "0 Sek."],
  [14 * SECOND, "14 sec", "14 Sek."],
  [45 * MINUTE, "45 min", "45 Min."],
  [2 * HOUR, "2 hr", "2 Std."],
  [2 * HOUR + 13 * MINUTE + 59 * SECOND, "2 hr 13 min", "2 Std. 13 Min."],
  [47 * HOUR, "47 hr", "47 Std."],
  [3 * DAY + HOUR, "3 days", "3 Tage"],
];

for (const [span, inEnglish, inGerman] of SPANS) {
  Deno.test(`say.span() says ${inEnglish}`, () => {
    assert.equal(plain(english.span(span)), inEnglish);
    assert.equal(plain(german.span(span)), inGerman);
  });
}

Deno.test("say.ago() and say.until() go by the grammar of the language", () => {
  assert.equal(english.ago(NOW - 59 * SECOND, NOW), "just now");
  assert.equal(plain(english.ago(NOW - 90 * MINUTE, NOW)), "90 min. ago");
  assert.equal(plain(german.ago(NOW - 3 * DAY, NOW)), "vor 3 Tagen");
  assert.equal(plain(german.until(NOW + 5 * HOUR, NOW)), "in 5 Std.");
  assert.equal(english.until(NOW, NOW), "now");
});

Deno.test("say.ago() of a moment that is yet to come, as after a clock was set back, is just now", () => {
  assert.equal(english.ago(NOW + HOUR, NOW), "just now");
});

const SMALL: Catalogue = {
  language: "en",
  name: "Small",
  sections: {
    common: {
      rich:
        "Open **the {name}** with `x {name}` or [go](/to/{name}) and [out](https://dev.twitch.tv/console)",
      thing_one: "{n} thing",
      thing_other: "{n} things",
    },
  },
  sentences: {},
};

Deno.test("say.rich() makes bold, code and links, and leaves values plain text", async () => {
  const say = speaker(SMALL);
  const html = String(await say.rich("common.rich" as never, { name: "**<b>[x](/y)`" }));
  assert.match(html, /<b>the \*\*&lt;b&gt;\[x\]\(\/y\)`<\/b>/);
  assert.match(html, /<code>x \*\*&lt;b&gt;\[x\]\(\/y\)`<\/code>/);
  assert.match(
    html,
    /<a href="https:\/\/dev\.twitch\.tv\/console" target="_blank" rel="noopener noreferrer">out<\/a>/,
  );
});

Deno.test("Rich leaves a value plain text at the begin and at the end, where no markup is", async () => {
  const html = String(await Rich({ text: "{name} **b** {name}", values: { name: "<i>" } }));
  assert.equal(html, "&lt;i&gt; <b>b</b> &lt;i&gt;");
});

Deno.test("say.count() takes the form that belongs to the number", () => {
  const say = speaker(SMALL);
  assert.equal(say.count("common.thing" as never, 1), "1 thing");
  assert.equal(say.count("common.thing" as never, 2), "2 things");
});
