import assert from "node:assert/strict";
import fc from "fast-check";
import { namesOf, serverAddress, slugOf } from "../../src/core/companion_names.ts";
import { buttonsOf, OWL_BUTTONS, pressOf, readPage, readTriggers } from "../support/companion_samples.ts";

const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom("$(custom:x)", `"`, "\\", "a\nb", "<b>", "'); x('", "", "\u{1f989}".repeat(50), "\ud83e"),
);

Deno.test("slugOf() has word characters alone, leaves those be and keeps different aliases apart", () => {
  assert.equal(slugOf("nightowl_2"), "nightowl_2");
  fc.assert(fc.property(odd, odd, (left, right) => {
    assert.match(slugOf(left), /^[A-Za-z0-9_]*$/);
    assert.equal(slugOf(left) === slugOf(right), left === right);
  }));
  const lookAlike = ["owl-2", "owl_2", "owl.2", "owl 2", "owl--2"];
  assert.equal(new Set(lookAlike.map(slugOf)).size, lookAlike.length);
});

Deno.test("no label, login or alias gets into a file but as one line of text and in names of word characters", () => {
  const plain = readPage(OWL_BUTTONS);
  fc.assert(
    fc.property(odd, odd, odd, (alias, login, label) => {
      const of = { ...OWL_BUTTONS, alias, login, label };
      const page = readPage(of);
      assert.match(page.page.name, /^Twitch [^\p{Cc}]*$/u);
      assert.ok([...page.page.name].length <= 60);
      const slug = slugOf(alias);
      // Apart from the names, the page is that of anybody else.
      const same = (text: string) => JSON.parse(text.replaceAll(slug, "nightowl"));
      if (slug.length > 8) assert.deepEqual(same(JSON.stringify(page.page.controls)), plain.page.controls);
      assert.equal(buttonsOf(page).length, buttonsOf(plain).length);
      for (const { button } of buttonsOf(page)) {
        for (const { options: { name = "x" } } of pressOf(button)) assert.match(`${name}`, /^\w+$/);
      }
      assert.equal(Object.keys(readTriggers(of).triggers).length, 1);
    }),
  );
});

Deno.test("namesOf() calls the page by the label, else by the login", () => {
  assert.equal(namesOf(OWL_BUTTONS).title, "Twitch Main channel");
  assert.equal(namesOf({ ...OWL_BUTTONS, label: " \n" }).title, "Twitch nightowl");
});

const taken: readonly (readonly [string, string])[] = [
  ["http://192.168.1.20:8948", "http://192.168.1.20:8948"],
  ["http://192.168.1.20:8948/", "http://192.168.1.20:8948"],
  ["  https://Token.Example.org/ ", "https://token.example.org"],
  ["HTTP://raspberrypi.local:8948", "http://raspberrypi.local:8948"],
  ["http://[fd00::1]:8948", "http://[fd00::1]:8948"],
  ["http://my_pi:80", "http://my_pi"],
];

for (const [text, address] of taken) {
  Deno.test(`serverAddress() takes ${JSON.stringify(text)}`, () => {
    assert.equal(serverAddress(text), address);
  });
}

const refused: readonly string[] = [
  ...[
    "",
    "raspberrypi.local:8948",
    "192.168.1.20",
    "ftp://pi:8948",
    "javascript:alert(1)",
    "http://",
    "http:///pi",
  ],
  ...[
    "http:pi:8948",
    "http://pi:99999",
    "http://pi:8948/token",
    "http://pi:8948//",
    "http://pi/?id=x",
    "http://pi?",
  ],
  ...["http://pi/#x", "http://pi#", "http://owl:secret@pi", "http://pi\\token", "http://$(custom:x):8948"],
  ...["http://pi'", "http://pi,http://pj", "http://pi:8948/ http://pj"],
];

for (const text of refused) {
  Deno.test(`serverAddress() refuses ${JSON.stringify(text)} without repeating it`, () => {
    assert.throws(() => serverAddress(text), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, "usage");
      assert.match(error.message, /^Cannot make the file for Companion: the server address [a-z /:]+$/);
      assert.match(error.hint ?? "", /for example http:\/\/raspberrypi\.local:8948/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

Deno.test("serverAddress() answers only addresses to which a path can be added", () => {
  fc.assert(fc.property(fc.oneof(odd, fc.webUrl(), odd.map((text) => `http://pi${text}`)), (text) => {
    let address: string;
    try {
      address = serverAddress(text);
    } catch {
      return;
    }
    assert.match(address, /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d+)?$/);
    assert.equal(new URL(`${address}/status.txt`).pathname, "/status.txt");
  }));
});
