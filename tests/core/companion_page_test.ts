import assert from "node:assert/strict";
import type { ButtonsOf } from "../../src/core/companion_file.ts";
import { SHORT_FORMS } from "../../src/core/short_forms.ts";
import {
  actionsOf,
  buttonsOf,
  OWL_BUTTONS,
  pressOf,
  readPage,
  readTriggers,
  urlsOf,
  WREN_BUTTONS,
} from "../support/companion_samples.ts";

Deno.test("companionPage() has the ready buttons, and the restart only with the Twitch module", () => {
  const forms = (of: ButtonsOf) =>
    urlsOf(of).map((url) => url.split("/").at(-1)).filter((form) => !form?.includes("?"));
  const all = [
    "ad",
    "ad",
    "ad",
    "announce",
    "cancel-raid",
    "clip",
    "marker",
    "poll",
    "prediction",
    "raid",
    "say",
  ];
  assert.deepEqual(forms(OWL_BUTTONS).sort(), [...all, "shoutout", "title"]);
  assert.deepEqual(forms(WREN_BUTTONS).sort(), [...all, "shoutout", "title"]);
  const restarts = (of: ButtonsOf) => actionsOf(of).filter(({ action }) => action === "instance_control");
  assert.equal(restarts(OWL_BUTTONS).length, 0);
  assert.equal(Object.keys(readPage(OWL_BUTTONS).instances).length, 1);
  const { instances } = readPage(WREN_BUTTONS);
  const [key = ""] = Object.entries(instances).find(([, one]) => one["instance_type"] === "twitch-api") ?? [];
  assert.deepEqual(restarts(WREN_BUTTONS).map(({ options }) => options), [
    { instance_id: key, enable: "false" },
    { instance_id: key, enable: "true" },
  ]);
  assert.equal(Object.keys(readTriggers(WREN_BUTTONS).instances).length, 1);
});

Deno.test("each press sends plain text that its short form takes, once its variables are set", () => {
  const actions = actionsOf(OWL_BUTTONS);
  const values = new Map(
    actions.filter(({ action }) => action === "custom_variable_create_value")
      .map(({ options: { name, value } }) => [`${name}`, `${value}`]),
  );
  const presses = actions.filter(({ action }) => action === "post");
  assert.equal(presses.length, 13);
  for (const { options: { url, body, contenttype } } of presses) {
    const form = SHORT_FORMS.get(`${url}`.split("/").at(-1) ?? "");
    const text = `${body}`.replace(/\$\(custom:(\w+)\)/g, (_, name) => values.get(name) ?? "$NA");
    assert.equal(contenttype, "text/plain");
    // Blank, it would arrive as the words [object Object].
    assert.notEqual(text.trim(), "");
    assert.ok(form, `${url}`);
    if (/\/(raid|shoutout)$/.test(`${url}`)) {
      assert.throws(() => form.read(text), { name: "AppError", code: "usage" });
      form.read("wren");
    } else form.read(text === "{}" ? "" : text);
  }
});

Deno.test("no button overwrites what another one sets: only the answer is cleared before a press", () => {
  for (const { button } of buttonsOf(readPage(OWL_BUTTONS))) {
    const press = pressOf(button);
    const sends = press.filter(({ action }) => action === "post");
    const sets = press.filter(({ action }) => action === "custom_variable_create_value");
    for (const { options } of sends) {
      assert.deepEqual(sets.map(({ options: { name } }) => name), [options["jsonResultDataVariable"]]);
      assert.equal(press[0], sets[0]);
    }
  }
});

Deno.test("every button can be read: white on a dark ground, in lines that fit on 72 pixels", () => {
  for (const { button: { style } } of buttonsOf(readPage(WREN_BUTTONS))) {
    assert.equal(style["color"], 0xffffff);
    assert.ok(contrastWithWhite(style.bgcolor) >= 7, style.text);
    if (style["size"] === "auto") continue;
    for (const line of style.text.split("\n")) assert.ok(line.length <= 8, line);
  }
});

/** By WCAG 2. */
function contrastWithWhite(colour: number): number {
  const [red, green, blue] = [colour >> 16, colour >> 8 & 255, colour & 255].map((part) => {
    const level = part / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
