import { Tally } from "../core/tally.ts";
import type { HttpDeps } from "./deps.ts";
import { HostGuard } from "./guard.ts";
import { Throttle } from "./throttle.ts";

/** What a question needs of what the composition root hands over. */
export type QuestionDeps = Pick<
  HttpDeps,
  "roster" | "refresher" | "log" | "clock" | "hosts" | "tally" | "trustedProxies"
>;

/** As much of the room as a question needs: it is there before any page is. */
export interface QuestionRoom {
  readonly deps: QuestionDeps;
  readonly hosts: HostGuard;
  readonly throttle: Throttle;
  readonly tally: Tally;
}

/** The room of a new server that has answered nothing but questions. */
export function createQuestionRoom(deps: QuestionDeps): QuestionRoom {
  return {
    deps,
    hosts: new HostGuard(deps.hosts, deps.log),
    throttle: new Throttle(),
    tally: deps.tally ?? new Tally(),
  };
}
