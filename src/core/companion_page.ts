/** The page of ready buttons, as it lies on a Stream Deck XL. */
import {
  type Act,
  type Button,
  button,
  type ButtonParts,
  colourWhile,
  get,
  NO_ANSWER,
  picture,
  post,
  restart,
  setVariable,
} from "./companion_button.ts";
import type { Names } from "./companion_names.ts";

/** Companion enlarges its grid to this where it is smaller. */
export const GRID_SIZE = { minColumn: 0, maxColumn: 7, minRow: 0, maxRow: 3 } as const;

/** All dark enough for white letters. */
const COLOUR = {
  trouble: 0x9b1c1c,
  good: 0x14632b,
  answer: 0x1a1a1a,
  ads: 0x7a3e00,
  chat: 0x4b2a94,
  people: 0x12407a,
  votes: 0x0b5351,
  input: 0x3d3d3d,
} as const;

/** For a short form that needs no text: an empty one would arrive as the words `[object Object]`. */
const NO_TEXT = "{}";

/** What the buttons that set a variable put into it, to be changed by the person in Companion. */
const EXAMPLES = {
  title: "My new title",
  text: "Back in five minutes",
  // No login name, so that nobody is raided by a press too early.
  target: "name of a channel",
  poll: "Which map next? | Forest | Desert | 60",
  prediction: "Do we win? | Yes | No | 60",
} as const;

type Cell = readonly [name: string, parts: ButtonParts] | undefined;

/** Companion's `controls`: row, then column. */
export function controlsOf(
  { twitchModule = false }: { readonly twitchModule?: boolean },
  names: Names,
): Record<string, Record<string, Button>> {
  const nothing: Cell = undefined;
  const again: Cell = ["restart", {
    text: "Restart\nTwitch",
    colour: COLOUR.input,
    acts: restart(names.twitch),
  }];
  const rows: readonly (readonly Cell[])[] = [
    [...states(names), ...ads(names), ...moments(names)],
    [...texts(names), ...people(names), ...votes(names)],
    inputs(names),
    [...Array<Cell>(GRID_SIZE.maxColumn).fill(nothing), twitchModule ? again : nothing],
  ];
  const named = rows.map((cells) => cells.map((cell) => cell && button(`${names.slug}_${cell[0]}`, cell[1])));
  return Object.fromEntries(
    named.map((cells, row) => [row, present(cells)] as const).filter(([, cells]) =>
      Object.keys(cells).length > 0
    ),
  );
}

function present(cells: readonly (Button | undefined)[]): Record<string, Button> {
  return Object.fromEntries(cells.flatMap((cell, column) => cell === undefined ? [] : [[column, cell]]));
}

function states(names: Names): readonly Cell[] {
  const state = names.variable("state");
  const answer = names.variable("answer");
  const askInto = (variable: string): readonly Act[] => [
    setVariable(variable, NO_ANSWER),
    get(names.http, names.url("status.txt"), variable),
  ];
  return [
    ["picture", {
      // Letters would lie over the picture. Without one the key is plain red.
      text: "",
      colour: COLOUR.trouble,
      bare: true,
      watches: [picture(names.http, names.url("status.png"))],
      acts: askInto(answer),
    }],
    ["state", {
      text: `Twitch\n$(custom:${state})`,
      size: "auto",
      colour: COLOUR.trouble,
      // With the blank: without it, other words hold it too.
      watches: [colourWhile(state, "OK ", COLOUR.good)],
      acts: askInto(state),
    }],
    ["answer", {
      text: `$(custom:${answer})`,
      size: "auto",
      colour: COLOUR.answer,
      acts: [setVariable(answer, "")],
    }],
  ];
}

function ads(names: Names): readonly Cell[] {
  return ["30", "60", "90"].map((seconds) => [
    `ad_${seconds}`,
    { text: `Ad\n${seconds} s`, colour: COLOUR.ads, acts: press(names, "ad", seconds) },
  ]);
}

function moments(names: Names): readonly Cell[] {
  return [
    ["marker", { text: "Marker", colour: COLOUR.chat, acts: press(names, "marker", NO_TEXT) }],
    ["clip", { text: "Clip", colour: COLOUR.chat, acts: press(names, "clip", NO_TEXT) }],
  ];
}

function texts(names: Names): readonly Cell[] {
  return [
    ["title", { text: "Title", colour: COLOUR.chat, acts: press(names, "title", valueOf(names, "title")) }],
    ["say", { text: "Say", colour: COLOUR.chat, acts: press(names, "say", valueOf(names, "text")) }],
    ["announce", {
      text: "Announce",
      colour: COLOUR.chat,
      acts: press(names, "announce", valueOf(names, "text")),
    }],
  ];
}

function people(names: Names): readonly Cell[] {
  const target = valueOf(names, "target");
  return [
    ["shoutout", { text: "Shoutout", colour: COLOUR.people, acts: press(names, "shoutout", target) }],
    ["raid", { text: "Raid", colour: COLOUR.people, acts: press(names, "raid", target) }],
    ["cancel_raid", {
      text: "Cancel\nraid",
      colour: COLOUR.people,
      acts: press(names, "cancel-raid", NO_TEXT),
    }],
  ];
}

function votes(names: Names): readonly Cell[] {
  return [
    ["poll", { text: "Poll", colour: COLOUR.votes, acts: press(names, "poll", valueOf(names, "poll")) }],
    ["prediction", {
      text: "Predict",
      colour: COLOUR.votes,
      acts: press(names, "prediction", valueOf(names, "prediction")),
    }],
  ];
}

/** Each below the first button that uses its variable. */
function inputs(names: Names): readonly Cell[] {
  const cell = (name: keyof typeof EXAMPLES, word: string = name): Cell => [`set_${name}`, {
    text: `Set\n${word}`,
    colour: COLOUR.input,
    // Not part of the buttons that use it: each press would overwrite what the person has set.
    acts: [setVariable(names.variable(name), EXAMPLES[name])],
  }];
  return [
    cell("title"),
    cell("text"),
    undefined,
    cell("target"),
    undefined,
    undefined,
    cell("poll"),
    cell("prediction", "predict"),
  ];
}

function press(names: Names, form: string, text: string): readonly Act[] {
  const answer = names.variable("answer");
  return [setVariable(answer, NO_ANSWER), post(names.http, names.url(form), text, answer)];
}

function valueOf(names: Names, name: keyof typeof EXAMPLES): string {
  return `$(custom:${names.variable(name)})`;
}
