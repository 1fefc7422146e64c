/** What a person reads on a page: the text of its main part, blanks folded. */
export async function pageText(answer: Response): Promise<string> {
  return textIn(mainIn(await answer.text()));
}

/** The main part of a page, as it was sent. */
export function mainIn(page: string): string {
  return /<main[^>]*>([\s\S]*)<\/main>/.exec(page)?.[1] ?? "";
}

/** The text in a piece of a page. */
export function textIn(html: string): string {
  return html.replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&").replace(/[\s\u00a0\u202f]+/g, " ").replace(/ ([.,:;?])/g, "$1").trim();
}
