import type { Config } from "./config.ts";
import type { Program } from "./program.ts";
import { reachableUrls } from "./reachable.ts";
import type { Terminal } from "./terminal.ts";
import { PROGRAM } from "./version.ts";

/** What a person needs to know when the server has started, and what to do next. */
export function greet(
  terminal: Terminal,
  place: { readonly config: Config; readonly port: number; readonly program: Program },
): void {
  const { config, port, program } = place;
  const { roster, deps } = program;
  const pages = `http://localhost:${port}/`;
  const places = reachableUrls(config, port).slice(0, 2).map((url) => `${url}/token`);
  const lines = [
    `${PROGRAM} is listening on port ${port}`,
    `  Pages, in a browser on this machine:  ${pages}`,
    `  Token server URL for Companion:       ${places.join("  or  ")}`,
  ];
  if (deps.vault.locked !== undefined) lines.push(`  Locked: ${deps.vault.locked}`);
  else if (roster.app === undefined) lines.push(`  Next: set up your Twitch app at ${pages}setup`);
  else if (roster.all().length === 0) lines.push(`  Next: connect a Twitch account at ${pages}connect`);
  terminal.print(lines.join("\n"));
}
