/**
 * The columns that hold JSON. What an older or newer program, or a hand, left there never stops a start: a part that can
 * be read is kept, one that cannot falls back to saying nothing. Read by hand, for each start waits for it and a library
 * for it takes longer to load than all the rest of the store.
 */
import type { Health, Reason, Refusals } from "../core/account.ts";

/** A record, so that the compiler asks for every reason. */
const REASONS: Record<Reason, true> = {
  unreachable: true,
  cut: true,
  timeout: true,
  rate_limited: true,
  twitch_error: true,
  not_twitch: true,
  app_refused: true,
  other_app: true,
  unsafe_runtime: true,
  disk: true,
  store_away: true,
  refused: true,
  answer_lost: true,
};

/** Of the column `health`; `connected` if it does not say. */
export function healthIn(column: string): Health {
  const { state, since, reason, attempts, nextTry } = recordIn(column);
  switch (state) {
    case "retrying":
      return {
        state,
        since: numberOr(0, since),
        reason: isReason(reason) ? reason : "twitch_error",
        attempts: numberOr(1, attempts),
        nextTry: numberOr(0, nextTry),
      };
    case "needs_login":
      return { state, since: numberOr(0, since), reason: isReason(reason) ? reason : "refused" };
    default:
      return { state: "connected" };
  }
}

/** Of the column `refusals`: all of it, or nothing. */
export function refusalsIn(column: string | null): Refusals | undefined {
  const { count, first, last } = recordIn(column);
  return isNumber(count) && isNumber(first) && isNumber(last) ? { count, first, last } : undefined;
}

/** A list of texts; none if there is anything else in it. */
export function textsIn(column: string): readonly string[] {
  return listIn(column, (item) => typeof item === "string");
}

/** A list of numbers; none if there is anything else in it. */
export function numbersIn(column: string): readonly number[] {
  return listIn(column, isNumber);
}

/** An object; an empty one if it is none. */
export function recordIn(column: string | null): Readonly<Record<string, unknown>> {
  const found = parsed(column);
  return typeof found === "object" && found !== null && !Array.isArray(found) ? { ...found } : {};
}

function listIn<T>(column: string, isItem: (item: unknown) => item is T): readonly T[] {
  const found = parsed(column);
  return Array.isArray(found) && found.every(isItem) ? found : [];
}

function parsed(column: string | null): unknown {
  if (column === null) return undefined;
  try {
    return JSON.parse(column);
  } catch {
    return undefined;
  }
}

function isReason(found: unknown): found is Reason {
  return typeof found === "string" && Object.hasOwn(REASONS, found);
}

function isNumber(found: unknown): found is number {
  return typeof found === "number";
}

function numberOr(fallback: number, found: unknown): number {
  return isNumber(found) ? found : fallback;
}
