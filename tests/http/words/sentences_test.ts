import assert from "node:assert/strict";
import { translator } from "../../../src/http/words/sentences.ts";

const translate = translator({
  "Cannot find the account {name}: there is none of that name": "Das Konto {name} gibt es nicht",
  "Cannot refresh {account}: {reason}": "{account} wurde nicht erneuert: {reason}",
  "Twitch asks for a pause": "Twitch bittet um eine Pause",
  "What (is) this? {x}.": "Was ist das? {x}.",
});

Deno.test("translator() answers a sentence by its pattern", () => {
  assert.equal(
    translate('Cannot find the account "anna": there is none of that name'),
    'Das Konto "anna" gibt es nicht',
  );
});

Deno.test("translator() translates what stands in a hole, too", () => {
  assert.equal(
    translate("Cannot refresh anna: Twitch asks for a pause"),
    "anna wurde nicht erneuert: Twitch bittet um eine Pause",
  );
});

Deno.test("translator() leaves a sentence that it does not know as it is", () => {
  assert.equal(translate("Cannot find anything"), "Cannot find anything");
});

Deno.test("translator() takes the marks of a pattern for no expression", () => {
  assert.equal(translate("What (is) this? 1+1."), "Was ist das? 1+1.");
  assert.equal(translate("What is this? 1+1."), "What is this? 1+1.");
});
