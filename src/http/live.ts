/**
 * Event streams: what stands on a page is told anew as it changes. A stream holds nothing but its connection, ends with
 * the session that opened it, and at the latest when the server stops.
 */
import type { Duration } from "../core/account.ts";
import { SECOND } from "../core/account.ts";
import type { Page } from "./page.tsx";
import type { Room } from "./room.ts";

/** What stands on a page right now. Whatever is thrown instead, the page is loaded again and tells why. */
export interface Look {
  /** What the page is made of: when this changes, it is loaded again. */
  readonly shape: string;
  /** What changes without that, by the `data-live` of its place. No secret is in it. */
  readonly texts: Readonly<Record<string, string>>;
}

/** The type of every event stream. */
export const EVENT_STREAM = "text/event-stream";

const LOOK_EACH: Duration = 3 * SECOND;
/** After so many looks at which nothing had changed a comment is sent, so that a client that is gone is noticed. */
const MOST_SILENT_LOOKS = 5;
/** Milliseconds until a browser comes back after a stream has ended. */
const COME_BACK: Duration = 5 * SECOND;
/** One that had to make room comes back so late that two windows do not push each other out all the time. */
const COME_BACK_LATE: Duration = 300 * SECOND;
const MOST_STREAMS = 40;
const QUERY_NAME = "shape";

type End = "reload" | "make room" | "stop" | "gone";

/** The streams of one server. */
export class LiveStreams {
  readonly #open = new Set<Stream>();
  #stopped: boolean;

  /** All streams end when `stop` is aborted. */
  constructor(stop?: AbortSignal) {
    this.#stopped = stop?.aborted === true;
    stop?.addEventListener("abort", () => this.#endAll(), { once: true });
  }

  /** How many there are at the moment. */
  get size(): number {
    return this.#open.size;
  }

  /** One more; the oldest makes room if there are too many. */
  begin(source: Source): ReadableStream<Uint8Array<ArrayBuffer>> {
    const stream = new Stream(source, () => this.#open.delete(stream));
    this.#open.add(stream);
    const oldest = this.#open.values().next().value;
    if (this.#open.size > MOST_STREAMS) oldest?.end("make room");
    if (this.#stopped) stream.end("stop");
    return stream.body;
  }

  #endAll(): void {
    this.#stopped = true;
    for (const stream of [...this.#open]) stream.end("stop");
  }
}

/** What one stream tells. */
export interface Source {
  look(): Look;
  /** Resolves after `span`, or at once when `signal` is aborted. */
  sleep(span: Duration, signal: AbortSignal): Promise<void>;
  /** Whether the session that opened it still lasts. */
  isOpen(): boolean;
  /** What the page was made of that listens; undefined if it did not say. */
  readonly shape: string | undefined;
}

/** Makes the next piece only when the last has been taken: a client that sleeps gathers nothing here. */
class Stream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #source: Source;
  readonly #gone: () => void;
  readonly #ended = new AbortController();
  #why: End | undefined;
  #shape: string | undefined;
  #told: Readonly<Record<string, string>> | undefined;

  constructor(source: Source, gone: () => void) {
    this.#source = source;
    this.#gone = gone;
    this.#shape = source.shape;
    const encoder = new TextEncoder();
    this.body = new ReadableStream({
      pull: async (controller) => {
        const text = await this.#next();
        if (this.#why === "gone") return;
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (this.#why !== undefined) controller.close();
      },
      cancel: () => this.end("gone"),
    }, { highWaterMark: 0 });
  }

  end(why: End): void {
    this.#why ??= why;
    this.#ended.abort();
    this.#gone();
  }

  async #next(): Promise<string> {
    if (this.#told === undefined && this.#why === undefined) {
      return `retry: ${COME_BACK}\n\n${this.#changed()}`;
    }
    for (let silent = 0; silent < MOST_SILENT_LOOKS && this.#why === undefined; silent++) {
      await this.#source.sleep(LOOK_EACH, this.#ended.signal);
      const text = this.#why === undefined ? this.#changed() : "";
      if (text !== "") return text;
    }
    return this.#why === undefined ? ": nothing new\n\n" : farewell(this.#why);
  }

  /** What has changed since the last look; empty if nothing has. */
  #changed(): string {
    if (!this.#source.isOpen()) return this.#reload();
    const look = this.#look();
    if (look === undefined) return this.#reload();
    const { shape, texts } = look;
    this.#shape ??= brief(shape);
    if (this.#shape !== brief(shape)) return this.#reload();
    const told = this.#told ?? {};
    const news = Object.entries(texts).filter(([key, text]) => told[key] !== text);
    this.#told = texts;
    return news.length === 0 ? "" : event("texts", JSON.stringify(Object.fromEntries(news)));
  }

  #look(): Look | undefined {
    try {
      return this.#source.look();
    } catch {
      return undefined;
    }
  }

  #reload(): string {
    this.end("reload");
    return farewell("reload");
  }
}

function farewell(why: End): string {
  if (why === "reload") return event("reload", "");
  return why === "make room" ? `retry: ${COME_BACK_LATE}\n\n` : "";
}

/** JSON has no line breaks in it, so the data is one line. */
function event(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

/** Names a shape in a few letters; that two of one page's shapes share them is unlikely and does little harm. */
function brief(shape: string): string {
  let sum = 0;
  for (let at = 0; at < shape.length; at++) sum = (Math.imul(sum, 31) + shape.charCodeAt(at)) >>> 0;
  return sum.toString(36);
}

/** The address of a stream for a page of this shape: what has changed before the stream begins is told as well. */
export function livePath(path: string, shape: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${QUERY_NAME}=${brief(shape)}`;
}

/** Answers an event stream: `texts` with what has changed, first with all, and `reload` when the page has another shape. */
export function liveStream(c: Page, room: Room, look: () => Look): Response {
  const { clock } = room.deps;
  const body = room.streams.begin({
    look,
    sleep: (span, signal) => clock.sleep(span, signal),
    isOpen: () => stillOpen(c, room),
    shape: c.req.query(QUERY_NAME),
  });
  // Deno would compress it, and a compressor keeps the news until it has enough of them. So would nginx.
  const headers = { "content-encoding": "identity", "x-accel-buffering": "no" };
  return new Response(body, { headers: { "content-type": EVENT_STREAM, ...headers } });
}

function stillOpen(c: Page, room: Room): boolean {
  const session = c.get("session");
  return session !== undefined && room.deps.owner.isOpen(session);
}
