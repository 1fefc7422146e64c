// The simulated Twitch on loopback: what really happens to a connection.

import assert from "node:assert/strict";
import { selfSignedCertificate } from "../support/simulated_twitch/certificate.ts";
import { fault, type FaultKind } from "../support/simulated_twitch/faults.ts";
import { CONFIDENTIAL_CLIENT } from "../support/simulated_twitch/options.ts";
import { serveSimulatedTwitch, type SimulatedTwitchServer } from "../support/simulated_twitch/server.ts";
import { createSimulatedTwitch } from "../support/simulated_twitch/simulated_twitch.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const CREDENTIALS = new URLSearchParams({
  client_id: CONFIDENTIAL_CLIENT.id,
  client_secret: CONFIDENTIAL_CLIENT.secret,
  grant_type: "client_credentials",
});

/** Sends bytes on a connection of its own and reads to its end. */
async function converse(server: SimulatedTwitchServer, request: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(server.origin).port) });
  await connection.write(new TextEncoder().encode(request));
  return await readToEnd(connection);
}

async function readToEnd(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(65_536);
  let text = "";
  for (let count = await connection.read(chunk); count !== null; count = await connection.read(chunk)) {
    text += decoder.decode(chunk.subarray(0, count), { stream: true });
  }
  return text;
}

function tokenRequest(headers: string, body: string): string {
  return `POST /oauth2/token HTTP/1.1\r\nHost: id.twitch.tv\r\nContent-Type: ${FORM["content-type"]}\r\n` +
    `${headers}\r\n${body}`;
}

function wholeRequest(): string {
  return tokenRequest(
    `Content-Length: ${`${CREDENTIALS}`.length}\r\nConnection: close\r\n`,
    `${CREDENTIALS}`,
  );
}

Deno.test("serveSimulatedTwitch() answers fetch, keeps the connection, and counts connections", async () => {
  await using server = serveSimulatedTwitch(createSimulatedTwitch());
  assert.equal(server.authUrl, `${server.origin}/oauth2`);
  assert.equal(server.apiUrl, `${server.origin}/helix`);
  using client = Deno.createHttpClient({});
  const first = await fetch(`${server.authUrl}/token`, { method: "POST", body: CREDENTIALS, client });
  const { access_token } = await first.json();
  const headers = { authorization: `OAuth ${access_token}` };
  const second = await fetch(`${server.authUrl}/validate`, { headers, client });
  assert.equal((await second.json()).client_id, CONFIDENTIAL_CLIENT.id);
  assert.equal(server.connections, 1);
});

Deno.test("bodies arrive by Content-Length, in chunks, and after 100 Continue", async () => {
  await using server = serveSimulatedTwitch(createSimulatedTwitch());
  const body = `${CREDENTIALS}`;
  const chunk = `a\r\n${body.slice(0, 10)}\r\n${(body.length - 10).toString(16)};ext=1\r\n${
    body.slice(10)
  }\r\n`;
  const requests = [
    wholeRequest(),
    tokenRequest("Transfer-Encoding: chunked\r\nConnection: close\r\n", `${chunk}0\r\nTrailer: x\r\n\r\n`),
    tokenRequest(`Content-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n`, body),
  ];
  for (const request of requests) {
    assert.match(await converse(server, request), /HTTP\/1\.1 200 OK[^]*access_token/);
  }
  assert.match(await converse(server, requests[2] ?? ""), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
});

Deno.test("two requests sent at once are answered in order; HEAD has no body; no HTTP is 400", async () => {
  await using server = serveSimulatedTwitch(createSimulatedTwitch());
  const ask = "GET /oauth2/validate HTTP/1.1\r\nHost: x\r\n";
  const both = await converse(
    server,
    `${ask}\r\nHEAD /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  assert.match(both, /^HTTP\/1\.1 401 [^]*\}HTTP\/1\.1 404 Not Found\r\n[^]*\r\n\r\n$/);
  assert.match(await converse(server, "hello\r\n\r\n"), /^HTTP\/1\.1 400 /);
});

Deno.test("transport faults cut the connection after exactly the bytes that were chosen", async () => {
  const sim = createSimulatedTwitch({ accessTokenLife: 14_000 });
  await using server = serveSimulatedTwitch(sim);
  const rows: [FaultKind, (text: string) => boolean][] = [
    [fault.reset, (text) => text === ""],
    [
      fault.resetAfterHeaders,
      (text) => /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 90\r\n[^]*\r\n\r\n$/.test(text),
    ],
    [{ kind: "torn body", bytes: 48 }, (text) => /\r\n\r\n\{"access_token":"[a-z0-9]{30}"$/.test(text)],
    [{ kind: "slow body", bytes: 30, milliseconds: 1 }, (text) => text.endsWith('"token_type":"bearer"}')],
    [{ kind: "oversize body", bytes: 300_000 }, (text) => text.split("\r\n\r\n")[1]?.length === 300_000],
  ];
  for (const [kind, expected] of rows) {
    const issued = sim.accessTokens().length;
    for (const when of ["before", "after"] as const) {
      sim.faults.add({ endpoint: "token", when, kind });
      const text = await converse(server, wholeRequest());
      if (when === "after" || kind.kind === "reset") {
        assert.ok(expected(text), `${kind.kind}: ${text.slice(0, 400)}`);
      }
    }
    assert.equal(sim.accessTokens().length, issued + 1, `${kind.kind}: only "after" issues a token`);
  }
});

Deno.test("a client that gives up ends a hanging and a dripping answer", async () => {
  const sim = createSimulatedTwitch();
  await using server = serveSimulatedTwitch(sim);
  const kinds: FaultKind[] = [fault.hang, { kind: "slow body", bytes: 1, milliseconds: 1e9 }];
  for (const [index, kind] of kinds.entries()) {
    sim.faults.add({ endpoint: "validate", when: "before", kind });
    const abort = new AbortController();
    const asked = fetch(`${server.authUrl}/validate`, { signal: abort.signal }).then((answer) =>
      answer.text()
    );
    await sim.arrivals("validate", index + 1);
    abort.abort();
    await assert.rejects(asked, { name: "AbortError" });
  }
});

Deno.test("close() ends hanging requests and idle connections, and may be called twice", async () => {
  const sim = createSimulatedTwitch();
  const server = serveSimulatedTwitch(sim);
  using idle = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(server.origin).port) });
  sim.faults.add({ endpoint: "validate", when: "before", kind: fault.hang });
  const hanging = assert.rejects(fetch(`${server.authUrl}/validate`), TypeError);
  await sim.arrivals("validate", 1);
  await server.close();
  await hanging;
  assert.equal(await readToEnd(idle), "");
  await server.close();
});

Deno.test("a bug of the simulation is told by close()", async () => {
  const server = serveSimulatedTwitch({ handle: () => Promise.reject(new RangeError("a bug")) });
  assert.equal(await converse(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
  await assert.rejects(server.close(), AggregateError);
});

Deno.test("with a certificate the server speaks TLS, and cuts as well", async () => {
  const tls = await selfSignedCertificate();
  const sim = createSimulatedTwitch();
  await using server = serveSimulatedTwitch(sim, { tls });
  using client = Deno.createHttpClient({ caCerts: [tls.cert], poolMaxIdlePerHost: 0 });
  assert.match(server.origin, /^https:\/\/127\.0\.0\.1:\d+$/);
  const answer = await fetch(`${server.authUrl}/validate`, { client });
  assert.deepEqual(await answer.json(), { status: 401, message: "missing authorization token" });
  sim.faults.add({ endpoint: "validate", when: "after", kind: { kind: "torn body", bytes: 5 } });
  const torn = await fetch(`${server.authUrl}/validate`, { client });
  await assert.rejects(torn.text(), TypeError);
  await assert.rejects(fetch(`${server.authUrl}/validate`), TypeError); // a stranger to this certificate
});
