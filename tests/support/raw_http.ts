/** HTTP byte by byte, as no client sends it. */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
/** A server that neither answers nor closes is given up after this, in milliseconds. */
const LONGEST = 5000;

/** What a server did with some bytes. */
export interface RawAnswer {
  /** All that came back, until the server closed. */
  readonly text: string;
  /** The statuses of the answers in it. */
  readonly statuses: readonly number[];
  /** The server did not close; what came by then is there. */
  readonly gaveUp: boolean;
}

/** Sends bytes over a connection of their own, and reads until the server closes it. `end` closes our side after them. */
export async function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  { end = false, longest = LONGEST }: { readonly end?: boolean; readonly longest?: number } = {},
): Promise<RawAnswer> {
  using connection = new Raw(await Deno.connect({ hostname: "127.0.0.1", port }));
  let gaveUp = false;
  const timer = setTimeout(() => {
    gaveUp = true;
    connection[Symbol.dispose]();
  }, longest);
  try {
    await connection.write(bytes);
    if (end) await connection.end();
    const text = await connection.rest();
    const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
    return { text, statuses, gaveUp };
  } finally {
    clearTimeout(timer);
  }
}

/** A connection of which nothing throws where the other side is gone. */
export class Raw implements Disposable {
  readonly #connection: Deno.Conn;
  #closed = false;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** False if the other side took no more. */
  async write(bytes: string | Uint8Array): Promise<boolean> {
    const left = typeof bytes === "string" ? ENCODER.encode(bytes) : bytes;
    try {
      for (let at = 0; at < left.length;) at += await this.#connection.write(left.subarray(at));
      return true;
    } catch {
      return false;
    }
  }

  async end(): Promise<void> {
    await this.#connection.closeWrite().catch(() => undefined);
  }

  /** All that comes until the other side closes. */
  async rest(): Promise<string> {
    const buffer = new Uint8Array(16 * 1024);
    let text = "";
    try {
      for (let n = await this.#connection.read(buffer); n !== null; n = await this.#connection.read(buffer)) {
        text += DECODER.decode(buffer.subarray(0, n));
      }
    } catch {
      // Reset, or closed by us.
    }
    return text;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }
}
