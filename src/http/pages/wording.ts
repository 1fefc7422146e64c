/** States, reasons and spans of time in words for people. */
import { DAY, type Duration, HOUR, MINUTE, SECOND, type Time } from "../../core/account.ts";
import type { AccountView } from "../../core/accounts.ts";
import { NEEDS_HANDS, REASONS, REMEDIES } from "../../core/reason_words.ts";

/** A number and its unit stay on one line. */
const NBSP = "\u00a0";

/** A span in words: `45 min`, `2 h 13 min`, `3 days`. */
export function spanWords(span: Duration): string {
  if (span < MINUTE) return `${Math.max(0, Math.floor(span / SECOND))}${NBSP}s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)}${NBSP}min`;
  if (span < 2 * DAY) {
    const minutes = Math.floor((span % HOUR) / MINUTE);
    const hours = `${Math.floor(span / HOUR)}${NBSP}h`;
    return minutes === 0 ? hours : `${hours}${NBSP}${minutes}${NBSP}min`;
  }
  return `${Math.floor(span / DAY)}${NBSP}days`;
}

/** A moment of the past, seen from now. */
export function agoWords(at: Time, now: Time): string {
  return now - at < MINUTE ? "just now" : `${spanWords(now - at)} ago`;
}

/** A moment of the future, seen from now. */
export function untilWords(at: Time, now: Time): string {
  return at - now < SECOND ? "now" : `in ${spanWords(at - now)}`;
}

/** How an account is: the class gives colour and shape, the words say it. */
export interface StateWords {
  readonly look: "good" | "waiting" | "bad";
  readonly mark: string;
  readonly text: string;
}

/** The state of an account in one line. */
export function stateWords(view: AccountView, locked: boolean): StateWords {
  if (view.health === "needs_login") return { look: "bad", mark: "■", text: "Sign in again" };
  if (locked) return { look: "bad", mark: "■", text: "Locked" };
  if (view.health === "connected" && view.serving) return { look: "good", mark: "●", text: "Connected" };
  return view.serving
    ? { look: "waiting", mark: "▲", text: "Working, renewal delayed" }
    : { look: "waiting", mark: "▲", text: "No token at the moment" };
}

/** What the state means and what happens next. */
export function stateStory(view: AccountView, locked: boolean, now: Time): string | undefined {
  const reason = view.reason === undefined ? "" : `: ${REASONS[view.reason]}`;
  if (view.health === "needs_login") {
    const still = view.serving ? " The last token still works for a while." : "";
    return `This login has ended${reason}. Sign in again; the ID stays the same, Companion needs no change.${still}`;
  }
  if (locked) return "Its tokens cannot be opened without the key.";
  if (view.health === "retrying") {
    const next = view.nextTry === undefined ? "" : ` Next try ${untilWords(view.nextTry, now)}.`;
    const span = view.since === undefined ? "" : ` for ${spanWords(Math.max(0, now - view.since))}`;
    const hands = view.reason !== undefined && NEEDS_HANDS.has(view.reason)
      ? REMEDIES[view.reason]
      : undefined;
    return `Renewal has failed${span}${reason}. ${hands ?? `The server keeps trying by itself.${next}`}`;
  }
  return view.serving ? undefined : "A fresh token is on its way.";
}
