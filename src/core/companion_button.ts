/**
 * The pieces of Companion's import files in format 6, the lowest that all of 3.5 to 5.x take and bring up to date
 * themselves. Older modules throw on an option that is missing and newer ones ask for a variable called `undefined`, so
 * every action carries every option that any version of Generic HTTP reads.
 */

/** An action of a button or a trigger. `instance` names a connection of the same file, or `internal`. */
export interface Action {
  readonly id: string;
  readonly action: string;
  readonly instance: string;
  readonly options: Readonly<Record<string, string | boolean>>;
}

/** Changes the look of a button while something is so. */
export interface Feedback {
  readonly id: string;
  readonly type: string;
  readonly instance_id: string;
  readonly options: Readonly<Record<string, string | number>>;
  readonly isInverted: false;
  /** A picture feedback must not have it: Companion 5 then takes it for another kind and shows no picture. */
  readonly style?: { readonly bgcolor: number };
}

/** A button with one step. */
export interface Button {
  readonly type: "button";
  readonly options: { readonly rotaryActions: false; readonly stepAutoProgress: true };
  readonly style: Look;
  readonly feedbacks: readonly Feedback[];
  readonly steps: {
    readonly "0": {
      readonly action_sets: { readonly down: readonly Action[]; readonly up: readonly [] };
      readonly options: { readonly runWhileHeld: readonly [] };
    };
  };
}

interface Look {
  readonly text: string;
  readonly textExpression: false;
  readonly size: number | "auto";
  readonly png64: null;
  readonly alignment: "center:center";
  readonly pngalignment: "center:center";
  readonly color: number;
  readonly bgcolor: number;
  readonly show_topbar: "default" | false;
}

/** A connection that actions and feedbacks name. */
export interface Connection {
  readonly instance_type: string;
  readonly label: string;
  readonly config: Readonly<Record<string, string | boolean>>;
  readonly sortOrder: number;
  readonly isFirstInit: false;
  readonly enabled: true;
  readonly lastUpgradeIndex: number;
}

/** An action before it has its place, and with it its id. */
export type Act = Omit<Action, "id">;
/** A feedback before it has its place. */
export type Watch = Omit<Feedback, "id" | "isInverted">;

/** What makes one button different from another. */
export interface ButtonParts {
  readonly text: string;
  readonly colour: number;
  readonly size?: "auto";
  /** The whole key is for the picture. */
  readonly bare?: true;
  readonly watches?: readonly Watch[];
  readonly acts: readonly Act[];
}

const INTERNAL = "internal";
const WHITE = 0xffffff;
/** Eight letters of it fit beside each other on 72 pixels. */
const TEXT_SIZE = 14;
/** Between two looks at a picture, in milliseconds. */
const PICTURE_INTERVAL = 15_000;
/** What a variable says until an answer comes; module 2.5 and earlier write none after an error. */
export const NO_ANSWER = "no answer";

/** A button; `place` is unique in the file and makes its ids. */
export function button(place: string, parts: ButtonParts): Button {
  const { text, colour, size, bare, watches = [], acts } = parts;
  return {
    type: "button",
    options: { rotaryActions: false, stepAutoProgress: true },
    style: {
      text,
      textExpression: false,
      size: size ?? TEXT_SIZE,
      png64: null,
      alignment: "center:center",
      pngalignment: "center:center",
      color: WHITE,
      bgcolor: colour,
      show_topbar: bare ? false : "default",
    },
    feedbacks: watches.map((watch, at) => ({ id: `${place}_look_${at}`, ...watch, isInverted: false })),
    steps: { "0": { action_sets: { down: placed(place, acts), up: [] }, options: { runWhileHeld: [] } } },
  };
}

/** Actions with the ids of their place. */
export function placed(place: string, acts: readonly Act[]): readonly Action[] {
  return acts.map((act, at) => ({ id: `${place}_${at}`, ...act }));
}

/** Sends `text` as it is: JSON would be refused by the module when a variable in it holds a quotation mark. */
export function post(instance: string, url: string, text: string, answer: string): Act {
  const options = { url, body: text, header: "", contenttype: "text/plain", ...answerInto(answer) };
  return { action: "post", instance, options };
}

/** Asks `url` and puts the answer into the custom variable `answer`. */
export function get(instance: string, url: string, answer: string): Act {
  return { action: "get", instance, options: { url, header: "", ...answerInto(answer) } };
}

function answerInto(variable: string): Record<string, string | boolean> {
  return { jsonResultDataVariable: variable, result_stringify: true, statusCodeVariable: "" };
}

/** Makes the custom variable if it is missing, and gives it this value in any case. */
export function setVariable(name: string, value: string): Act {
  return { action: "custom_variable_create_value", instance: INTERNAL, options: { name, value } };
}

/** Switches a connection off and, after a second, on again. */
export function restart(instance: string): readonly Act[] {
  const control = (enable: "true" | "false"): Act => (
    { action: "instance_control", instance: INTERNAL, options: { instance_id: instance, enable } }
  );
  return [
    control("false"),
    { action: "wait", instance: INTERNAL, options: { time: "1000" } },
    control("true"),
  ];
}

/** Shows the picture at `url`; while there is none, the button's own look. */
export function picture(instance: string, url: string): Watch {
  const options = { url, header: "", interval: PICTURE_INTERVAL };
  return { type: "imageFromUrl", instance_id: instance, options };
}

/** Colours the button while the custom variable holds `part`. */
export function colourWhile(variable: string, part: string, bgcolor: number): Watch {
  const expression = `includes($(custom:${variable}), '${part}')`;
  return { type: "check_expression", instance_id: INTERNAL, options: { expression }, style: { bgcolor } };
}

/** A connection of the module Generic HTTP. It has no address of its own: Companion may link the file to another one. */
export function httpConnection(label: string): Connection {
  return {
    instance_type: "generic-http",
    label,
    config: { prefix: "", proxyAddress: "", rejectUnauthorized: true },
    sortOrder: 100,
    isFirstInit: false,
    enabled: true,
    // Right for every version: what is newer than this, the module adds itself.
    lastUpgradeIndex: 1,
  };
}

/** The person's own connection of the Twitch module: Companion links it to the first that there is. */
export function twitchConnection(): Connection {
  return {
    instance_type: "twitch-api",
    label: "twitch",
    config: {},
    sortOrder: 101,
    isFirstInit: false,
    enabled: true,
    lastUpgradeIndex: -1,
  };
}
