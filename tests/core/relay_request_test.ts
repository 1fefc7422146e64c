import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../src/core/error.ts";
import { type Asked, readAsked, readText, shownPath } from "../../src/core/relay_request.ts";

const ME = "12345";

function asked(over: Partial<Asked>): Asked {
  return { method: "POST", path: "users", query: "", body: undefined, ...over };
}

function refusal(over: Partial<Asked>): string {
  try {
    readAsked(asked(over), ME);
  } catch (error) {
    if (error instanceof AppError && error.code === "usage") return error.message;
    throw error;
  }
  return "";
}

Deno.test("readAsked() puts the user id for {me}, however it was written", () => {
  for (const me of ["{me}", "%7Bme%7D", "%7bme%7d", "{me%7d", "{ME}"]) {
    const text = `{"broadcaster_id":"${me}","length":60}`;
    const request = readAsked(asked({ path: `x/${me}/y`, query: `id=${me}`, body: { type: "t", text } }), ME);
    assert.equal(request.path, "x/12345/y", me);
    assert.equal(request.query, "id=12345", me);
    assert.equal(request.body?.text, '{"broadcaster_id":"12345","length":60}', me);
  }
});

Deno.test("readAsked() lets no path through that Helix does not have", () => {
  const bad = [
    ...["", "/", "//evil.test/x", "/users", "users//x", ".", "..", "../oauth2/token", "users/../../x"],
    ...["%2e%2e/x", "%2E./x", "users%2f..%2f..", "users%5c..", "..\\x", "\\\\evil", "http://evil.test/"],
    ...[
      "https:/evil",
      "@evil.test",
      "users@evil.test",
      "users:80",
      "users#x",
      "users;x",
      "users x",
      "users\r\nx",
    ],
    ...["users\0", "users\t", "%0d%0a", "us\u00e9rs", "users%", "users?x"],
  ];
  for (const path of bad) assert.match(refusal({ path }), /is no path of its API$/, JSON.stringify(path));
  for (
    const path of ["users", "users/", "channel_points/custom_rewards", "eventsub/subscriptions", "a-b/C1"]
  ) {
    assert.equal(refusal({ path }), "", path);
  }
});

Deno.test("readAsked() never answers a path that leads upwards or elsewhere", () => {
  const piece = fc.constantFrom(
    "..",
    ".",
    "/",
    "\\",
    "%2e",
    "%2f",
    "%5C",
    "@",
    ":",
    "users",
    "{me}",
    "?",
    "#",
    "\r\n",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
    const path = pieces.join("");
    if (refusal({ path }) !== "") return;
    const base = new URL("https://api.test/helix/");
    const url = new URL(readAsked(asked({ path }), ME).path, base);
    assert.ok(url.href.startsWith(base.href) && url.href.length > base.href.length, path);
  }));
});

Deno.test("readAsked() drops bodies of GET and DELETE, and bodies that are none", () => {
  const body = { type: "application/json", text: '{"a":1}' };
  for (const method of ["GET", "DELETE"] as const) {
    assert.equal(readAsked(asked({ method, body }), ME).body, undefined);
  }
  for (const method of ["POST", "PUT", "PATCH"] as const) {
    assert.deepEqual(readAsked(asked({ method, body }), ME).body, body);
    for (const text of ["", " {} ", "[object Object]"]) {
      assert.equal(readAsked(asked({ method, body: { ...body, text } }), ME).body, undefined, text);
    }
  }
});

Deno.test("readAsked() calls JSON JSON, whatever the client did", () => {
  const json = readAsked(asked({ body: { type: "text/plain", text: '{"a":"ü"}' } }), ME).body;
  assert.deepEqual(json, { type: "application/json", text: '{"a":"ü"}' });
  const other =
    readAsked(asked({ body: { type: "application/x-www-form-urlencoded", text: "a=1" } }), ME).body;
  assert.deepEqual(other, { type: "application/x-www-form-urlencoded", text: "a=1" });
});

Deno.test("readAsked() names what was not filled in", () => {
  const type = "application/json";
  const rows: [Partial<Asked>, RegExp][] = [
    [{ query: "first=1&login=$NA" }, /: login is not filled in \(\$NA\)$/],
    [{ query: "login=%24NA" }, /: login is not filled in/],
    [{ query: "login=$(custom:who)" }, /: login is not filled in \(\$\(custom:who\)\)$/],
    [{ query: "to_broadcaster_id=%7Bthem%7D" }, /: to_broadcaster_id is not filled in \(\{them\}\)$/],
    [{ query: "$NA" }, /: the query is not filled in/],
    [{ path: "users/$NA" }, /: the path is not filled in/],
    [{ path: "users/%7Bthem%7D" }, /: the path is not filled in/],
    [{ body: { type, text: '{"a":1,"title":"$NA"}' } }, /: title is not filled in/],
    [{ body: { type, text: '{"choices":[{"title":"x"},{"title":"{two}"}]}' } }, /: title is not filled in/],
    [{ body: { type, text: "title=$NA" } }, /: the body is not filled in/],
  ];
  for (const [over, line] of rows) assert.match(refusal(over), line);
  for (const query of ["login=nightowl", "q=$NASDAQ", "q=100%", "q=%zz", "id=1&id=2", "a", ""]) {
    assert.equal(refusal({ query }), "", query);
  }
  assert.equal(refusal({ body: { type, text: '{"a":{"b":[]}}' } }), "");
});

Deno.test("readAsked() makes a percent sign of a variable one that arrives", () => {
  assert.equal(readAsked(asked({ query: "title=100%&x=%41%" }), ME).query, "title=100%25&x=%41%25");
});

Deno.test("readText() trims, knows what is no text, and leaves people their braces and quotes", () => {
  for (const text of ["", "  ", "{}", "[object Object]"]) assert.equal(readText(text), "");
  assert.equal(readText(' Käse "now" {cheese} 100% '), 'Käse "now" {cheese} 100%');
  for (const text of ["$NA", "hello $NA", "hello $(custom:who)"]) {
    assert.throws(() => readText(text), { code: "usage", message: /the text is not filled in/ });
  }
});

Deno.test("shownPath() shows no number and nothing that could be an id", () => {
  assert.equal(shownPath("channels/commercial"), "channels/commercial");
  assert.equal(shownPath("users/12345/6f1c2f5e-1111-4222-8333-944445555666"), "users/-/-");
  assert.equal(shownPath("a/b/c/d/e/f"), "a/b/c/d/e");
});
