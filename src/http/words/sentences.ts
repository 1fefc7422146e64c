/**
 * The rest of the program speaks English, to terminals and logs. Where such a sentence comes to a page, it is looked up
 * by its pattern, `Cannot find the account {name}`, and said again in the page's language.
 */
import { filled } from "./rich.tsx";

/** An English sentence in the language of the page; as it is where nobody has translated it. */
export type Translate = (sentence: string) => string;

interface Pattern {
  readonly match: RegExp;
  readonly names: readonly string[];
  readonly translation: string;
}

/** The translator by a table of patterns. */
export function translator(sentences: Readonly<Record<string, string>>): Translate {
  const exact = new Map(Object.entries(sentences));
  let patterns: readonly Pattern[] | undefined;
  const translate = (sentence: string): string => {
    const whole = exact.get(sentence);
    if (whole !== undefined) return whole;
    // What says more by itself goes first: `Cannot sign in: {reason}` would take the place of many.
    patterns ??= [...exact].filter(([english]) => english.includes("{"))
      .toSorted(([one], [other]) => ownLength(other) - ownLength(one)).map(patternOf);
    for (const { match, names, translation } of patterns) {
      const found = match.exec(sentence);
      if (found === null) continue;
      // What stands in a hole may be a sentence itself, such as the reason of a failure.
      return filled(
        translation,
        Object.fromEntries(names.map((name, at) => [name, translate(found[at + 1] ?? "")])),
      );
    }
    return sentence;
  };
  return translate;
}

/** How many characters a pattern has outside of its holes. */
function ownLength(english: string): number {
  return english.replace(/\{\w+\}/g, "").length;
}

function patternOf([english, translation]: readonly [string, string]): Pattern {
  const names: string[] = [];
  const source = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name) => {
    names.push(name);
    return "(.+?)";
  });
  return { match: new RegExp(`^${source}$`, "s"), names, translation };
}
