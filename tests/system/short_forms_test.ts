/** The short forms in the real program, pressed as Companion's Generic HTTP module presses them. */
import assert from "node:assert/strict";
import { type Answer, MODULES } from "../support/generic_http.ts";
import { withRelay } from "../support/relay_stage.ts";
import { FIRST_USER } from "../support/simulated_twitch/options.ts";

function assertPlain({ body }: Answer): void {
  assert.match(body, /^[^\n\r"'\\]{1,120}$/);
}

const SHORT_FORMS: readonly [name: string, text: string | undefined, line: RegExp, done: string][] = [
  ["say", 'Käse "now" 😀', /^Message sent$/, 'say Käse "now" 😀'],
  ["title", "Über 100% \\o/", /^Title set$/, "title Über 100% \\o/"],
  ["announce", "Los geht’s", /^Announcement sent$/, "announce Los geht’s"],
  ["ad", "60", /^Ad of 60 s started, next in 8 min$/, "ad 60"],
  ["marker", "boss", /^Marker set at 0:01:39$/, "marker boss"],
  ["marker", undefined, /^Marker set at /, "marker "],
  ["clip", "[object Object]", /^Clip on its way: https:\/\/clips\.twitch\.tv\/SimulatedClip-1$/, "clip"],
  ["raid", "@KOHOSUTO", /^Raid to kohosuto /, "raid kohosuto"],
  ["cancel-raid", undefined, /^Raid cancelled$/, "cancel-raid"],
  ["shoutout", "kohosuto", /^Shoutout to kohosuto sent$/, "shoutout kohosuto"],
  ["poll", "Täglich? | Ja | Nein | 300", /^Poll with 2 answers started, ends in 5 min$/, "poll Täglich?"],
  ["prediction", "Win? | Yes | No", /^Prediction with 2 answers started, closes in /, "prediction Win?"],
];

withRelay("every short form does at Twitch what it says", async ({ helix, at, state }) => {
  const channel = helix.channel(FIRST_USER.login);
  for (const module of MODULES) {
    Object.assign(channel, { adCooldown: 0, raiding: undefined, poll: undefined, prediction: undefined });
    channel.done.length = 0;
    for (const [name, text, line] of SHORT_FORMS) {
      const answer = await module.send("post", at(name), text);
      assert.equal(answer.status, 200, `${module.name} ${name}: ${answer.body}`);
      assert.match(answer.body, line);
    }
    assert.deepEqual(channel.done, SHORT_FORMS.map(([, , , done]) => done), module.name);
  }
  assert.match(await state(), /^OK /);
});

withRelay("what fails is one clear line, and seen in /status.txt", async ({ helix, at, state }) => {
  const channel = helix.channel(FIRST_USER.login);
  const rows: [
    prepare: Partial<typeof channel>,
    path: string,
    text: string,
    status: number,
    line: string,
    state: string,
  ][] = [
    [
      { adCooldown: 100 },
      "ad",
      "60",
      429,
      "Cannot start the ad: the last one is not long enough ago",
      "AD 429",
    ],
    [{ live: false }, "ad", "60", 400, "Cannot start the ad: the channel is not live", "AD 400"],
    [{}, "clip", "", 404, "Cannot make the clip: the channel is not live", "CLIP 404"],
    [
      {},
      "raid",
      "nobody_here",
      404,
      "Cannot start the raid: Twitch knows nobody called nobody_here",
      "RAID 404",
    ],
    [{}, "say", "forbidden", 409, "Message not sent: Your message wasnt posted", "SAY 409"],
    [{}, "say", "$NA", 400, "Cannot ask Twitch: the text is not filled in ($NA)", "SAY 400"],
    [{ poll: {} }, "poll", "?|a|b", 400, "Cannot start the poll: one is running already", "POLL 400"],
    [{}, "helix/users?login=$NA", "", 400, "Cannot ask Twitch: login is not filled in ($NA)", "USERS 400"],
  ];
  for (const module of MODULES) {
    Object.assign(channel, { live: true, adCooldown: 0, poll: undefined });
    for (const [prepare, path, text, status, line, word] of rows) {
      Object.assign(channel, { adCooldown: 0 }, prepare);
      const answer = await module.send("post", at(path), text);
      assert.deepEqual(answer, { status, body: line }, module.name);
      assertPlain(answer);
      assert.equal(await state(), word);
    }
  }
  assert.deepEqual(channel.done, []);
});

withRelay("a permission that is missing is named", async ({ at, state }) => {
  for (const module of MODULES) {
    const answer = await module.send("post", at("clip"));
    assert.deepEqual(answer, { status: 401, body: "Missing permission clips:edit: sign in again with it" });
    assert.equal(await state(), "CLIP 401");
  }
}, { preset: "companion-3" });
