/** A name server on 127.0.0.1:53 that knows a few names and remembers every name that it is asked for (RFC 1035). */

const HEADER = 12;
const RESPONSE = 0x8180;
const NO_SUCH_NAME = 3;
const TYPE_A = 1;

/** Starts to answer; the known names lead to 127.0.0.1, any other is no name. */
export function serveNames(
  known: readonly string[],
): AsyncDisposable & { readonly asked: ReadonlySet<string> } {
  const asked = new Set<string>();
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 53 });
  const done = (async () => {
    for await (const [question, from] of socket) {
      const { name, end } = nameIn(question);
      asked.add(name);
      await socket.send(answerTo(question, end, known.includes(name)), from);
    }
  })();
  return {
    asked,
    async [Symbol.asyncDispose]() {
      socket.close();
      await done;
    },
  };
}

/** The name that is asked for, and where the question ends. */
function nameIn(question: Uint8Array): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(new TextDecoder().decode(question.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), end: at + 5 };
}

function answerTo(question: Uint8Array, end: number, isKnown: boolean): Uint8Array {
  const isAddress = question[end - 3] === TYPE_A && isKnown;
  // A pointer to the name of the question, type A, class IN, a life of no time, 127.0.0.1.
  const record = isAddress ? [0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1] : [];
  const answer = Uint8Array.from([...question.subarray(0, end), ...record]);
  const header = new DataView(answer.buffer);
  header.setUint16(2, RESPONSE | (isKnown ? 0 : NO_SUCH_NAME));
  header.setUint16(6, isAddress ? 1 : 0);
  header.setUint32(8, 0);
  return answer;
}
