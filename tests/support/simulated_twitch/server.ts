// The simulated Twitch on loopback. Where handle() rejects or a body breaks off, the connection is cut for real.

import { reasonPhrase } from "./answers.ts";
import { ConnectionCut } from "./broken_answers.ts";
import { Incoming, readRequest, type WireRequest } from "./incoming.ts";
import type { SimulatedTwitch } from "./simulated_twitch.ts";

/** Where to listen. */
export interface ServeOptions {
  hostname?: string;
  /** 0, the default: any free port. */
  port?: number;
  /** PEM texts; with them the server speaks TLS. */
  tls?: { cert: string; key: string };
}

/** A listening server; disposing of it is close(). */
export interface SimulatedTwitchServer extends AsyncDisposable {
  readonly origin: string;
  /** For TWITCH_AUTH_URL. */
  readonly authUrl: string;
  /** For TWITCH_API_URL. */
  readonly apiUrl: string;
  /** How many connections were accepted so far. */
  readonly connections: number;
  /** Cuts what is open, stops listening, waits for the end of both, and throws what was a bug of the simulation. */
  close(): Promise<void>;
}

/** Starts to listen; throws Deno.errors.AddrInUse if the port is taken. */
export function serveSimulatedTwitch(
  simulation: Pick<SimulatedTwitch, "handle">,
  { hostname = "127.0.0.1", port = 0, tls }: ServeOptions = {},
): SimulatedTwitchServer {
  const listener = tls === undefined
    ? Deno.listen({ hostname, port })
    : Deno.listenTls({ hostname, port, ...tls, alpnProtocols: ["http/1.1"] });
  const scheme = tls === undefined ? "http" : "https";
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const origin = `${scheme}://${host}:${listener.addr.port}`;
  const open = new Map<Deno.Conn, Promise<void>>();
  const bugs: unknown[] = [];
  let connections = 0;

  async function accept(): Promise<void> {
    try {
      for await (const connection of listener) {
        connections += 1;
        const conversation = converse(simulation, connection, scheme)
          .catch((error) => void bugs.push(error))
          .finally(() => open.delete(connection));
        open.set(connection, conversation);
      }
    } catch (error) {
      bugs.push(error);
    }
  }

  const accepting = accept();

  async function close(): Promise<void> {
    try {
      listener.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // closed before
    }
    await accepting;
    const conversations = [...open.values()];
    for (const connection of open.keys()) cut(connection);
    await Promise.all(conversations);
    if (bugs.length > 0) throw new AggregateError(bugs.splice(0), "Cannot vouch for the simulated Twitch");
  }

  return {
    origin,
    authUrl: `${origin}/oauth2`,
    apiUrl: `${origin}/helix`,
    get connections(): number {
      return connections;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Answers request after request until the peer leaves, asks for an end, or a fault makes one. */
async function converse(
  simulation: Pick<SimulatedTwitch, "handle">,
  connection: Deno.Conn,
  scheme: string,
): Promise<void> {
  const incoming = new Incoming(connection);
  try {
    for (;;) {
      const wire = await readRequest(incoming, () => send(connection, "HTTP/1.1 100 Continue\r\n\r\n"));
      if (wire === undefined) return;
      const answer = await simulation.handle(requestOf(wire, scheme, incoming.gone));
      await sendAnswer(connection, wire, answer);
      if (!wire.keepAlive) return;
    }
  } catch (error) {
    if (error instanceof SyntaxError) await sendBadRequest(connection, incoming.gone);
    else if (!(error instanceof ConnectionCut || incoming.gone.aborted)) throw error;
  } finally {
    cut(connection);
    await incoming.finished;
  }
}

function requestOf(wire: WireRequest, scheme: string, signal: AbortSignal): Request {
  const { method, headers } = wire;
  const body = method === "GET" || method === "HEAD" ? null : wire.body;
  return new Request(`${scheme}://${headers.get("host") ?? "localhost"}${wire.target}`, {
    method,
    headers,
    body,
    signal,
  });
}

/** An answer with a declared length is sent as it comes, so that it can break; any other is measured first. */
async function sendAnswer(connection: Deno.Conn, wire: WireRequest, answer: Response): Promise<void> {
  const measured = answer.headers.has("content-length") ? answer : await withLength(answer);
  const lines = [`HTTP/1.1 ${measured.status} ${reasonPhrase(measured.status)}`];
  for (const [name, value] of measured.headers) lines.push(`${name}: ${value}`);
  lines.push(`date: ${new Date().toUTCString()}`, `connection: ${wire.keepAlive ? "keep-alive" : "close"}`);
  await send(connection, `${lines.join("\r\n")}\r\n\r\n`);

  if (wire.method === "HEAD") await measured.body?.cancel();
  else for await (const chunk of measured.body ?? []) await send(connection, chunk);
}

async function withLength(answer: Response): Promise<Response> {
  const body = new Uint8Array(await answer.arrayBuffer());
  const headers = new Headers(answer.headers);
  headers.set("content-length", `${body.length}`);
  return new Response(body.length === 0 ? null : body, { status: answer.status, headers });
}

async function sendBadRequest(connection: Deno.Conn, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return;
  await send(connection, "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

async function send(connection: Deno.Conn, data: string | Uint8Array): Promise<void> {
  let left = typeof data === "string" ? new TextEncoder().encode(data) : data;
  try {
    while (left.length > 0) left = left.subarray(await connection.write(left));
  } catch (error) {
    throw new ConnectionCut(error instanceof Error ? error.message : undefined); // the peer left meanwhile
  }
}

function cut(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // closed before
  }
}
