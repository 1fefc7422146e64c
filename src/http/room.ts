import type { Connected } from "../core/admit.ts";
import type { Login } from "../core/login.ts";
import type { HttpDeps } from "./deps.ts";
import { Forms } from "./form.ts";
import { LiveStreams } from "./live.ts";
import { Pictures } from "./picture.ts";
import { createQuestionRoom, type QuestionRoom } from "./question_room.ts";
import type { Tested } from "./test_question.ts";
import { Languages } from "./words/language.ts";

/** How a sign-in ended. */
export interface Result extends Connected {
  /** What Twitch shows as the user's name; undefined where it did not say. */
  readonly displayName: string | undefined;
}

/** What all routes of one server share. */
export interface Room extends QuestionRoom {
  readonly deps: HttpDeps;
  readonly forms: Forms;
  readonly pictures: Pictures;
  readonly languages: Languages;
  readonly streams: LiveStreams;
  /** How the last sign-in of an account ended, by its alias: told on the page that follows it. */
  readonly results: Map<string, Result>;
  /** What the last test of an account has found: told on its page. */
  readonly tests: WeakMap<Login, Tested>;
}

/** The room of a server, around what its questions know already. */
export function createRoom(deps: HttpDeps, questions: QuestionRoom = createQuestionRoom(deps)): Room {
  return {
    ...questions,
    deps,
    forms: new Forms(deps.formSecret),
    pictures: new Pictures(),
    languages: new Languages(deps.catalogues),
    streams: new LiveStreams(deps.stop),
    results: new Map(),
    tests: new WeakMap(),
  };
}
