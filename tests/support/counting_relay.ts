/** Stands between a client and a server on loopback, hands everything on, and keeps the requests as they were sent. */

/** A relay; disposing of it closes it and every connection. */
export class CountingRelay implements AsyncDisposable {
  /** The head of each request, oldest first. */
  readonly requests: string[] = [];
  /** The head of each answer, oldest first. */
  readonly answers: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #work = new Set<Promise<void>>();
  readonly #target: number;

  /** Hands on to this port of this machine. */
  constructor(target: number) {
    this.#target = target;
    this.#track(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#track(this.#relay(client));
  }

  async #relay(client: Deno.Conn): Promise<void> {
    this.#connections.add(client);
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    this.#connections.add(server);
    await Promise.all([
      this.#pump(client, server, (text) => this.requests.push(...text.match(/^GET [^]*?\r\n\r\n/gm) ?? [])),
      this.#pump(server, client, (text) => this.answers.push(...text.match(/^HTTP\/[^]*?\r\n\r\n/gm) ?? [])),
    ]);
  }

  /** Heads without a body are small: each comes in one piece on loopback. */
  async #pump(from: Deno.Conn, to: Deno.Conn, seen: (text: string) => void): Promise<void> {
    const chunk = new Uint8Array(16_384);
    try {
      for (let count = await from.read(chunk); count !== null; count = await from.read(chunk)) {
        seen(new TextDecoder("latin1").decode(chunk.subarray(0, count)));
        for (let sent = 0; sent < count;) sent += await to.write(chunk.subarray(sent, count));
      }
    } catch {
      // One side has gone.
    }
    close(from);
    close(to);
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    work.finally(() => this.#work.delete(work)).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await Promise.allSettled(this.#work);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Closed before.
  }
}
