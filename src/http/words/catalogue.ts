/** What the pages say, in each language. A language is one file; English is the measure of what must be in it. */
import de from "./de.json" with { type: "json" };
import en from "./en.json" with { type: "json" };

type English = typeof en;

/** What names a text: `section.key`. */
export type WordKey = { [S in keyof English]: `${S}.${keyof English[S] & string}` }[keyof English];

/** What names a text with a number in it: the same key with `_one` and `_other`. */
export type CountKey = Extract<WordKey, `${string}_other`> extends infer K
  ? K extends `${infer Stem}_other` ? Stem : never
  : never;

type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One language. */
export interface Catalogue {
  /** BCP 47, as the page's `lang` says it and `Intl` takes it. */
  readonly language: string;
  /** What its speakers call it. */
  readonly name: string;
  readonly sections: Sections;
  /** English sentences of the rest of the program, which has one language, and what they are here. */
  readonly sentences: Readonly<Record<string, string>>;
}

const { sentences, ...german } = de;

/** Every language there is; the first is what a browser gets that asks for none of them. */
export const CATALOGUES: readonly [Catalogue, ...Catalogue[]] = [
  { language: "en", name: "English", sections: en, sentences: {} },
  { language: "de", name: "Deutsch", sections: german satisfies English, sentences },
];
