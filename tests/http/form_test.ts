import assert from "node:assert/strict";
import { textOf } from "../../src/http/form.ts";
import { formToken, house } from "./house.ts";

/** Its effect is that nobody is signed in any more. */
const FORM = "/sign-out-everywhere";

const FORGED: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
  ["another site that hides its origin", { origin: "null", "sec-fetch-site": "cross-site" }],
  ["another port of this machine", { origin: "http://localhost:8000", "sec-fetch-site": "same-site" }],
  ["another port, by an old browser", { origin: "http://localhost:8000" }],
];

for (const [who, headers] of FORGED) {
  Deno.test(`a form sent by ${who} is 403 and changes nothing, even with the right token`, async () => {
    const home = await house();
    const answer = await home.send(FORM, {}, { headers });
    assert.equal(answer.status, 403);
    assert.equal(home.world.owner.sessions().length, 1);
  });
}

for (
  const headers of [{}, { origin: "https://localhost:8948" }, {
    origin: "http://localhost:8948",
    "sec-fetch-site": "same-origin",
  }, {
    origin: "null",
  }]
) {
  Deno.test(`a form of our own with ${JSON.stringify(headers)} is taken`, async () => {
    const home = await house();
    const answer = await home.send(FORM, {}, { headers });
    assert.equal(answer.status, 303);
    assert.equal(home.world.owner.sessions().length, 0);
  });
}

Deno.test("a form without the token, with a wrong one, of another session or of none is 403", async () => {
  const home = await house();
  const other = await formToken(await house());
  assert.notEqual(other, await formToken(home));
  const ofNone = await formToken(home, { stranger: true });
  assert.notEqual(ofNone, await formToken(home));
  for (const form of ["", "x", other, ofNone, `${await formToken(home)}x`]) {
    assert.equal((await home.send(FORM, { form })).status, 403);
  }
  const body = JSON.stringify({ form: await formToken(home) });
  for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"]) {
    const answer = await home.ask(FORM, { method: "POST", headers: { "content-type": type }, body });
    assert.equal(answer.status, 403);
  }
  assert.equal(home.world.owner.sessions().length, 1);
});

Deno.test("a form that breaks off is 403 and no bug", async () => {
  const home = await house();
  const pull = (controller: ReadableStreamDefaultController): void => controller.error(new Error("gone"));
  const headers = { host: "localhost", "content-type": "application/x-www-form-urlencoded" };
  const info = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } } as const;
  for (const more of [{}, { "content-length": "9" }]) {
    const init = { method: "POST", headers: { ...headers, ...more }, body: new ReadableStream({ pull }) };
    const answer = await home.handler(new Request("http://localhost/sign-in", init), info);
    assert.equal(answer.status, 403);
  }
  assert.deepEqual(home.world.log.events("error"), []);
});

Deno.test("a body of more than 64 KB is 413", async () => {
  const home = await house();
  assert.equal((await home.send(FORM, { more: "x".repeat(70_000) })).status, 413);
  assert.equal(home.world.owner.sessions().length, 1);
  assert.equal((await home.send(FORM, { more: "x".repeat(60_000) })).status, 303);
});

Deno.test("textOf() gives one trimmed line of bounded length, whatever came", () => {
  assert.equal(textOf("  a\r\nb\u0000c  ", 10), "a b c");
  assert.equal(textOf("x".repeat(20), 10), "x".repeat(10));
  assert.equal(textOf(new File([], "a"), 10), "");
  assert.equal(textOf(undefined, 10), "");
});
