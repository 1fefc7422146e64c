/** What the lines of "Ready for the show?" say, for the page and for the command. */
import { REASONS } from "../../core/reason_words.ts";
import type { ShowLine, Verdict } from "../../core/show.ts";
import type { Time } from "../../core/account.ts";
import type { WordKey } from "../words/catalogue.ts";
import type { Values } from "../words/rich.tsx";
import type { Say } from "../words/say.tsx";

/** What was found. */
export function findingText(say: Say, line: ShowLine, now: Time): string {
  // A new finding without words would show its key: a test goes through them all.
  return say(`show.${line.subject}_${line.finding}` as WordKey, valuesOf(say, line, now));
}

/** What to do; undefined where there is nothing to do. */
export function remedyText(say: Say, line: ShowLine, now: Time): string | undefined {
  if (line.state === "ok" || (line.finding === "failed" && line.hint === undefined)) return undefined;
  return say(`show.${line.subject}_${line.finding}_do` as WordKey, valuesOf(say, line, now));
}

/** The one big answer. */
export function verdictText(say: Say, { state, count }: Verdict): string {
  return state === "ready" ? say("show.ready") : say.count(`show.${state}`, count);
}

function valuesOf(say: Say, line: ShowLine, now: Time): Values {
  const { at = now, reason, names = [], message = "", hint = "" } = line;
  const isMissing = line.finding === "missing";
  return {
    when: say.ago(at, now),
    moment: say.moment(at),
    span: say.span(at),
    reason: say.sentence(reason === undefined ? REASONS.refused : REASONS[reason]),
    first: nameOf(say, names[0] ?? ""),
    list: say.list((isMissing ? names.slice(1) : names).map((name) => nameOf(say, name))),
    message: say.sentence(message),
    hint: say.sentence(hint).replace(/\.$/, ""),
  };
}

function nameOf(say: Say, name: string): string {
  if (name === "buttons") return say("show.preset_buttons");
  return name === "companion-3" ? say("show.preset_companion_3") : name;
}
