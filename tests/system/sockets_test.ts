/** What an attacker does below HTTP, on raw sockets, against the real program. */
import assert from "node:assert/strict";
import { Raw, sendRaw } from "../support/raw_http.ts";
import { fromSource, type RealServer } from "../support/real_program.ts";
import { ask, play, playAll } from "../support/scene.ts";

const POST = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\n";

/** Requests whose end two readers could see in two places, or whose fields in two ways. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  "a length and chunks": `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "chunks and a length": `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  "two lengths": `${POST}Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde`,
  "a list of lengths": `${POST}Content-Length: 3, 5\r\n\r\nabc`,
  "a length with a sign": `${POST}Content-Length: +3\r\n\r\nabc`,
  "a length in hex": `${POST}Content-Length: 0x3\r\n\r\nabc`,
  "an unknown coding": `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  "chunks that are not last": `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  "two codings": `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
  "a blank before the colon": `${POST}Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  "chunks in HTTP/1.0": POST.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a folded field": `${POST}X: a\r\n Content-Length: 90\r\n\r\n`,
  "a return without its feed": `${POST}X: a\rContent-Length: 90\r\n\r\n`,
  "a zero byte": `${POST}X: a\0Content-Length: 90\r\n\r\n`,
  "two hosts": "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
  "a chunk that is too long": `${POST}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n`,
  "a chunk without its end": `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n`,
};

// From source alone: how such requests are read is the runtime's affair, and Deno 2.4.2, which makes executables for
// tests only, goes by the chunks where there is a length too (RFC 9112, section 6.3, allows either).
Deno.test("request smuggling: what can be read in two ways is refused, and what hides behind it is never answered", () =>
  play({ make: fromSource() }, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    const { body: token } = await ask(server, id);
    const hidden = `GET /token?id=${id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    for (const [what, request] of Object.entries(AMBIGUOUS)) {
      const { text, statuses, gaveUp } = await sendRaw(server.port, request + hidden);
      assert.ok(!text.includes(token), `${what}: ${text}`);
      assert.ok(!statuses.includes(200) && statuses.length <= 1 && !gaveUp, `${what}: ${text}`);
    }
    // The control: behind a request that can be read in one way alone the question is answered.
    const plain = await sendRaw(server.port, `${POST}Content-Length: 3\r\n\r\nabc${hidden}`);
    assert.deepEqual(plain.statuses, [403, 200]);
    assert.ok(plain.text.endsWith(token));
  }));

Deno.test("path traversal: no path on the wire leads to a file", () =>
  playAll({}, async (scene) => {
    const server = await scene.serve();
    const key = (await Deno.readTextFile(`${scene.data}/key`)).trim();
    const up = [
      "/../data/key",
      "/..%2f..%2fdata%2fkey",
      "/help/../../data/key",
      "//data/key",
      "/%2e%2e/data/key",
    ];
    for (
      const path of [...up, `${scene.data}/key`, `file://${scene.data}/key`, "/help/start/../../data/key"]
    ) {
      const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      const { text, statuses } = await sendRaw(server.port, request);
      assert.ok(!text.includes(key), path);
      assert.ok(!statuses.includes(200) && statuses.length === 1, `${path}: ${text.slice(0, 200)}`);
    }
    const request = "GET /help/start HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert.deepEqual((await sendRaw(server.port, request)).statuses, [200]);
  }));

/** Times of questions over connections of their own, one after the other: the median and the longest, in milliseconds. */
async function timesOf(server: RealServer, id: string, count: number): Promise<string> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    const began = performance.now();
    const { statuses } = await sendRaw(
      server.port,
      `GET /token?id=${id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    assert.deepEqual(statuses, [200]);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return `median ${times[count >> 1]?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms`;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const DRIPPING = 500;

Deno.test("500 connections that drip a request keep no question waiting", () =>
  playAll({ env: { TOKEN_SERVER_LOG_LEVEL: "info" } }, async (scene) => {
    const server = await scene.serve();
    const { id } = await scene.signIn();
    say(`questions alone: ${await timesOf(server, id, 200)}`);
    using drips = new DisposableStack();
    const sockets: Raw[] = [];
    for (let at = 0; at < DRIPPING; at++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      sockets.push(drips.use(new Raw(connection)));
    }
    let stop = false;
    const dripping = (async () => {
      const request = `GET /token?id=${id} HTTP/1.1\r\nHost: localhost\r\nX-Slow: `;
      // On a busy machine the questions may be over before the line of the request is.
      for (let at = 0; !stop || at < request.length; at++) {
        const byte = request[at] ?? "x";
        for (const socket of sockets) assert.ok(await socket.write(byte), "the connection is still open");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    try {
      // None of the connections has ended its request meanwhile: nothing waits for them.
      say(`questions beside ${DRIPPING} that drip: ${await timesOf(server, id, 200)}`);
    } finally {
      stop = true;
      await dripping;
    }
    // The control: they were requests, and each is answered once it is whole.
    const [first] = sockets;
    assert.ok(await first?.write("\r\nConnection: close\r\n\r\n"));
    assert.match(await first?.rest() ?? "", /^HTTP\/1\.1 200 /);
  }));
