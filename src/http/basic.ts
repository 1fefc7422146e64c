import { Secret } from "../core/secret.ts";

const BASIC = /^basic +([a-z0-9+/]+={0,2})$/i;

/** The password in a header `Authorization: Basic …` (RFC 7617), whatever the user is called; undefined if none is there. */
export function basicPassword(header: string | null): Secret | undefined {
  const [, encoded] = BASIC.exec(header?.trim() ?? "") ?? [];
  if (encoded === undefined) return undefined;
  try {
    const pair = atob(encoded);
    const colon = pair.indexOf(":");
    return colon === -1 ? undefined : new Secret(pair.slice(colon + 1));
  } catch {
    return undefined;
  }
}
