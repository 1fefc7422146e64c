import { type ButtonsOf, companionPage, companionTriggers } from "../../src/core/companion_file.ts";
import { Secret } from "../../src/core/secret.ts";

export const OWL_BUTTONS: ButtonsOf = {
  alias: "nightowl",
  login: "nightowl",
  label: "Main channel",
  id: new Secret("0f8fad5b-d9cb-469f-a165-70867728950e"),
  server: "http://192.168.1.20:8948",
};

/** An account whose alias is not all word characters, with the Twitch module beside it. */
export const WREN_BUTTONS: ButtonsOf = {
  alias: "wren-2",
  login: "wren",
  label: "",
  id: new Secret("7c9e6679-7425-40de-944b-e07fc1f90ae7"),
  server: "https://token.example.org",
  twitchModule: true,
};

/** The files that lie in `tests/core/golden`, as this version makes them. */
export function goldenFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["nightowl.companionconfig", companionPage(OWL_BUTTONS).reveal()],
    ["nightowl-triggers.companionconfig", companionTriggers(OWL_BUTTONS).reveal()],
    ["wren-2.companionconfig", companionPage(WREN_BUTTONS).reveal()],
    ["wren-2-triggers.companionconfig", companionTriggers(WREN_BUTTONS).reveal()],
  ]);
}

/** Where a golden file lies. */
export function goldenPath(name: string): URL {
  return new URL(`../core/golden/${name}`, import.meta.url);
}

export interface ReadAction {
  readonly id: string;
  readonly action: string;
  readonly instance: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ReadFeedback {
  readonly id: string;
  readonly type: string;
  readonly instance_id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ReadButton {
  readonly type: string;
  readonly options: unknown;
  readonly style: Readonly<Record<string, unknown>> & { readonly text: string; readonly bgcolor: number };
  readonly feedbacks: readonly ReadFeedback[];
  readonly steps: Readonly<
    Record<string, { action_sets: Readonly<Record<string, readonly ReadAction[]>>; options: unknown }>
  >;
}

/** A page file as Companion reads it. */
export interface ReadPage {
  readonly version: number;
  readonly type: string;
  readonly page: {
    readonly name: string;
    readonly controls: Readonly<Record<string, Readonly<Record<string, ReadButton>>>>;
    readonly gridSize: Readonly<Record<"minColumn" | "maxColumn" | "minRow" | "maxRow", number>>;
  };
  readonly instances: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A trigger file as Companion reads it. */
export interface ReadTriggers {
  readonly version: number;
  readonly type: string;
  readonly triggers: Readonly<
    Record<string, {
      readonly action_sets: Readonly<Record<string, readonly ReadAction[]>>;
      readonly events: readonly { readonly id: string; readonly type: string; readonly options: unknown }[];
    }>
  >;
  readonly instances: ReadPage["instances"];
}

/** The page of an account, read back. */
export function readPage(of: ButtonsOf): ReadPage {
  return JSON.parse(companionPage(of).reveal());
}

/** The triggers of an account, read back. */
export function readTriggers(of: ButtonsOf): ReadTriggers {
  return JSON.parse(companionTriggers(of).reveal());
}

/** Every button of a page with its place. */
export function buttonsOf(page: ReadPage): { row: number; column: number; button: ReadButton }[] {
  return Object.entries(page.page.controls).flatMap(([row, columns]) =>
    Object.entries(columns).map(([column, button]) => ({ row: Number(row), column: Number(column), button }))
  );
}

/** What a press of the button does. */
export function pressOf(button: ReadButton): readonly ReadAction[] {
  return button.steps["0"]?.action_sets["down"] ?? [];
}

/** Every action of both files of an account. */
export function actionsOf(of: ButtonsOf): readonly ReadAction[] {
  const triggers = Object.values(readTriggers(of).triggers);
  return [
    ...buttonsOf(readPage(of)).flatMap(({ button }) => pressOf(button)),
    ...triggers.flatMap(({ action_sets }) => action_sets["0"] ?? []),
  ];
}

/** Every feedback of an account's page. */
export function feedbacksOf(of: ButtonsOf): readonly ReadFeedback[] {
  return buttonsOf(readPage(of)).flatMap(({ button }) => button.feedbacks);
}

/** Every address in both files of an account. */
export function urlsOf(of: ButtonsOf): readonly string[] {
  return [...actionsOf(of), ...feedbacksOf(of)].flatMap(({ options: { url } }) =>
    url === undefined ? [] : [`${url}`]
  );
}
