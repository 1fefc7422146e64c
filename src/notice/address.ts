/**
 * What an address of TOKEN_SERVER_NOTICE_URL leads to, and how a notice is put for it. Pure. An address is a password:
 * whoever knows it can write there, so nothing but its host is ever shown.
 */
import type { Notice } from "../core/notices.ts";
import { Secret } from "../core/secret.ts";

/** `webhook` takes our JSON; `ntfy` and `discord` take what those services want. */
export type AddressKind = "webhook" | "ntfy" | "discord";

/** One address to tell. */
export interface Address {
  readonly kind: AddressKind;
  /** May be shown. */
  readonly host: string;
  /** Without user name and password, which `fetch` would not take. */
  readonly url: Secret;
  /** The Authorization header for them. */
  readonly credentials: Secret | undefined;
}

/** A request that tells a notice. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Marks the address of a topic on an ntfy server of one's own: `ntfy+https://ntfy.example.org/topic`. */
const NTFY_MARK = /^ntfy\+(?=https?:)/i;
const DISCORD_HOST = /^((ptb|canary)\.)?discord(app)?\.com$/;
const DISCORD_PATH = /^\/api\/(v\d+\/)?webhooks\//;
/** Discord refuses longer ones (characters); ntfy makes longer ones files (bytes). */
const LONGEST_TEXT = 1900;

/** What a checked address leads to. */
export function addressOf(text: Secret): Address {
  const marked = NTFY_MARK.test(text.reveal());
  const url = new URL(text.reveal().replace(NTFY_MARK, ""));
  const { username, password, host } = url;
  const credentials = username === "" && password === ""
    ? undefined
    : new Secret(`Basic ${base64(`${decoded(username)}:${decoded(password)}`)}`);
  url.username = "";
  url.password = "";
  return { kind: marked ? "ntfy" : kindOf(url), host, url: new Secret(url.href), credentials };
}

function kindOf({ hostname, pathname }: URL): AddressKind {
  if (hostname === "ntfy.sh") return "ntfy";
  return DISCORD_HOST.test(hostname) && DISCORD_PATH.test(pathname) ? "discord" : "webhook";
}

/** The notice in the words of the kind; always a POST. */
export function messageFor({ kind, credentials }: Address, notice: Notice): Message {
  const { headers, body } = put(kind, notice);
  const authorization = credentials?.reveal();
  return { headers: { ...headers, ...(authorization !== undefined && { authorization }) }, body };
}

function put(kind: AddressKind, notice: Notice): Message {
  const { event, state, account, login, title, at } = notice;
  const text = notice.text.slice(0, LONGEST_TEXT);
  switch (kind) {
    case "webhook": {
      const named = { account: account ?? null, login: login ?? null };
      return json({ event, state, ...named, text, at: new Date(at).toISOString() });
    }
    case "discord":
      // Names that people choose may hold @everyone.
      return json({ content: `**${title}**\n${text}`, allowed_mentions: { parse: [] } });
    case "ntfy": {
      const urgent = state === "begun" && event !== "test";
      const headers = {
        "content-type": "text/plain; charset=utf-8",
        title,
        priority: urgent ? "high" : "default",
        tags: urgent ? "warning" : "white_check_mark",
      };
      return { headers, body: text };
    }
  }
}

function json(value: unknown): Message {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** A stray percent sign stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
