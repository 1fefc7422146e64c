/** What would disturb a show says so first. */
import type { InUse } from "../core/show.ts";
import { MINUTE, type Time } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import { ask, type CommandParts } from "./command.ts";
import type { Operations } from "./operations.ts";

/** What is about to be done. */
export interface Disturbance {
  /** As in `This <what>`: `gives nightowl a new id`. */
  readonly what: string;
  /** The only account that it touches; undefined if it may touch any. */
  readonly alias?: string;
  /** Nobody is asked. */
  readonly yes: boolean;
}

/**
 * Warns on standard error if an account was asked for within 15 minutes; a person at a keyboard is asked whether to go
 * on, a script never is. Throws `AppError` `usage` on a no.
 */
export async function warnOfShow(
  { terminal, clock }: Pick<CommandParts, "terminal" | "clock">,
  operations: Pick<Operations, "inUse">,
  { what, alias, yes }: Disturbance,
): Promise<void> {
  const all = await operations.inUse({});
  const used = alias === undefined ? all : all.filter((one) => one.alias === alias);
  if (used.length === 0) return;
  terminal.complain(`This ${what}, and somebody is at work: ${wordsOf(used, clock.now())}.`);
  if (yes || terminal.hasKeyboard !== true) return;
  const answer = await ask(terminal, "Go on all the same? (yes or no)");
  if (/^y(es)?$/i.test(answer)) return;
  throw new AppError("usage", "Cannot go on: nobody has said yes", {
    hint: "Do it after the show, or add --yes",
  });
}

function wordsOf(used: readonly InUse[], now: Time): string {
  return used.map(({ alias, askedAt }) => {
    const minutes = Math.max(0, Math.floor((now - askedAt) / MINUTE));
    return `the token of ${alias} was asked for ${minutes === 0 ? "just now" : `${minutes} min ago`}`;
  }).join(", ");
}
