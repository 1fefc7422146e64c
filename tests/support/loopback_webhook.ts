/** An address for notices on this machine. */
export interface LoopbackWebhook extends AsyncDisposable {
  /** With a password in it. */
  readonly url: string;
  readonly password: string;
  /** The bodies that arrived, oldest first. */
  readonly bodies: readonly string[];
  /** The notices among them, as `event state account`. */
  readonly told: readonly string[];
}

/** Listens on a free port; with `hangs` it takes requests and never answers. */
export function loopbackWebhook(hangs = false): LoopbackWebhook {
  const password = crypto.randomUUID().replaceAll("-", "");
  const bodies: string[] = [];
  const end = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    bodies.push(await request.text());
    if (!hangs) {
      return new Response(null, { status: new URL(request.url).pathname === `/${password}` ? 204 : 404 });
    }
    await new Promise<void>((resolve) => end.signal.addEventListener("abort", () => resolve()));
    return new Response("late", { status: 503 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/${password}`,
    password,
    bodies,
    get told() {
      return bodies.map((body) => JSON.parse(body)).map(({ event, state, account }) =>
        `${event} ${state} ${account}`
      );
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await server.shutdown();
    },
  };
}
