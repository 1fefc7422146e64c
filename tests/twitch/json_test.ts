import assert from "node:assert/strict";
import { readObject } from "../../src/twitch/json.ts";

Deno.test("readObject() keeps every member whose value has ended, and no other", () => {
  const rows: [text: string, members: Record<string, unknown> | undefined, whole: boolean][] = [
    ['{"a":1}', { a: 1 }, true],
    [" {} ", {}, true],
    ['{"a":1', {}, false],
    ['{"a":1,', { a: 1 }, false],
    ['{"a":tru', {}, false],
    ['{"a":"b"', { a: "b" }, false],
    ['{"a":"b', {}, false],
    ['{"a":"b\\"', {}, false],
    ['{"a":"b\\\\"', { a: "b\\" }, false],
    ['{"a":"\\u0062"', { a: "b" }, false],
    ['{"a":"\\u00"', {}, false],
    ['{"a"', {}, false],
    ['{"a":["x","y"', {}, false],
    ['{"a":["x",{"y":"]"}]', { a: ["x", { y: "]" }] }, false],
    ['{"a":{"b":"c"},"d":"e"', { a: { b: "c" }, d: "e" }, false],
    ['{"a":{"d":"e"', {}, false],
    ['{"a":"b",spoilt:"x","c":"d"}', { a: "b" }, false],
    ['{"a":"b"}<html>', { a: "b" }, false],
    ['{"a":"b"}{"c":"d"}', { a: "b" }, false],
    ['<html>{"a":"b"}', undefined, false],
    ["[1]", undefined, false],
    ['"a"', undefined, false],
    ["null", undefined, false],
    ["", undefined, false],
  ];
  for (const [text, members, whole] of rows) {
    const object = members === undefined ? undefined : { members, whole };
    assert.deepEqual(readObject(text), object, text);
  }
});

Deno.test("readObject() leaves prototypes alone", () => {
  const object = readObject('{"__proto__":{"spoilt":true},"a":"b"');
  assert.equal(object?.members["spoilt"], undefined);
  assert.equal(object?.members["a"], "b");
});
