/**
 * One request, sent once and never repeated: no redirect is followed (a 307 would send the body again), and the
 * time-out runs from the request to the end of the body. Nothing here throws for what a network can do.
 */
import { type Duration, type Reason, SECOND, type Time } from "../core/account.ts";
import { type Answer, type Failed, failureOf } from "./answers.ts";

/** From the request to the end of the body. */
export const TIMEOUT: Duration = 10 * SECOND;
/** More of a body is not read, in bytes: Twitch's answers have less than one kilobyte. */
export const BODY_LIMIT = 64 * 1024;

/** How requests are sent. */
export interface Sending {
  readonly fetch: typeof fetch;
  readonly timeout: Duration;
  readonly now: () => Time;
}

/** What came back, and as much of its body as arrived. */
export interface Received {
  readonly kind: "received";
  readonly response: Response;
  readonly text: string;
  /** What ended the body early; undefined if it is all here. */
  readonly broken: Reason | undefined;
}

/** Sends one request and reads what comes back, as far as it comes. */
export async function send(sending: Sending, url: string, init: RequestInit): Promise<Answer> {
  const received = await receive(sending, url, init, BODY_LIMIT);
  if (received.kind === "failed") return received;
  const { response, text, broken } = received;
  const retryAfter = retryAfterIn(response, sending.now());
  return { kind: "answered", status: response.status, text, broken, retryAfter };
}

/** Like `send`, with the headers of the answer and a body of at most `limit` bytes. */
export async function receive(
  sending: Sending,
  url: string,
  init: RequestInit,
  limit: number,
): Promise<Received | Failed> {
  try {
    const signal = AbortSignal.timeout(sending.timeout);
    const response = await sending.fetch(url, {
      ...init,
      headers: headers(init),
      redirect: "manual",
      signal,
    });
    return { kind: "received", response, ...await readBody(response.body, limit) };
  } catch (thrown) {
    return failureOf(thrown);
  }
}

function headers(init: RequestInit): Headers {
  const all = new Headers(init.headers);
  all.set("accept", "application/json");
  // Of a body that was compressed and then cut, nothing could be read any more.
  all.set("accept-encoding", "identity");
  all.set("user-agent", "companion-token-server");
  return all;
}

async function readBody(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<{ text: string; broken: Reason | undefined }> {
  if (!body) return { text: "", broken: undefined };
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = limit;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), broken: undefined };
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
      if (left < 0) {
        await reader.cancel();
        return { text, broken: "not_twitch" };
      }
    }
  } catch (thrown) {
    return { text, broken: failureOf(thrown).reason === "timeout" ? "timeout" : "cut" };
  }
}

/** How long Twitch asks us to wait; undefined where it does not say or cannot be understood. */
export function retryAfterIn(response: Response, now: Time): Duration | undefined {
  if (response.status !== 429 && response.status < 500) return undefined;
  const after = response.headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(after)) return Number(after) * SECOND;
  // A date has letters; Date.parse also takes numbers, signed ones too, for years.
  const at = /[a-z]/i.test(after) ? Date.parse(after) : NaN;
  if (!Number.isNaN(at)) return Math.max(0, at - now);
  const reset = response.headers.get("ratelimit-reset")?.trim() ?? "";
  if (response.status !== 429 || !/^\d{1,11}$/.test(reset)) return undefined;
  return Math.max(0, Number(reset) * SECOND - now);
}
