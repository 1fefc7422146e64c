import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import { BODY_LIMIT, retryAfterIn, send, type Sending, TIMEOUT } from "../../src/twitch/sending.ts";

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);

function answering(response: () => Response | Promise<Response>): Sending {
  return { fetch: () => Promise.resolve().then(response), timeout: TIMEOUT, now: () => NOW };
}

function get(response: () => Response | Promise<Response>): ReturnType<typeof send> {
  return send(answering(response), "http://twitch.test/", {});
}

/** A body of these parts that then breaks off with `error`. */
function breaking(parts: string[], error: Error): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part === undefined) controller.error(error);
      else controller.enqueue(encoder.encode(part));
    },
  });
}

const plain = { kind: "answered", status: 200, broken: undefined, retryAfter: undefined };

Deno.test("send() gives ten seconds from the request to the end of the body", () => {
  assert.equal(TIMEOUT, 10 * SECOND);
});

Deno.test("send() reads the body whatever its content type says", async () => {
  const headers = { "content-type": "text/html" };
  assert.deepEqual(await get(() => new Response('{"a":"é"}', { headers })), { ...plain, text: '{"a":"é"}' });
  assert.deepEqual(await get(() => new Response(null)), { ...plain, text: "" });
  assert.deepEqual(await get(() => new Response("no", { status: 404 })), {
    ...plain,
    status: 404,
    text: "no",
  });
});

Deno.test("send() keeps what arrived before the body broke", async () => {
  const cut = new TypeError("error reading a body from connection");
  const late = new DOMException("Signal timed out.", "TimeoutError");
  assert.deepEqual(await get(() => new Response(breaking(['{"a":', '"b"'], cut))), {
    ...plain,
    text: '{"a":"b"',
    broken: "cut",
  });
  assert.deepEqual(await get(() => new Response(breaking(["{"], late))), {
    ...plain,
    text: "{",
    broken: "timeout",
  });
});

Deno.test("send() stops reading at the limit", async () => {
  const full = "x".repeat(BODY_LIMIT);
  assert.deepEqual(await get(() => new Response(full)), { ...plain, text: full });
  assert.deepEqual(await get(() => new Response(full + "y")), { ...plain, text: full, broken: "not_twitch" });

  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(120)),
    cancel: () => void (cancelled = true),
  });
  const answer = await get(() => new Response(endless));
  assert.equal(answer.kind === "answered" && answer.text.length, BODY_LIMIT);
  assert.ok(cancelled);
});

Deno.test("send() asks for plain JSON, follows nothing and sets a time-out", async () => {
  let seen: RequestInit = {};
  const fetch = (_url: unknown, init?: RequestInit) => {
    seen = init ?? {};
    return Promise.resolve(new Response("{}"));
  };
  await send({ fetch, timeout: TIMEOUT, now: () => NOW }, "http://twitch.test/", { headers: { a: "b" } });
  assert.deepEqual(Object.fromEntries(new Headers(seen.headers)), {
    a: "b",
    accept: "application/json",
    "accept-encoding": "identity",
    "user-agent": "companion-token-server",
  });
  assert.equal(seen.redirect, "manual");
  assert.ok(seen.signal instanceof AbortSignal);
});

Deno.test("send() throws for nothing that fetch throws, nor for what cannot be a header", async () => {
  const cut = { kind: "failed", reason: "cut", neverLeft: false };
  assert.deepEqual(await get(() => Promise.reject(new TypeError("fetch failed"))), cut);
  assert.deepEqual(
    await send(answering(() => new Response()), "http://twitch.test/", { headers: { a: "b\nc" } }),
    cut,
  );
});

Deno.test("retryAfterIn() understands seconds, dates and Ratelimit-Reset", () => {
  const reset = `${(NOW + MINUTE) / SECOND}`;
  const rows: [status: number, headers: Record<string, string>, expected: number | undefined][] = [
    [429, { "retry-after": "30" }, 30 * SECOND],
    [429, { "retry-after": "0" }, 0],
    [503, { "retry-after": "30" }, 30 * SECOND],
    [429, { "retry-after": new Date(NOW + MINUTE).toUTCString() }, MINUTE],
    [429, { "retry-after": new Date(NOW - MINUTE).toUTCString() }, 0],
    [429, { "retry-after": "soon" }, undefined],
    [429, { "retry-after": "-5" }, undefined],
    [429, { "retry-after": "1e9" }, undefined],
    [429, {}, undefined],
    [429, { "ratelimit-reset": reset }, MINUTE],
    [429, { "ratelimit-reset": "1" }, 0],
    [429, { "ratelimit-reset": "soon" }, undefined],
    [429, { "retry-after": "30", "ratelimit-reset": reset }, 30 * SECOND],
    [429, { "retry-after": "soon", "ratelimit-reset": reset }, MINUTE],
    [503, { "ratelimit-reset": reset }, undefined],
    [200, { "retry-after": "30", "ratelimit-reset": reset }, undefined],
    [400, { "retry-after": "30" }, undefined],
  ];
  for (const [status, headers, expected] of rows) {
    assert.equal(
      retryAfterIn(new Response("", { status, headers }), NOW),
      expected,
      JSON.stringify([status, headers]),
    );
  }
});
