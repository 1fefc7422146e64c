/** What looks like a mistake in the settings but keeps nothing from running: sentences for the log. */
import type { Environment } from "./config.ts";
import { settingKeys, settingName, settingOf } from "./settings.ts";

/** The most letters by which a misspelt name may differ from what was meant. */
const CLOSE = 3;
const PREFIX = /^(TOKEN_SERVER|TWITCH)_/;

/** Names that look like ours and are not. */
export function unknownNames(env: Environment): readonly string[] {
  const known = settingKeys().map((key) => settingOf(key).env);
  const unknown = Object.keys(env).filter((name) =>
    name.startsWith("TOKEN_SERVER_") && !known.includes(name) && env[name]?.trim()
  );
  return unknown.map((name) => {
    const [closest = "", distance] = closestOf(name, known);
    return `${name} is no setting${distance <= CLOSE ? `: did you mean ${closest}?` : " and has no effect"}`;
  });
}

function closestOf(name: string, known: readonly string[]): readonly [string, number] {
  const distances = known.map((one) => [one, editDistance(tailOf(name), tailOf(one))] as const);
  return distances.reduce((best, one) => one[1] < best[1] ? one : best);
}

/** People guess TOKEN_SERVER_CLIENT_ID too, so prefixes do not count. */
function tailOf(name: string): string {
  return name.replace(PREFIX, "");
}

/** How many letters must be changed, added or taken away to make one text of the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= to.length; column++) {
      const swap = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** Addresses that secrets would be sent to unencrypted, other than this machine's. */
export function plainHttp(urls: { readonly authUrl: string; readonly apiUrl: string }): readonly string[] {
  const plain = (["authUrl", "apiUrl"] as const).filter((key) => {
    const url = new URL(urls[key]);
    return url.protocol === "http:" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  });
  return plain.map((key) => `${settingName(key)} begins with http://: secrets travel unencrypted`);
}
