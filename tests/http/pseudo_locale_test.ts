import assert from "node:assert/strict";
import { seen, SIGHTS } from "./sights/all.ts";
import { outside, pseudo, pseudoCatalogue, spokenIn } from "./sights/pseudo.ts";
import { Stage } from "./sights/stage.ts";

/** What is the same in every language, and may stand by itself. */
const NAMES: readonly RegExp[] = [
  /^[a-z]+([_:][a-z_]+)+$|^openid$/, // scopes
  /^(https?:\/\/)?([a-z0-9-]+\.)+[a-z]{2,}(\/\S*)?$|^localhost$/, // addresses and names of machines
  /^https?:\/\/(companion:[\w-]+@)?(localhost|[\d.]+)(:\d+)?(\/\S*)?$/,
  /^chat:read ,;! nonsense$/, // was typed
  /^(nightowl|wren|kite_on_air|channel_number_\d+|Main channel|app-1|another-app)( ·)?$/,
  /^(JLLKTXWJ|0A1-B2C-D3E|companion-tokens-abcdefgh|\/media\/usb\/companion-backups)$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, // ids
  /^,? ?and$/,
  /^(in )?\d+ (days?|hrs?|min|sec)\.?( \d+ min)?( ago)?$|^[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d [AP]M$/, // by Intl, as the line before
];

function strangersIn(page: string): string[] {
  const pieces = spokenIn(page).flatMap(outside).map((piece) => piece.replace(/^: /, ""));
  return [...new Set(pieces)].filter((piece) => !NAMES.some((name) => name.test(piece)));
}

Deno.test("pseudo() is longer, keeps holes, code and addresses, and what stands beside it is found", () => {
  const text = pseudo("Sign in **as** {name} with `code` [here](/help)");
  assert.match(text, /^⟦Sígñ íñ \*\*ás\*\* \{name\} wíth `code` \[héré\]\(\/help\) [~ ]+⟧$/);
  assert.ok(text.length >= "Sign in **as** {name} with `code` [here](/help)".length * 1.4);
  const page = `<body><p>${pseudo("one")} <b>two</b></p><a aria-label="three">${pseudo("four")}</a></body>`;
  assert.deepEqual(spokenIn(page).flatMap(outside), ["three", "two"]);
});

for (const sight of SIGHTS) {
  Deno.test(`${sight.name} says nothing that is in no catalogue`, async () => {
    using stage = new Stage({ over: { catalogues: [pseudoCatalogue()] } });
    const { page } = await seen(sight, stage);
    // The text of a help topic is a file of its own in each language.
    const isHelp = sight.name.startsWith("help-");
    assert.deepEqual(strangersIn(isHelp ? page.replace(/<main[^]*<\/main>/, "") : page), []);
  });
}
