/** How the pages speak: one `Say` per language, by its catalogue and by `Intl`. */
import { DAY, type Duration, HOUR, MINUTE, SECOND, type Time } from "../../core/account.ts";
import type { Html } from "../pages/layout.tsx";
import type { Catalogue, CountKey, WordKey } from "./catalogue.ts";
import { filled, Rich, type Values } from "./rich.tsx";
import { type Translate, translator } from "./sentences.ts";

/** Says things in one language. Called itself, it answers plain text. */
export interface Say {
  readonly language: string;
  (key: WordKey, values?: Values): string;
  /** The text with bold, code and links. */
  rich(key: WordKey, values?: Values): Html;
  /** The text for so many: `{n}` is the number. */
  count(key: CountKey, n: number, values?: Values): string;
  /** A sentence that the rest of the program made in English; as it is where there is no translation. */
  sentence: Translate;
  /** A length of time: `45 min`, `2 hr 13 min`, `3 days`. */
  span(span: Duration): string;
  /** A moment of the past, seen from now. */
  ago(at: Time, now: Time): string;
  /** A moment of the future, seen from now. */
  until(at: Time, now: Time): string;
  /** A moment by date and hour, by the watch of whoever looks, else by the clock on the wall of this machine. */
  moment(time: Time): string;
  list(items: readonly string[]): string;
}

/** A number and its unit stay on one line. */
const NBSP = "\u00a0";

/** The speaker of a language; `zone` is the reader's time zone by its IANA name. */
export function speaker(catalogue: Catalogue, zone?: string): Say {
  const { language, sections, sentences } = catalogue;
  const text = (key: string): string => {
    const [section = "", name = ""] = key.split(".");
    return sections[section]?.[name] ?? key;
  };
  const plural = new Intl.PluralRules(language);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const number = new Intl.NumberFormat(language);
  const relative = new Intl.RelativeTimeFormat(language, { style: "short" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const span = (length: Duration): string => spanIn(language, length);
  const said = (key: WordKey, values?: Values): string => filled(text(key), values);
  return Object.assign(said, {
    language,
    rich: (key: WordKey, values?: Values) => <Rich text={text(key)} values={values} />,
    count: (key: CountKey, n: number, values?: Values) =>
      filled(text(`${key}_${plural.select(n) === "one" ? "one" : "other"}`), {
        ...values,
        n: number.format(n),
      }),
    sentence: translator(sentences),
    span,
    ago: (at: Time, now: Time) =>
      now - at < MINUTE ? said("time.just_now") : relative.format(...largestUnit(at - now)),
    until: (at: Time, now: Time) =>
      at - now < SECOND ? said("time.now") : relative.format(...largestUnit(at - now)),
    moment: (time: Time) => date.format(time),
    list: (items: readonly string[]) => list.format(items),
  });
}

/** Hours are told from two on, days likewise: "in 1 hr" would hide up to an hour. */
function largestUnit(span: Duration): [number, Intl.RelativeTimeFormatUnit] {
  const length = Math.abs(span);
  if (length < MINUTE) return [Math.trunc(span / SECOND), "second"];
  if (length < 2 * HOUR) return [Math.trunc(span / MINUTE), "minute"];
  return length < 2 * DAY ? [Math.trunc(span / HOUR), "hour"] : [Math.trunc(span / DAY), "day"];
}

function spanIn(language: string, span: Duration): string {
  const part = (count: number, unit: string, unitDisplay: "short" | "long" = "short"): string =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay }).format(count).replaceAll(" ", NBSP);
  if (span < MINUTE) return part(Math.max(0, Math.floor(span / SECOND)), "second");
  if (span < HOUR) return part(Math.floor(span / MINUTE), "minute");
  if (span >= 2 * DAY) return part(Math.floor(span / DAY), "day", "long");
  const hours = part(Math.floor(span / HOUR), "hour");
  const minutes = Math.floor((span % HOUR) / MINUTE);
  return minutes === 0 ? hours : `${hours}${NBSP}${part(minutes, "minute")}`;
}
