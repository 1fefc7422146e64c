/** "Test": what Companion is answered with the right id and password, by the same code; kept is all but the token. */
import type { Duration, Time } from "../core/account.ts";
import type { Login } from "../core/login.ts";
import type { ValidateOutcome } from "../core/ports.ts";
import { validate } from "../core/validate.ts";
import { answerFor } from "./companion.ts";
import type { PeerInfo } from "./deps.ts";
import { lineAnswer, PROBLEMS } from "./problem.ts";
import type { Room } from "./room.ts";

/** Why there is no token. */
export type Problem = "locked" | "needs_login" | "unavailable" | "internal";

/** What Companion would get. */
export type Tested =
  & { readonly at: Time; readonly took: Duration }
  & (
    | {
      readonly kind: "token";
      readonly length: number;
      readonly expiresAt: Time | undefined;
      /** Whether Twitch knows the token. */
      readonly word: ValidateOutcome;
    }
    | {
      readonly kind: "error";
      readonly status: number;
      /** What Companion's log would say. */
      readonly line: string;
      readonly problem: Problem;
    }
  );

/** Asks for the token of a login. Not counted as a question: who asked last is somebody else. */
export async function testQuestion(room: Room, login: Login): Promise<Tested> {
  const { clock } = room.deps;
  const at = clock.now();
  const answer = await askUnseen(room, login);
  const text = await answer.text();
  const took = Math.max(0, clock.now() - at);
  if (answer.status !== 200) {
    const problem = problemOf(room, answer.status);
    return { kind: "error", at, took, status: answer.status, line: text, problem };
  }
  const word = await askTwitch(room, login);
  return { kind: "token", at, took, length: text.length, expiresAt: login.account.expiresAt, word };
}

async function askUnseen(room: Room, login: Login): Promise<Response> {
  const { roster } = room.deps;
  const id = roster.ids.of(login).at(-1)?.id;
  if (id === undefined) return lineAnswer("locked");
  const tester: PeerInfo = { remoteAddr: { transport: "tcp", hostname: "" } };
  const { askedAt, askedBy } = login;
  const request = new Request(`http://localhost/token?id=${id.reveal()}`);
  const answer = await answerFor(request, tester, room, login);
  // Where somebody else has asked meanwhile, that stays.
  if (login.askedBy === "") Object.assign(login, { askedAt, askedBy });
  return answer;
}

function problemOf(room: Room, status: number): Problem {
  if (status === PROBLEMS.needs_login.status) return "needs_login";
  if (status !== PROBLEMS.unavailable.status) return "internal";
  return room.deps.roster.deps.vault.locked === undefined ? "unavailable" : "locked";
}

/** Nothing else is asked about the login meanwhile, and what Twitch says is taken over as at any other time. */
async function askTwitch(
  { deps: { roster, refresher, clock } }: Room,
  login: Login,
): Promise<ValidateOutcome> {
  let word: ValidateOutcome | undefined;
  await refresher.alone(login, async () => {
    word = await validate(roster, login, clock.now());
  });
  return word ?? NO_WORD;
}

const NO_WORD: ValidateOutcome = {
  kind: "unavailable",
  reason: "unreachable",
  spent: "no",
  neverLeft: true,
  retryAfter: undefined,
};
