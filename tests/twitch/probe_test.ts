import assert from "node:assert/strict";
import { type Probe, probeTwitch } from "../../src/twitch/probe.ts";

const URLS = { authUrl: "https://id.twitch.test/oauth2", apiUrl: "https://api.twitch.test/helix" };
const DATE = "Sat, 14 Mar 2026 18:00:00 GMT";

async function probed(answer: () => Response): Promise<[Probe, string[], RequestInit[]]> {
  const asked: string[] = [];
  const inits: RequestInit[] = [];
  const send = ((input: string, init: RequestInit) => {
    asked.push(input);
    inits.push(init);
    return Promise.resolve().then(answer);
  }) as typeof fetch;
  const { auth } = await probeTwitch(URLS, send);
  return [auth, asked, inits];
}

Deno.test("probeTwitch() asks both services without credentials and follows no redirect", async () => {
  const headers = { "content-type": "application/json", date: DATE };
  const [auth, asked, inits] = await probed(() => new Response("{}", { status: 401, headers }));
  assert.deepEqual(auth, {
    host: "id.twitch.test",
    secure: true,
    answer: "twitch",
    trouble: undefined,
    date: Date.parse(DATE),
  });
  assert.deepEqual(asked, ["https://id.twitch.test/oauth2/validate", "https://api.twitch.test/helix/users"]);
  for (const init of inits) assert.deepEqual([init.redirect, init.headers], ["manual", undefined]);
});

Deno.test("probeTwitch() tells Twitch from what stands in its place, and both from silence", async () => {
  const json = { "content-type": "application/json" };
  const rows: readonly (readonly [() => Response, Probe["answer"]])[] = [
    [() => new Response("{}", { status: 401, headers: json }), "twitch"],
    [() => new Response("<html>", { headers: { "content-type": "text/html" } }), "stranger"],
    [() => new Response(null, { status: 302, headers: { location: "http://portal.lan/" } }), "stranger"],
    [() => new Response("{}", { status: 503, headers: json }), "stranger"],
    [() => {
      throw new TypeError("dns error");
    }, "silence"],
  ];
  for (const [answer, expected] of rows) {
    const [auth] = await probed(answer);
    assert.deepEqual([auth.answer, auth.date], [expected, undefined]);
  }
});

Deno.test("probeTwitch() tells a name that is not found, a certificate and a time-out apart", async () => {
  const sending = (text: string): Error =>
    new TypeError("error sending request", { cause: new Error(`client error (Connect): ${text}`) });
  const rows: readonly (readonly [Error, Probe["trouble"]])[] = [
    [sending("dns error: failed to lookup address information"), "dns"],
    [new TypeError("error sending request: dns error: no record found"), "dns"],
    [sending("invalid peer certificate: UnknownIssuer"), "tls"],
    [new DOMException("Signal timed out.", "TimeoutError"), "timeout"],
    [sending("tcp connect error: Network is unreachable"), "unreachable"],
  ];
  for (const [thrown, expected] of rows) {
    const [auth] = await probed(() => {
      throw thrown;
    });
    assert.deepEqual([auth.answer, auth.trouble], ["silence", expected]);
  }
});
