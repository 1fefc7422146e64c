/** The longest line that is answered to a button, in characters. */
const LONGEST = 120;

/**
 * Any text as one line that a button, a Companion variable and a shell can take: printable ASCII, at most 120
 * characters, without quotes and backslashes.
 */
export function plainLine(text: string): string {
  const kept = text.normalize("NFKD").replace(/["'`\\]|[^\s\x20-\x7e]/g, "");
  const plain = kept.replace(/\s+/g, " ").trim();
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST - 3)}...`;
}
