/**
 * The little markup that texts may hold: `**bold**`, `` `code` `` and `[text](address)`. Values are put in afterwards,
 * so whatever Twitch or a person called something stays plain text.
 */
import type { Html } from "../pages/layout.tsx";

/** What stands for `{name}` in a text. */
export type Values = Readonly<Record<string, string | number>>;

const MARKUP = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** The text with its values. */
export function filled(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** The text with its markup and values. */
export function Rich(
  { text, values }: { readonly text: string; readonly values?: Values | undefined },
): Html {
  const parts: (string | Html)[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKUP)) {
    parts.push(filled(text.slice(end, match.index), values), marked(match, values));
    end = match.index + match[0].length;
  }
  parts.push(filled(text.slice(end), values));
  return <>{parts}</>;
}

function marked([, bold, code, link, address]: RegExpMatchArray, values: Values | undefined): Html {
  if (bold !== undefined) return <b>{filled(bold, values)}</b>;
  if (code !== undefined) return <code>{filled(code, values)}</code>;
  const href = filled(address ?? "", values);
  const own = href.startsWith("/") || href.startsWith("#");
  return own
    ? <a href={href}>{filled(link ?? "", values)}</a>
    : <a href={href} target="_blank" rel="noopener noreferrer">{filled(link ?? "", values)}</a>;
}
