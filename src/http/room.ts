import type { Connected } from "../core/admit.ts";
import type { Login } from "../core/login.ts";
import { Tally } from "../core/tally.ts";
import type { HttpDeps } from "./deps.ts";
import { Forms } from "./form.ts";
import { HostGuard } from "./guard.ts";
import { LiveStreams } from "./live.ts";
import { Pictures } from "./picture.ts";
import type { Tested } from "./test_question.ts";
import { Throttle } from "./throttle.ts";
import { Languages } from "./words/language.ts";

/** How a sign-in ended. */
export interface Result extends Connected {
  /** What Twitch shows as the user's name; undefined where it did not say. */
  readonly displayName: string | undefined;
}

/** What all routes of one server share. */
export interface Room {
  readonly deps: HttpDeps;
  readonly hosts: HostGuard;
  readonly throttle: Throttle;
  readonly forms: Forms;
  readonly pictures: Pictures;
  readonly languages: Languages;
  readonly streams: LiveStreams;
  readonly tally: Tally;
  /** How the last sign-in of an account ended, by its alias: told on the page that follows it. */
  readonly results: Map<string, Result>;
  /** What the last test of an account has found: told on its page. */
  readonly tests: WeakMap<Login, Tested>;
}

/** The room of a new server. */
export function createRoom(deps: HttpDeps): Room {
  return {
    deps,
    hosts: new HostGuard(deps.hosts, deps.log),
    throttle: new Throttle(),
    forms: new Forms(deps.formSecret),
    pictures: new Pictures(),
    languages: new Languages(deps.catalogues),
    streams: new LiveStreams(deps.stop),
    tally: deps.tally ?? new Tally(),
    results: new Map(),
    tests: new WeakMap(),
  };
}
