/** Mistakes where several processes share a store. */
import { type Mutation, mutationsOf, type Row } from "./mutation.ts";

const REFRESH: readonly Row[] = [
  ["a process that stood still past its lease sends", "if (login.lease?.held === false) return;", ""],
];
const REFRESHER: readonly Row[] = [
  [
    "a question does not wait for what another process has begun",
    'asker === "question" && isElsewhere(this.#roster, login)',
    "false",
  ],
  [
    "a question that joins a job waits for the job alone",
    "return running.then(() => this.one(login, asker));",
    "return running;",
  ],
  ["a database that is away is waited for by every login", "if (this.#storeIsAway) return;", ""],
];
const TURN: readonly Row[] = [
  [
    "what another process has just done is not seen before the turn",
    "await followAccount(roster, shared, key);",
    "",
  ],
  [
    "a turn is given to everybody",
    "if (lease === undefined) return undefined;",
    "if (lease === undefined) return ALWAYS;",
  ],
];
const FOLLOW: readonly Row[] = [
  ["what was added while the store was read is lost", "if (roster.ids.changes !== changes) continue;", ""],
  ["an account that is gone stays", "roster.forget(before);", ";"],
];
const OWNER: readonly Row[] = [
  [
    "a session of another process is not looked for",
    "if (this.#find(id) === undefined) await this.#lookAgain();",
    "",
  ],
];
const GUESSES: readonly Row[] = [
  ["wrong guesses count for each process alone", "await this.#countTogether(from);", ""],
];
const COMPANION: readonly Row[] = [
  [
    "an id that another process gave out needs no password",
    "const found = login ?? await lookElsewhere(request, info, room, { id, raw, wants });\n  if (found instanceof Unknown) return found;",
    "const found = login ?? await lookElsewhere(request, info, room, { id, raw, wants });\n  if (found instanceof Unknown || login === undefined) return found;",
  ],
];
const CONNECT: readonly Row[] = [
  [
    "a state is exchanged by every process that gets it",
    "if (turn === undefined) throw staleReturn();\n    await this.follow();",
    "",
  ],
];
const NOTICE_DUTY: readonly Row[] = [
  ["every process tells", "return shared === undefined ||", "return true ||"],
];

/** All of this file. */
export const SHARED_MUTATIONS: readonly Mutation[] = mutationsOf({
  "src/core/refresh.ts": REFRESH,
  "src/core/refresher.ts": REFRESHER,
  "src/core/turn.ts": TURN,
  "src/core/follow.ts": FOLLOW,
  "src/core/owner.ts": OWNER,
  "src/core/guesses.ts": GUESSES,
  "src/http/companion.ts": COMPANION,
  "src/core/connect.ts": CONNECT,
  "src/cli/notice_duty.ts": NOTICE_DUTY,
}).map((mutation) => ({
  ...mutation,
  tests: ["tests/core", "tests/http/beside_test.ts", "tests/cli/beside_others_test.ts"],
}));
