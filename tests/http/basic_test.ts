import assert from "node:assert/strict";
import fc from "fast-check";
import { basicPassword } from "../../src/http/basic.ts";

Deno.test("basicPassword() takes the password of Basic authentication, whatever the user is called", () => {
  for (const user of ["companion", "", "any body", "ü"]) {
    const header = `Basic ${btoa(`${user}:se:cret`)}`;
    assert.equal(basicPassword(header)?.reveal(), "se:cret");
    assert.equal(basicPassword(` ${header.replace("Basic", "bAsIc")} `)?.reveal(), "se:cret");
  }
  assert.equal(basicPassword(`Basic ${btoa("companion:")}`)?.reveal(), "");
});

Deno.test("basicPassword() takes nothing out of anything else", () => {
  const odd = [
    null,
    "",
    "Basic",
    "Basic ",
    "Basic !!!",
    "Basic a",
    `Basic ${btoa("none")}`,
    "Bearer YTpi",
    "YTpi",
  ];
  for (const header of odd) assert.equal(basicPassword(header), undefined, `${header}`);
});

Deno.test("basicPassword() takes back what a client encodes, and never throws", () => {
  fc.assert(fc.property(fc.stringMatching(/^[^:]*$/), fc.string(), (user, password) => {
    fc.pre([...user + password].every((one) => one.charCodeAt(0) < 256));
    assert.equal(basicPassword(`Basic ${btoa(`${user}:${password}`)}`)?.reveal(), password);
  }));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    basicPassword(text);
    basicPassword(`Basic ${text}`);
  }));
});
