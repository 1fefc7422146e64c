import assert from "node:assert/strict";
import { explain } from "../../src/core/press.ts";
import type { First, ShortForm } from "../../src/core/short_form.ts";
import { SHORT_FORMS } from "../../src/core/short_forms.ts";
import { PRESETS } from "../../src/twitch/scopes.ts";
import { helixAnswer, helixError } from "../support/scripted_helix.ts";

const ME = "12345";
const THEM = "67890";

function form(name: string): ShortForm {
  const found = SHORT_FORMS.get(name);
  assert.ok(found, name);
  return found;
}

/** What is sent for this text: method, path with query, body. */
function sent(name: string, text: string): [string, unknown] {
  const { method, path, query, body } = form(name).read(text).request({ me: ME, target: THEM });
  assert.equal(body?.type, body === undefined ? undefined : "application/json");
  return [`${method} ${path}${query && `?${query}`}`, body && JSON.parse(body.text)];
}

Deno.test("SHORT_FORMS are the eleven of the contract, and the preset of the buttons has just their scopes", () => {
  const names = "say title announce ad marker clip raid shoutout poll prediction cancel-raid".split(" ");
  assert.deepEqual([...SHORT_FORMS.keys()], names);
  const scopes = new Set([...SHORT_FORMS.values()].map(({ scope }) => scope));
  assert.deepEqual([...scopes].toSorted(), PRESETS.buttons);
});

Deno.test("each short form asks for what Twitch's reference says", () => {
  const users = `from_broadcaster_id=${ME}&to_broadcaster_id=${THEM}`;
  const ids = { broadcaster_id: ME };
  const yesNo = [{ title: "Yes" }, { title: "No" }];
  const rows: [name: string, text: string, line: string, body: unknown][] = [
    ["say", 'Käse "now"\n😀', "POST chat/messages", { ...ids, sender_id: ME, message: 'Käse "now" 😀' }],
    ["title", "Über \\o/", `PATCH channels?broadcaster_id=${ME}`, { title: "Über \\o/" }],
    ["announce", "Hi", `POST chat/announcements?broadcaster_id=${ME}&moderator_id=${ME}`, { message: "Hi" }],
    ["ad", "90", "POST channels/commercial", { ...ids, length: 90 }],
    ["ad", "", "POST channels/commercial", { ...ids, length: 30 }],
    ["ad", "180 s", "POST channels/commercial", { ...ids, length: 180 }],
    ["marker", "", "POST streams/markers", { user_id: ME }],
    ["marker", "boss", "POST streams/markers", { user_id: ME, description: "boss" }],
    ["clip", "whatever", `POST clips?broadcaster_id=${ME}`, undefined],
    ["raid", "wren", `POST raids?${users}`, undefined],
    ["shoutout", "wren", `POST chat/shoutouts?${users}&moderator_id=${ME}`, undefined],
    ["poll", "Now? | Yes | No | 300", "POST polls", { ...ids, title: "Now?", choices: yesNo, duration: 300 }],
    ["poll", "Now?|Yes|No", "POST polls", { ...ids, title: "Now?", choices: yesNo, duration: 60 }],
    [
      "prediction",
      "Win? | Yes | No | 45s",
      "POST predictions",
      { ...ids, title: "Win?", outcomes: yesNo, prediction_window: 45 },
    ],
    ["cancel-raid", "", `DELETE raids?broadcaster_id=${ME}`, undefined],
  ];
  for (const [name, text, line, body] of rows) assert.deepEqual(sent(name, text), [line, body], name);
});

Deno.test("read() takes the name of a channel as people write it", () => {
  for (const text of ["wren", "@wren", " @WREN ", "https://www.twitch.tv/Wren", "twitch.tv/wren"]) {
    assert.equal(form("raid").read(text).target, "wren", text);
    assert.equal(form("shoutout").read(text).target, "wren", text);
  }
  assert.equal(form("say").read("wren").target, undefined);
});

Deno.test("read() refuses what Twitch would not take, in one clear line", () => {
  const long = "x".repeat(26);
  const rows: [name: string, text: string, line: string][] = [
    ["say", "", "Cannot send the message: the text is missing"],
    ["say", "ü".repeat(501), "Cannot send the message: the text has 501 characters, Twitch takes 500"],
    ["title", "", "Cannot set the title: the text is missing"],
    ["title", "x".repeat(141), "Cannot set the title: the text has 141 characters, Twitch takes 140"],
    ["marker", "x".repeat(141), "Cannot set the marker: the text has 141 characters, Twitch takes 140"],
    ["ad", "45", "Cannot start the ad: it can have 30, 60, 90, 120, 150 or 180 seconds"],
    ["ad", "long", "Cannot start the ad: it can have 30, 60, 90, 120, 150 or 180 seconds"],
    ["raid", "", "Cannot start the raid: the name of the channel is missing"],
    ["shoutout", "no one", "Cannot give the shoutout: no one is no Twitch name"],
    ["poll", "Now?", "Cannot start the poll: write it as Question | answer | answer | seconds"],
    ["poll", "Now? | Yes | 60", "Cannot start the poll: write it as Question | answer | answer | seconds"],
    ["poll", "Now? | Yes | | 60", "Cannot start the poll: write it as Question | answer | answer | seconds"],
    ["poll", " | Yes | No | 60", "Cannot start the poll: write it as Question | answer | answer | seconds"],
    ["poll", "Now?|1a|2a|3a|4a|5a|6a", "Cannot start the poll: there are 6 answers, Twitch takes 5"],
    ["poll", "?|a|b|5", "Cannot start the poll: the last part is how many seconds it lasts, 15 to 1800"],
    ["poll", `?|a|${long}`, "Cannot start the poll: an answer has 26 characters, Twitch takes 25"],
    [
      "poll",
      `${"x".repeat(61)}|a|b`,
      "Cannot start the poll: the question has 61 characters, Twitch takes 60",
    ],
    [
      "prediction",
      `${"x".repeat(46)}|a|b`,
      "Cannot start the prediction: the question has 46 characters, Twitch takes 45",
    ],
    [
      "prediction",
      "?|a|b|15",
      "Cannot start the prediction: the last part is how many seconds it lasts, 30 to 1800",
    ],
  ];
  for (const [name, text, message] of rows) {
    assert.throws(() => form(name).read(text), { code: "usage", message }, `${name} ${text}`);
  }
  assert.ok(form("say").read("😀".repeat(500)));
});

Deno.test("done() says in one line what happened", () => {
  const rows: [name: string, text: string, first: First, line: string][] = [
    ["say", "x", { message_id: "1", is_sent: true }, "Message sent"],
    ["title", "x", {}, "Title set"],
    ["announce", "x", {}, "Announcement sent"],
    ["ad", "60", { length: 60, message: "", retry_after: 480 }, "Ad of 60 s started, next in 8 min"],
    ["ad", "60", {}, "Ad of 60 s started"],
    ["marker", "", { position_seconds: 3725 }, "Marker set at 1:02:05"],
    [
      "clip",
      "",
      { id: "FiveWordsForClip-_1" },
      "Clip on its way: https://clips.twitch.tv/FiveWordsForClip-_1",
    ],
    ["clip", "", { id: "a/b" }, "Clip on its way"],
    ["raid", "@Wren", {}, "Raid to wren starts in 90 s, or with Raid Now in the chat"],
    ["shoutout", "@Wren", {}, "Shoutout to wren sent"],
    ["poll", "?|a|b|c|300", {}, "Poll with 3 answers started, ends in 5 min"],
    ["prediction", "?|a|b|90", {}, "Prediction with 2 answers started, closes in 90 s"],
    ["cancel-raid", "", {}, "Raid cancelled"],
  ];
  for (const [name, text, first, line] of rows) assert.equal(form(name).read(text).done(first), line);
});

Deno.test("done() tells why a message was dropped", () => {
  const reasons: [unknown, RegExp][] = [
    [{ code: "channel_settings_block", message: "Only followers" }, /: Only followers$/],
    [[{ code: "msg_rejected", message: "" }], /: msg_rejected$/],
    [null, /: Twitch does not say why$/],
  ];
  for (const [reason, message] of reasons) {
    const dropped = { is_sent: false, drop_reason: reason };
    assert.throws(() => form("say").read("x").done(dropped), { code: "refused", message });
  }
});

Deno.test("explain() names the permission that is missing, for every form", () => {
  for (const one of SHORT_FORMS.values()) {
    const said = explain(one, helixError(401, `Missing scope: ${one.scope} or some_old_one`));
    assert.deepEqual(said, { status: 401, line: `Missing permission ${one.scope}: sign in again with it` });
  }
});

Deno.test("explain() knows the refusals of each form", () => {
  const rows: [name: string, status: number, message: string, as: number, line: RegExp][] = [
    ["ad", 400, 'channel for id "1" has recently ran a commercial', 429, /not long enough ago$/],
    ["ad", 429, "", 429, /not long enough ago$/],
    ["ad", 400, "To start a commercial, the broadcaster must be streaming live.", 400, /not live$/],
    ["marker", 404, "", 404, /not live, or keeps no past broadcasts$/],
    ["clip", 404, "Clipping is not possible for an offline channel.", 404, /not live$/],
    ["clip", 403, "", 403, /not allowed/],
    ["raid", 409, "", 409, /under way already$/],
    ["raid", 400, "The IDs cannot be the same.", 400, /cannot raid itself$/],
    ["raid", 400, "The targeted channel doesn't accept raids.", 400, /does not take it$/],
    ["cancel-raid", 404, "", 404, /^Cannot cancel the raid: there is none$/],
    ["shoutout", 429, "", 429, /one in 2 minutes/],
    [
      "shoutout",
      400,
      "The broadcaster is not streaming live or has no viewers.",
      400,
      /not live, or has no viewer/,
    ],
    ["shoutout", 400, "may not give themselves a Shoutout", 400, /one to itself$/],
    ["poll", 400, "The broadcaster already has a poll that's running", 400, /running already$/],
    ["prediction", 400, "prediction event already active, only one allowed", 400, /running already$/],
    ["say", 429, "", 429, /takes no more for a moment$/],
    ["title", 400, 'The "title" is\nodd', 400, /^Cannot set the title: The title is odd$/],
    ["title", 503, "", 503, /^Cannot set the title: Twitch answered 503$/],
  ];
  for (const [name, status, message, as, line] of rows) {
    const said = explain(form(name), helixError(status, message));
    assert.equal(said.status, as, `${name} ${message}`);
    assert.match(said.line, line);
  }
  const page = { ...helixAnswer(502), text: "<html>\n<h1>Bad gateway</h1>" };
  assert.equal(explain(form("ad"), page).line, "Cannot start the ad: Twitch answered 502");
});
