// Makes a fault of an answer. Without a network the transport's faults are rejections and streams that break;
// server.ts turns both into cut connections, so that clients see the same in either kind of test.

import { htmlAnswer } from "./answers.ts";
import type { FaultKind } from "./faults.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type BodyFault = Exclude<FaultKind, { kind: "answer" | "unreachable" | "reset" | "hang" }>;

/** The connection ended: what Deno's fetch says of it, in the words of its HTTP library. */
export class ConnectionCut extends TypeError {
  constructor(message = "connection closed before message completed") {
    super(message);
  }
}

/** What the client sees of a fault in place of `answer`, the true answer, undefined if there is none. */
export async function struck(
  kind: FaultKind,
  answer: Response | undefined,
  signal: AbortSignal,
): Promise<Response> {
  switch (kind.kind) {
    case "answer":
      return new Response(kind.body === "" ? null : kind.body, {
        status: kind.status,
        headers: { "content-length": `${new TextEncoder().encode(kind.body).length}`, ...kind.headers },
      });
    case "unreachable":
      throw new TypeError("client error (Connect): tcp connect error: Connection refused (os error 111)");
    case "reset":
      throw new ConnectionCut();
    case "hang":
      return await untilAborted(signal);
    default:
      return await withBrokenBody(kind, answer ?? htmlAnswer(502, "<h1>502 Bad Gateway</h1>"), signal);
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

async function withBrokenBody(fault: BodyFault, answer: Response, signal: AbortSignal): Promise<Response> {
  const whole = new Uint8Array(await answer.arrayBuffer());
  const headers = new Headers(answer.headers);
  headers.set("content-length", `${fault.kind === "oversize body" ? fault.bytes : whole.length}`);
  const gone = new AbortController();
  const chunks = chunksOf(fault, whole, AbortSignal.any([signal, gone.signal]));
  // A chunk is made only when one is asked for, so that an answer which nobody reads leaves no timer behind.
  const body = new ReadableStream<Bytes>({
    async pull(controller): Promise<void> {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel(reason): void {
      gone.abort(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status: answer.status, headers });
}

async function* chunksOf(fault: BodyFault, whole: Bytes, signal: AbortSignal): AsyncGenerator<Bytes> {
  switch (fault.kind) {
    case "torn body": {
      const start = whole.slice(0, fault.bytes);
      if (start.length > 0) yield start;
      throw new ConnectionCut("error reading a body from connection");
    }
    case "slow body":
      for (let sent = 0; sent < whole.length; sent += fault.bytes) {
        await delay(fault.milliseconds, signal);
        yield whole.slice(sent, sent + fault.bytes);
      }
      return;
    case "oversize body":
      yield whole.slice(0, fault.bytes);
      for (let left = fault.bytes - whole.length; left > 0; left -= 65_536) {
        signal.throwIfAborted();
        yield new Uint8Array(Math.min(left, 65_536)).fill(0x20);
      }
  }
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(done, milliseconds);
  signal.addEventListener("abort", done, { once: true });
  if (signal.aborted) done();

  function done(): void {
    clearTimeout(timer);
    signal.removeEventListener("abort", done);
    if (signal.aborted) reject(signal.reason);
    else resolve();
  }

  return promise;
}
