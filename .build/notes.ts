/** `notes.ts VERSION` prints what .github/CHANGES.md says of a version: the notes of its release. */
import { VERSION } from "../src/cli/version.ts";

/** The text under the heading of the version. Throws if there is none, or nothing under it. */
export function notesOf(changes: string, version: string): string {
  const [, rest] = `\n${changes}`.split(`\n## ${version}\n`);
  const notes = rest?.split("\n## ")[0]?.trim() ?? "";
  if (notes === "") throw new Error(`Cannot write the notes of ${version}: CHANGES.md does not speak of it`);
  return `${notes}\n`;
}

function main([wanted = ""]: readonly string[]): void {
  const version = wanted.replace(/^v/, "");
  if (version !== VERSION) throw new Error(`Cannot release ${version}: the program calls itself ${VERSION}`);
  const changes = Deno.readTextFileSync(new URL("../.github/CHANGES.md", import.meta.url));
  Deno.stdout.writeSync(new TextEncoder().encode(notesOf(changes, version)));
}

if (import.meta.main) main(Deno.args);
