// The reading half of a small HTTP/1.1 server: Deno.serve cannot cut a connection, this can.

/** Bytes that arrive on a connection, read ahead all the time so that the peer's leaving is noticed at once. */
export class Incoming {
  /** Aborted when the peer has left or the connection was closed on this side. */
  readonly gone: AbortSignal;
  /** Settles when nothing will be read any more; never rejects. */
  readonly finished: Promise<void>;
  #arrived = new Uint8Array(0);
  #wake = Promise.withResolvers<void>();
  #gone = new AbortController();

  constructor(connection: Deno.Conn) {
    this.gone = this.#gone.signal;
    this.finished = this.#readAhead(connection);
  }

  async #readAhead(connection: Deno.Conn): Promise<void> {
    const chunk = new Uint8Array(65_536);
    try {
      for (let count = await connection.read(chunk); count !== null; count = await connection.read(chunk)) {
        const joined = new Uint8Array(this.#arrived.length + count);
        joined.set(this.#arrived);
        joined.set(chunk.subarray(0, count), this.#arrived.length);
        this.#arrived = joined;
        this.#signal();
      }
    } catch {
      // A failed read, a TLS handshake the peer broke off, or our own close: the connection is over in each case.
    }
    this.#gone.abort(new DOMException("The peer has left", "AbortError"));
    this.#signal();
  }

  #signal(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** Exactly so many bytes, or undefined if the peer leaves before. */
  async bytes(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#arrived.length < count) {
      if (this.gone.aborted) return undefined;
      await this.#wake.promise;
    }
    const taken = this.#arrived.slice(0, count);
    this.#arrived = this.#arrived.slice(count);
    return taken;
  }

  /** The text before `end`, which is consumed too, or undefined if the peer leaves before. */
  async textUntil(end: string): Promise<string | undefined> {
    for (;;) {
      const text = new TextDecoder("latin1").decode(this.#arrived);
      const at = text.indexOf(end);
      if (at >= 0) {
        this.#arrived = this.#arrived.slice(at + end.length);
        return text.slice(0, at);
      }
      if (this.gone.aborted) return undefined;
      await this.#wake.promise;
    }
  }
}

/** A request as it stood on the wire. */
export interface WireRequest {
  method: string;
  target: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  keepAlive: boolean;
}

/**
 * Reads one request. `onward` is called when the peer wants to be told before it sends the body.
 * Answers undefined when the peer has left; throws a SyntaxError if it does not speak HTTP/1.1.
 */
export async function readRequest(
  incoming: Incoming,
  onward: () => Promise<void>,
): Promise<WireRequest | undefined> {
  const head = await incoming.textUntil("\r\n\r\n");
  if (head === undefined) return undefined;
  const [first = "", ...lines] = head.split("\r\n");
  const [, method, target] = /^([A-Z]+) (\/\S*) HTTP\/1\.1$/.exec(first) ?? [];
  if (method === undefined || target === undefined) throw new SyntaxError("Cannot read the request line");
  const headers = headersOf(lines);
  if (headers.get("expect")?.toLowerCase() === "100-continue") await onward();
  const body = await readBody(incoming, headers);
  if (body === undefined) return undefined;
  const keepAlive = headers.get("connection")?.toLowerCase() !== "close";
  return { method, target, headers, body, keepAlive };
}

function headersOf(lines: string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new SyntaxError("Cannot read a header");
    headers.append(name, value);
  }
  return headers;
}

async function readBody(
  incoming: Incoming,
  headers: Headers,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (headers.get("transfer-encoding")?.toLowerCase() !== "chunked") {
    return await incoming.bytes(Number(headers.get("content-length") ?? 0));
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const line = await incoming.textUntil("\r\n");
    if (line === undefined) return undefined;
    const size = Number.parseInt(line, 16);
    if (Number.isNaN(size)) throw new SyntaxError("Cannot read the length of a chunk");
    if (size === 0) break;
    const chunk = await incoming.bytes(size);
    if (chunk === undefined || await incoming.bytes(2) === undefined) return undefined;
    chunks.push(chunk);
  }
  while (await incoming.textUntil("\r\n")); // trailers, then the empty line
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
