/** Which language a browser is answered in: the one that was chosen here, else the one it likes best. */
import { type Catalogue, CATALOGUES } from "./catalogue.ts";
import { type Say, speaker } from "./say.tsx";

/** The cookie that holds the language somebody has chosen. */
export const LANGUAGE_COOKIE = "language";

/** The cookie in which the page's script tells the time zone of the browser. */
export const ZONE_COOKIE = "zone";
/** Speakers that are kept at hand. */
const MOST_SPEAKERS = 50;

/** The languages of one server; each speaker is made when it is first needed. */
export class Languages {
  readonly all: readonly Catalogue[];
  readonly #speakers = new Map<string, Say>();

  constructor(all: readonly Catalogue[] = CATALOGUES) {
    this.all = all;
  }

  /** `chosen` and `zone` are what the cookies say, `liked` the header `Accept-Language`. */
  speakerFor(chosen: string | undefined, liked: string | undefined, zone?: string): Say {
    const wanted = [chosen ?? "", ...likedLanguages(liked ?? "")];
    for (const language of wanted) {
      const catalogue = this.all.find((one) => one.language === language);
      if (catalogue !== undefined) return this.#speaker(catalogue, zone);
    }
    return this.#speaker(this.all[0] ?? CATALOGUES[0], zone);
  }

  #speaker(catalogue: Catalogue, zone: string | undefined): Say {
    const nameOf = (known: string | undefined): string => `${catalogue.language} ${known ?? ""}`;
    const before = this.#speakers.get(nameOf(zone));
    if (before !== undefined) return before;
    const known = zone !== undefined && isZone(zone) ? zone : undefined;
    const speaks = this.#speakers.get(nameOf(known)) ?? speaker(catalogue, known);
    if (this.#speakers.size < MOST_SPEAKERS) this.#speakers.set(nameOf(known), speaks);
    return speaks;
  }
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The languages of the header, without regions, best first: `de-CH,en;q=0.8` is `de`, `en`. */
function likedLanguages(header: string): string[] {
  return header.slice(0, 200).split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const quality = parameters.map((one) => one.trim()).find((one) => one.startsWith("q="))?.slice(2);
      return { language: tag.split("-")[0] ?? "", quality: quality === undefined ? 1 : Number(quality) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((left, right) => right.quality - left.quality)
    .map(({ language }) => language);
}
