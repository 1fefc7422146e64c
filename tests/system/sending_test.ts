/**
 * Counts what arrives when a connection is cut after the whole request got through: a refresh token that works only
 * once must not be sent twice, neither by us nor by the runtime (`SENDS_ONCE` in src/twitch/client.ts).
 */
import assert from "node:assert/strict";
import { Secret } from "../../src/core/secret.ts";
import { createTwitch, type TwitchOptions } from "../../src/twitch/client.ts";

const app = { clientId: "client1", clientSecret: undefined };
const JSON_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const TOKENS = '{"access_token":"acc","refresh_token":"ref","expires_in":60}';
const USER =
  '{"client_id":"client1","user_id":"1","login":"twitchdev","scopes":["chat:read"],"expires_in":60}';

/** Versions that were seen to repeat a cut POST on a connection that is used again. */
const REPEATING = ["2.8.3", "2.9.5", "2.9.6"];

/** What the server does with one request: writes this, then keeps the connection, cuts it, or falls silent. */
interface Reply {
  readonly text: string;
  readonly then: "keep" | "cut" | "silence";
}

interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A server on loopback that writes down every whole request and answers from `replies`; after the last it cuts. */
class Tap {
  readonly arrived: string[] = [];
  readonly url: string;
  readonly #listener: Deno.Listener<Deno.Conn>;
  readonly #connections = new Set<Deno.Conn>();
  readonly #replies: Reply[];
  readonly #work: Promise<unknown>;

  constructor(replies: readonly Reply[], identity?: Identity) {
    const place = { hostname: "127.0.0.1", port: 0 };
    this.#replies = [...replies];
    // HTTP/2 is on offer, as at Twitch: a client that took it would not be understood here.
    const alpnProtocols = ["h2", "http/1.1"];
    this.#listener = identity ? Deno.listenTls({ ...place, ...identity, alpnProtocols }) : Deno.listen(place);
    const { port } = this.#listener.addr as Deno.NetAddr;
    this.url = `${identity ? "https" : "http"}://127.0.0.1:${port}`;
    this.#work = this.#accept();
  }

  /** The first lines of what arrived. */
  get lines(): string[] {
    return this.arrived.map((request) => request.slice(0, request.indexOf(" HTTP/")));
  }

  async #accept(): Promise<void> {
    const served: Promise<void>[] = [];
    for await (const connection of this.#listener) served.push(this.#serve(connection));
    await Promise.all(served);
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    this.#connections.add(connection);
    try {
      let reply: Reply = { text: "", then: "keep" };
      while (reply.then === "keep") {
        const request = await readRequest(connection);
        if (request === undefined) break;
        this.arrived.push(request);
        reply = this.#replies.shift() ?? { text: "", then: "cut" };
        await connection.write(new TextEncoder().encode(reply.text));
      }
      if (reply.then === "silence") await readRequest(connection);
    } catch {
      // The other side went away, or we did.
    }
    if (this.#connections.delete(connection)) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    await this.#work;
  }
}

/** One request with its body, or undefined if the connection ends before that. */
async function readRequest(connection: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(4096);
  let text = "";
  while (true) {
    const [head, body] = text.split("\r\n\r\n", 2);
    const length = Number(/^content-length: *(\d+)/im.exec(head ?? "")?.[1] ?? 0);
    if (body !== undefined && body.length >= length) return text;
    const read = await connection.read(buffer);
    if (read === null) return undefined;
    text += new TextDecoder().decode(buffer.subarray(0, read));
  }
}

/** A certificate for 127.0.0.1 that vouches for itself; undefined where there is no openssl to make one. */
async function selfSigned(): Promise<Identity | undefined> {
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const places = [
    "-addext",
    "basicConstraints=critical,CA:FALSE",
    "-keyout",
    "/dev/stdout",
    "-out",
    "/dev/stdout",
  ];
  try {
    const args = ["req", "-x509", "-days", "2", ...kind, ...names, ...places];
    const { stdout } = await new Deno.Command("openssl", { args, stderr: "null" }).output();
    const [key, cert] = new TextDecoder().decode(stdout).match(/-----BEGIN [^]*?-----END [A-Z ]+-----\n/g) ??
      [];
    return key && cert ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
}

function json(body: string): Reply {
  return { text: `${JSON_HEAD}Content-Length: ${body.length}\r\n\r\n${body}`, then: "keep" };
}

function twitchAt(tap: Tap, more: Partial<TwitchOptions> = {}): ReturnType<typeof createTwitch> {
  return createTwitch({ authUrl: tap.url, apiUrl: tap.url, ...more });
}

const cutUnknown = {
  kind: "unavailable",
  reason: "cut",
  spent: "unknown",
  neverLeft: false,
  retryAfter: undefined,
};

const CUTS: [where: string, text: string][] = [
  ["before any answer", ""],
  ["in the headers", `${JSON_HEAD}Content-Le`],
  ["in the body", `${JSON_HEAD}Content-Length: 60\r\n\r\n{"access_tok`],
];

Deno.test("refresh() arrives once, wherever its connection is cut", async (t) => {
  const identity = await selfSigned();
  for (const tls of [false, true]) {
    for (const warm of [false, true]) {
      for (const [where, text] of CUTS) {
        const without = tls && !identity ? " (not run: no openssl to make a certificate)" : "";
        await t.step({
          name: `${tls ? "TLS" : "plain"}, ${warm ? "warm" : "cold"}, cut ${where}${without}`,
          ignore: without !== "",
          fn: () => countRefreshes(warm, { text, then: "cut" }, tls ? identity : undefined),
        });
      }
    }
  }
});

async function countRefreshes(warm: boolean, cut: Reply, identity: Identity | undefined): Promise<void> {
  await using tap = new Tap([...(warm ? [json(USER), json(TOKENS)] : []), cut], identity);
  using twitch = twitchAt(tap, identity ? { caCerts: [identity.cert] } : {});
  if (warm) {
    assert.equal((await twitch.validate(new Secret("acc"))).kind, "valid");
    assert.equal((await twitch.refresh(app, new Secret("first"))).kind, "refreshed");
  }
  assert.deepEqual(await twitch.refresh(app, new Secret("second")), cutUnknown);
  assert.equal(tap.arrived.filter((request) => request.includes("refresh_token=second")).length, 1);
  assert.deepEqual(tap.lines, [...(warm ? ["GET /validate", "POST /token"] : []), "POST /token"]);
}

Deno.test({
  name: "fetch without our precautions arrives twice on a connection that is used again (control)",
  ignore: !REPEATING.includes(Deno.version.deno),
  fn: async () => {
    await using tap = new Tap([json(USER)]);
    await (await fetch(`${tap.url}/validate`)).text();
    await assert.rejects(fetch(`${tap.url}/token`, { method: "POST", body: "refresh_token=second" }));
    assert.deepEqual(tap.lines, ["GET /validate", "POST /token", "POST /token"]);
  },
});

Deno.test("refresh() does not send the body to where a redirect points", async () => {
  const redirect: Reply = {
    text: "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    then: "keep",
  };
  await using tap = new Tap([redirect, json(TOKENS)]);
  using twitch = twitchAt(tap);
  const outcome = await twitch.refresh(app, new Secret("second"));
  assert.deepEqual(outcome, { ...cutUnknown, reason: "not_twitch" });
  assert.deepEqual(tap.lines, ["POST /token"]);

  await using control = new Tap([redirect, json(TOKENS)]);
  await (await fetch(`${control.url}/token`, { method: "POST", body: "refresh_token=second" })).text();
  assert.deepEqual(control.lines, ["POST /token", "POST /elsewhere"]);
  assert.match(control.arrived[1] ?? "", /refresh_token=second/);
});

Deno.test("refresh() keeps the tokens of an answer that breaks off or never ends", async () => {
  for (const then of ["cut", "silence"] as const) {
    const text = `${JSON_HEAD}Content-Length: 500\r\n\r\n{"access_token":"acc","refresh_token":"ref","expi`;
    await using tap = new Tap([{ text, then }]);
    using twitch = twitchAt(tap, then === "silence" ? { timeout: 300 } : {});
    const outcome = await twitch.refresh(app, new Secret("second"));
    assert.equal(outcome.kind, "refreshed", then);
    if (outcome.kind !== "refreshed") return;
    const { access, refresh, whole } = outcome.tokens;
    assert.deepEqual([access?.reveal(), refresh?.reveal(), whole], ["acc", "ref", false]);
    assert.deepEqual(tap.lines, ["POST /token"]);
  }
});

Deno.test("refresh() gives up on silence and does not know what became of the token", async () => {
  await using tap = new Tap([{ text: "", then: "silence" }]);
  using twitch = twitchAt(tap, { timeout: 300 });
  assert.deepEqual(await twitch.refresh(app, new Secret("second")), { ...cutUnknown, reason: "timeout" });
  assert.deepEqual(tap.lines, ["POST /token"]);
});

Deno.test("refresh() asks for an answer that is not compressed, and puts nothing in the address", async () => {
  await using tap = new Tap([json(TOKENS)]);
  using twitch = twitchAt(tap);
  assert.equal((await twitch.refresh(app, new Secret("second"))).kind, "refreshed");
  const [request = ""] = tap.arrived;
  assert.match(request, /^POST \/token HTTP\/1\.1\r\n/);
  assert.deepEqual(request.match(/^accept-encoding:.*$/gim), ["accept-encoding: identity"]);
  assert.match(request, /\r\n\r\nclient_id=client1&grant_type=refresh_token&refresh_token=second$/);
});

Deno.test("refresh() knows that it never left when nobody listens or the certificate is not trusted", async (t) => {
  const never = { ...cutUnknown, reason: "unreachable", spent: "no", neverLeft: true };
  await t.step("nobody listens", async () => {
    const tap = new Tap([]);
    await tap[Symbol.asyncDispose]();
    using twitch = twitchAt(tap);
    assert.deepEqual(await twitch.refresh(app, new Secret("second")), never);
  });
  const identity = await selfSigned();
  const without = identity ? "" : " (not run: no openssl to make a certificate)";
  await t.step({
    name: `certificate not trusted${without}`,
    ignore: !identity,
    fn: async () => {
      await using tap = new Tap([json(TOKENS)], identity);
      using twitch = twitchAt(tap);
      assert.deepEqual(await twitch.refresh(app, new Secret("second")), never);
      assert.deepEqual(tap.lines, []);
    },
  });
});
