/** The names in Companion's import files. They come from the account's alias, so that several accounts keep apart. */
import { AppError } from "./error.ts";
import { addressWith } from "./id_password.ts";
import type { Secret } from "./secret.ts";

/** The names for one account. */
export interface Names {
  readonly slug: string;
  /** What the page and the trigger are called. */
  readonly title: string;
  /** Keys of the file's connections. */
  readonly http: string;
  readonly twitch: string;
  /** By it Companion finds the connection again at the next import. */
  readonly httpLabel: string;
  /** A custom variable's name, without `custom:`. */
  variable(name: string): string;
  /** The absolute address of a state (`status.txt`, `status.png`) or of a short form (`say`). */
  url(path: string): string;
}

interface Named {
  readonly alias: string;
  readonly login: string;
  readonly label: string;
  readonly id: Secret;
  readonly server: string;
  readonly password?: Secret | undefined;
}

const MOST_TITLE = 40;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/;
const EXAMPLE = "http://raspberrypi.local:8948";

/** The names for an account. */
export function namesOf({ alias, login, label, id, server: bare, password }: Named): Names {
  const slug = slugOf(alias);
  const server = password === undefined ? bare : addressWith(bare, password).reveal();
  return {
    slug,
    title: `Twitch ${oneLine(label) || oneLine(login)}`,
    http: `tsHttp_${slug}`,
    twitch: `tsTwitch_${slug}`,
    httpLabel: `twitch_${slug}_http`,
    variable: (name) => `twitch_${slug}_${name}`,
    url: (path) =>
      path.startsWith("status.")
        ? `${server}/${path}?id=${id.reveal()}`
        : `${server}/as/${id.reveal()}/${path}`,
  };
}

/** An alias in word characters, which is all that Companion takes in a variable's name. Different ones stay different. */
export function slugOf(alias: string): string {
  const words = alias.replace(/\W+/g, "_");
  return words === alias ? alias : `${words}_${shortHash(alias)}`;
}

/** FNV-1a, 32 bits: tells `owl-2` from `owl_2`, no more. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

function oneLine(text: string): string {
  return Array.from(text.replace(/\p{Cc}+/gu, " ").trim()).slice(0, MOST_TITLE).join("");
}

/**
 * The address of this server as Companion reaches it, such as `http://192.168.1.5:8948`, without a slash at the end.
 * Throws `AppError` `usage` for anything that holds more, or less, than that; the text is not repeated.
 */
export function serverAddress(text: string): string {
  const given = text.trim();
  const url = URL.parse(given);
  const why = url === null || !/^https?:\/\/[^/]/i.test(given) || !HOST.test(url.hostname)
    ? "is no web address that begins with http:// or https://"
    : url.username !== "" || url.password !== ""
    ? "may not hold a user name or password"
    : url.pathname !== "/" || /[?#\\]/.test(given)
    ? "may hold nothing after the port"
    : undefined;
  if (url !== null && why === undefined) return url.origin;
  throw new AppError("usage", `Cannot make the file for Companion: the server address ${why}`, {
    hint: `Write the address under which Companion reaches this server, for example ${EXAMPLE}`,
  });
}
