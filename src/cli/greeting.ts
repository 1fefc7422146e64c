import { doorOf } from "./owner_operations.ts";
import type { Program } from "./program.ts";
import type { Terminal } from "./terminal.ts";
import { PROGRAM } from "./version.ts";

/** Where the server is reached. */
export interface Greeting {
  readonly port: number;
  /** Where Companion finds it, best first. */
  readonly baseUrls: readonly string[];
  /** Where people find its pages, best first. */
  readonly pages: readonly string[];
}

/** What a person needs to know when the server has started, and what to do next. */
export async function greet(
  terminal: Terminal,
  program: Program,
  { port, baseUrls, pages }: Greeting,
): Promise<void> {
  const { roster, deps, owner } = program;
  const [page] = pages;
  const lines = [
    `${PROGRAM} is listening on port ${port}`,
    `  Pages, in any browser of your network:  ${pages.slice(0, 2).join("  or  ")}`,
    `  Token server URL for Companion:         ${
      baseUrls.slice(0, 2).map((url) => `${url}/token`).join("  or  ")
    }`,
  ];
  if (deps.vault.locked !== undefined) lines.push(`  Locked: ${deps.vault.locked}`);
  if (!owner.hasPassword) {
    const { setupText } = await import("./setup_link.ts");
    lines.push(setupText(doorOf(program, { lasts: true, pages: () => pages }), terminal));
  } else if (roster.app === undefined) lines.push(`  Next: set up your Twitch app at ${page}/start`);
  else if (roster.all().length === 0) lines.push(`  Next: connect a Twitch account at ${page}/connect`);
  terminal.print(lines.join("\n"));
}
