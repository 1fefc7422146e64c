/**
 * How the text of a setting becomes its value: one pure function for each kind. What is wrong is said so that it reads on
 * after the setting's name ("TOKEN_SERVER_PORT …"), and repeats the text only where no secret can have been pasted.
 */
import { Secret } from "../core/secret.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "logfmt" | "json";

const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const LOG_FORMATS: readonly LogFormat[] = ["logfmt", "json"];
const ON = /^(on|true|yes|1)$/i;
const OFF = /^(off|false|no|0)$/i;
/** Twitch's have 30 lower-case letters and digits; other servers may be used, so a little more is taken. */
const CLIENT_ID = /^[A-Za-z0-9_-]{4,64}$/;
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** Why a text is no value. */
export class Problem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function words(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ""))];
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) && URL.canParse(`http://[${text}]/`);
}

/** An IP literal (IPv6 also in brackets) or `localhost`. */
export function listenAddress(text: string): string | Problem {
  const address = text.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (address === "localhost" || isIpv4(address) || isIpv6(address)) return address;
  return new Problem(
    `is ${quoted(text)}, which is no IP address: names other than localhost cannot be listened on`,
  );
}

/** 0 to 65535. */
export function port(text: string): number | Problem {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
  return new Problem(`is ${quoted(text)}, which is no port from 0 to 65535`);
}

/** Any path that an operating system can take. */
export function filePath(text: string): string | Problem {
  return text.includes("\0") ? new Problem("holds a NUL character") : text;
}

function webAddress(text: string): URL | Problem {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text) || /\s/.test(text)) {
    return new Problem("is no web address that begins with http:// or https://");
  }
  return url;
}

/** A web address without user name, password, query and fragment. */
function plainAddress(text: string): URL | Problem {
  const url = webAddress(text);
  if (url instanceof Problem) return url;
  if (url.username !== "" || url.password !== "") return new Problem("may not hold a user name or password");
  if (/[?#]/.test(text)) return new Problem("may hold neither ? nor #");
  return url;
}

/** The address of a service (ours, or one of Twitch's), without a slash at the end. */
export function baseUrl(text: string): string | Problem {
  const url = plainAddress(text);
  return url instanceof Problem ? url : url.href.replace(/\/+$/, "");
}

/** Kept letter for letter, because Twitch compares it so. */
export function redirectUri(text: string): string | Problem {
  const url = plainAddress(text);
  if (url instanceof Problem) return url;
  if (url.protocol === "https:" || url.hostname === "localhost") return text;
  return new Problem(
    "begins with http://, which Twitch takes for localhost only: any other host must be https://",
  );
}

/** Addresses for notices, between blanks or commas; `ntfy+` may stand before one of an ntfy server. */
export function noticeUrls(text: string): readonly Secret[] | Problem {
  const addresses = text.split(/\s+|,\s*(?=(?:ntfy\+)?https?:)/i).map((one) => one.replace(/,$/, ""))
    .filter((one) => one !== "");
  const problem = addresses.map((one) => webAddress(one.replace(/^ntfy\+/i, "")))
    .find((one) => one instanceof Problem);
  if (problem !== undefined) return problem;
  return [...new Set(addresses)].map((one) => new Secret(one));
}

/** Host names in lower case, without port and final dot. */
export function hostNames(text: string): readonly string[] | Problem {
  const names = new Set<string>();
  for (const word of words(text)) {
    if (/[/*@]/.test(word)) {
      return new Problem(`holds ${quoted(hostOnly(word))}: write bare names, without http://, path or *`);
    }
    const name = word.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
    if (!HOST_NAME.test(name) || name.length > 253) {
      return new Problem(`holds ${quoted(word)}, which is no host name`);
    }
    names.add(name);
  }
  return [...names];
}

/** As much of a misplaced address as can be repeated: it may carry a password. */
function hostOnly(word: string): string {
  return URL.parse(word)?.hostname || word.replace(/^.*@/, "").replace(/[/?#].*$/, "");
}

/** IP addresses and ranges like `192.168.1.0/24`. */
export function proxies(text: string): readonly string[] | Problem {
  const ranges = words(text.toLowerCase());
  for (const range of ranges) {
    const [address = "", bits, ...rest] = range.split("/");
    const most = isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined;
    const wellFormed = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (most ?? 0));
    if (most === undefined || !wellFormed || rest.length > 0) {
      return new Problem(`holds ${quoted(range)}, which is neither an IP address nor a range`);
    }
    if (bits !== undefined && Number(bits) === 0) {
      return new Problem(`holds ${quoted(range)}, which would trust everybody`);
    }
  }
  return ranges;
}

/** debug, info, warn or error. */
export function logLevel(text: string): LogLevel | Problem {
  return LOG_LEVELS.find((level) => level === text.toLowerCase()) ??
    new Problem(`is ${quoted(text)}, which is none of ${LOG_LEVELS.join(", ")}`);
}

/** logfmt or json. */
export function logFormat(text: string): LogFormat | Problem {
  return LOG_FORMATS.find((format) => format === text.toLowerCase()) ??
    new Problem(`is ${quoted(text)}, which is none of ${LOG_FORMATS.join(", ")}`);
}

/** A switch, in the usual words. */
export function onOrOff(text: string): boolean | Problem {
  if (ON.test(text)) return true;
  return OFF.test(text) ? false : new Problem(`is ${quoted(text)}, which is neither on nor off`);
}

/** The text is not repeated: people paste the secret here. */
export function clientId(text: string): string | Problem {
  if (CLIENT_ID.test(text)) return text;
  if (/:\/\/|^www\./i.test(text)) {
    return new Problem(
      "is a web address: copy the Client ID that dev.twitch.tv shows under Manage for your app",
    );
  }
  if (/\s/.test(text)) {
    return new Problem("holds blanks: copy the Client ID alone, without the words around it");
  }
  return new Problem("is no client id: Twitch's have 30 lower-case letters and digits");
}

/** One word without blanks. */
export function secretText(text: string): Secret | Problem {
  if (text === "") return new Problem("is empty");
  // deno-lint-ignore no-control-regex
  if (/[\s\x00-\x1f\x7f]/.test(text)) {
    return new Problem("holds blanks or line breaks: copy the secret alone");
  }
  return new Secret(text);
}
