import type { Connected } from "../core/admit.ts";
import type { HttpDeps } from "./deps.ts";
import { Forms } from "./form.ts";
import { HostGuard } from "./guard.ts";
import { Pictures } from "./picture.ts";
import { Throttle } from "./throttle.ts";

/** What all routes of one server share. */
export interface Room {
  readonly deps: HttpDeps;
  readonly hosts: HostGuard;
  readonly throttle: Throttle;
  readonly forms: Forms;
  readonly pictures: Pictures;
  /** How the last sign-in of an account ended, by its alias: told on the page that follows it. */
  readonly results: Map<string, Connected>;
}

/** The room of a new server. */
export function createRoom(deps: HttpDeps): Room {
  return {
    deps,
    hosts: new HostGuard(deps.hosts, deps.log),
    throttle: new Throttle(),
    forms: new Forms(),
    pictures: new Pictures(),
    results: new Map(),
  };
}
