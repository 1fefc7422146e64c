import assert from "node:assert/strict";
import { textOf } from "../../src/http/form.ts";
import { formToken, house } from "./house.ts";

const FORGED: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
  ["another site that hides its origin", { origin: "null", "sec-fetch-site": "cross-site" }],
  ["another port of this machine", { origin: "http://localhost:8000", "sec-fetch-site": "same-site" }],
  ["another port, by an old browser", { origin: "http://localhost:8000" }],
  ["another scheme", { origin: "https://localhost:8948" }],
];

for (const [who, headers] of FORGED) {
  Deno.test(`a form sent by ${who} is 403 and changes nothing, even with the right token`, async () => {
    const home = await house();
    const answer = await home.send("/setup", { client_id: "another", public: "yes" }, { headers });
    assert.equal(answer.status, 403);
    assert.deepEqual(home.saved, []);
  });
}

for (
  const headers of [{}, { origin: "http://localhost:8948", "sec-fetch-site": "same-origin" }, {
    origin: "null",
  }]
) {
  Deno.test(`a form of our own with ${JSON.stringify(headers)} is taken`, async () => {
    const home = await house();
    const answer = await home.send("/setup", { client_id: "another", public: "yes" }, { headers });
    assert.equal(answer.status, 303);
    assert.equal(home.saved.length, 1);
  });
}

Deno.test("a form without the token, with a wrong one or that of another process is 403", async () => {
  const home = await house();
  const other = await formToken(await house());
  assert.notEqual(other, await formToken(home));
  for (const form of ["", "x", other, `${await formToken(home)}x`]) {
    assert.equal((await home.send("/setup", { form, client_id: "another", public: "yes" })).status, 403);
  }
  const body = JSON.stringify({ form: await formToken(home), client_id: "another", public: "yes" });
  for (const type of ["application/json", "text/plain", "multipart/form-data; boundary=x"]) {
    const answer = await home.ask("/setup", { method: "POST", headers: { "content-type": type }, body });
    assert.equal(answer.status, 403);
  }
  assert.deepEqual(home.saved, []);
});

Deno.test("a body of more than 64 KB is 413", async () => {
  const home = await house();
  const fields = { client_id: "another", public: "yes" };
  assert.equal((await home.send("/setup", { ...fields, more: "x".repeat(70_000) })).status, 413);
  assert.deepEqual(home.saved, []);
  assert.equal((await home.send("/setup", { ...fields, more: "x".repeat(60_000) })).status, 303);
});

Deno.test("textOf() gives one trimmed line of bounded length, whatever came", () => {
  assert.equal(textOf("  a\r\nb\u0000c  ", 10), "a b c");
  assert.equal(textOf("x".repeat(20), 10), "x".repeat(10));
  assert.equal(textOf(new File([], "a"), 10), "");
  assert.equal(textOf(undefined, 10), "");
});
