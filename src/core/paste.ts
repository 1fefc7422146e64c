/** Reading what a person pastes: the address the browser ended on, its query, or the bare code. Pure. */
import { AppError } from "./error.ts";
import { Secret } from "./secret.ts";

/** What came back from Twitch's page, by redirect or by paste. */
export type Returned =
  | { readonly kind: "code"; readonly code: Secret; readonly state: Secret | undefined }
  /** Twitch's `error` word; never shown raw. */
  | { readonly kind: "error"; readonly error: string; readonly state: Secret | undefined };

const CODE = /^[A-Za-z0-9._~-]{10,512}$/;

/**
 * Reads the parameters of a redirect. Undefined if they hold neither a code nor an error.
 */
export function readReturn(params: URLSearchParams): Returned | undefined {
  const stateText = params.get("state");
  const state = stateText ? new Secret(stateText) : undefined;
  const error = params.get("error");
  if (error) return { kind: "error", error, state };
  const code = params.get("code");
  return code ? { kind: "code", code: new Secret(code), state } : undefined;
}

/**
 * Reads a pasted text. Throws `AppError` `bad_paste` if it is neither the address that the browser ended on, nor its
 * query, nor a code, and says what to paste instead.
 */
export function readPasted(text: string, redirectUri: string): Returned {
  const bare = text.trim().replace(/^["'<]+|["'>]+$/g, "").trim();
  // Terminals and mail programs wrap long addresses; a code is short, and a sentence is none.
  const pasted = bare.replace(/\s+/g, "");
  const expected = new URL(redirectUri);
  if (pasted === "") throw badPaste("nothing was pasted", expected);
  if (/^https?:\/\//i.test(pasted)) return readAddress(pasted, expected);
  if (/(^|[?&])(code|error)=/.test(pasted)) {
    const returned = readReturn(new URLSearchParams(pasted.slice(pasted.indexOf("?") + 1)));
    if (returned !== undefined) return returned;
  }
  if (CODE.test(bare)) return { kind: "code", code: new Secret(bare), state: undefined };
  throw badPaste("this is neither an address nor a code", expected);
}

function readAddress(address: string, expected: URL): Returned {
  if (!URL.canParse(address)) throw badPaste("this address cannot be read", expected);
  const url = new URL(address);
  const returned = readReturn(url.searchParams);
  // Twitch sends a mismatch to the first registered address, whosever that is (twitchdev/issues#762).
  if (returned?.kind === "error") return returned;
  if (/(^|\.)twitch\.tv$/.test(url.hostname)) {
    throw badPaste(
      "this is the address of Twitch's own page; approve there first and wait for the next page",
      expected,
    );
  }
  if (url.host !== expected.host || url.pathname !== expected.pathname) {
    throw badPaste(`this is the address of another site, ${url.host}`, expected);
  }
  if (returned === undefined) throw badPaste("this address has no code in it", expected);
  return returned;
}

function badPaste(reason: string, expected: URL): AppError {
  const start = expected.origin + expected.pathname;
  return new AppError("bad_paste", `Cannot use what was pasted: ${reason}`, {
    hint:
      `After approving at Twitch, copy the whole address from the browser's address bar; it begins with ${start}` +
      " and holds code=, even if the page says that it cannot be reached",
  });
}
