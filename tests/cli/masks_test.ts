import assert from "node:assert/strict";
import fc from "fast-check";
import { Secret } from "../../src/core/secret.ts";
import { Masks } from "../../src/cli/masks.ts";

const TOKEN = "canary+token/0123456789=é";

function masksOf(...texts: readonly string[]): Masks {
  const masks = new Masks();
  for (const text of texts) masks.add(new Secret(text));
  return masks;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

Deno.test("Masks mask a living secret in every form", () => {
  const masks = masksOf(TOKEN);
  for (
    const form of [
      TOKEN,
      TOKEN.toUpperCase(),
      encodeURIComponent(TOKEN),
      encodeURIComponent(TOKEN).toLowerCase(),
    ]
  ) {
    assert.equal(masks.apply(`before ${form} after ${form}`), "before [secret] after [secret]");
  }
  assert.equal(masks.apply("canary+token"), "canary+token");
});

Deno.test("Masks find a secret inside longer Base64, wherever it begins", () => {
  const masks = masksOf(TOKEN);
  for (const name of ["", "a", "ab", "abc", "client-id:"]) {
    for (const tail of ["", "z", "zz"]) {
      const standard = base64(name + TOKEN + tail);
      for (const form of [standard, standard.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")]) {
        const masked = masks.apply(form);
        assert.match(masked, /\[secret\]/);
        // One character beside it may hold bits of the neighbours too, and stays.
        assert.ok(masked.replace("[secret]", "").length <= base64(`${name}${tail}`).length + 4, masked);
      }
    }
  }
});

Deno.test("Masks forget a secret when its last owner has removed it", () => {
  const masks = masksOf(TOKEN, TOKEN, "another-secret");
  masks.remove(new Secret(TOKEN));
  assert.equal(masks.apply(TOKEN), "[secret]");
  masks.remove(new Secret(TOKEN));
  masks.remove(new Secret(TOKEN));
  assert.equal(masks.apply(`${TOKEN} another-secret`), `${TOKEN} [secret]`);
});

Deno.test("Masks leave nothing of the longer of two secrets that begin alike", () => {
  assert.equal(masksOf("abcdefgh", "abcdefghijkl").apply("abcdefghijkl abcdefgh"), "[secret] [secret]");
});

Deno.test("Masks leave short texts alone", () => {
  assert.equal(masksOf("", "a", "1234567").apply("a 1234567"), "a 1234567");
  assert.equal(masksOf("12345678").apply("a 12345678"), "a [secret]");
});

Deno.test("Masks take any text as a secret", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", minLength: 8 }), fc.string(), (text, around) => {
    const masked = masksOf(text).apply(`${around}${text}${around}`);
    assert.ok(masked.includes("[secret]"));
  }));
  assert.equal(masksOf("\ud800 lone surrogate").apply("a \ud800 lone surrogate"), "a [secret]");
});

Deno.test("Masks find each of many secrets, beside each other and without what is between them", () => {
  const texts = Array.from({ length: 3000 }, (_, number) => `token-number-${number}`);
  const masks = masksOf(...texts);
  for (const text of texts.slice(0, 2990)) masks.remove(new Secret(text));
  assert.equal(
    masks.apply("token-number-2999token-number-2998, token-number-17, İtoken-number-2997"),
    "[secret][secret], token-number-17, İ[secret]",
  );
});
