/** Stands between an instance and its database: hands everything on, stalls, swallows what is sent, or cuts. */

/** `stall` keeps what comes until it passes again; `swallow` loses it without a word. */
export type Manner = "pass" | "stall" | "swallow";

/** A proxy; disposing of it closes it and every connection. */
export class RoughProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #connections = new Set<Deno.Conn>();
  readonly #work = new Set<Promise<void>>();
  #manner: Manner = "pass";
  #changed = Promise.withResolvers<void>();

  /** Hands on to this port of this machine. */
  constructor(target: number) {
    this.#target = target;
    this.#track(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** For all connections, those to come too. */
  behave(manner: Manner): void {
    this.#manner = manner;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Ends every connection that there is. */
  cut(): void {
    for (const connection of this.#connections) close(connection);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#track(this.#hand(client));
  }

  async #hand(client: Deno.Conn): Promise<void> {
    this.#connections.add(client);
    let server: Deno.Conn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    } catch {
      // The database is away.
      this.#forget(client);
      return;
    }
    this.#connections.add(server);
    await Promise.all([this.#pump(client, server), this.#pump(server, client)]);
  }

  async #pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const chunk = new Uint8Array(16_384);
    try {
      for (let count = await from.read(chunk); count !== null; count = await from.read(chunk)) {
        while (this.#manner === "stall" && this.#connections.has(from)) await this.#changed.promise;
        if (this.#manner === "swallow") continue;
        for (let sent = 0; sent < count;) sent += await to.write(chunk.subarray(sent, count));
      }
    } catch {
      // One side has gone.
    }
    this.#forget(from);
    this.#forget(to);
  }

  #forget(connection: Deno.Conn): void {
    this.#connections.delete(connection);
    close(connection);
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    work.finally(() => this.#work.delete(work)).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#manner = "pass";
    this.cut();
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
