import assert from "node:assert/strict";
import { draw, signOf } from "../../src/http/picture.ts";
import { encodePng, type Pixels } from "../../src/http/png.ts";
import { chunksOf, readPng } from "../support/png_file.ts";

/** Wider than high, so that the two cannot be mixed up. */
const FLAG: Pixels = {
  width: 3,
  height: 2,
  palette: [[0, 1, 2], [250, 128, 64], [255, 255, 255]],
  colours: new Uint8Array([0, 1, 2, 2, 0, 1]),
};

Deno.test("encodePng() writes a file that shows the same pixels in the same colours", async () => {
  for (const pixels of [FLAG, draw(signOf("OK 2h13"))]) {
    assert.deepEqual(readPng(await encodePng(pixels)), pixels);
  }
});

Deno.test("encodePng() writes a button's picture of 288x288 in less than 2 kB", async () => {
  const file = await encodePng(draw(signOf("UNKNOWN ID")));
  const { width, height } = readPng(file);
  assert.deepEqual([width, height], [288, 288]);
  assert.ok(file.length < 2048, String(file.length));
});

Deno.test("encodePng() ends with the chunk that ends every PNG", async () => {
  const file = await encodePng(FLAG);
  assert.deepEqual([...file.slice(-12)], [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
});

Deno.test("readPng() and chunksOf() of these tests refuse a file with one bit turned", async () => {
  const file = await encodePng(FLAG);
  for (let at = 0; at < file.length; at++) {
    const torn = file.slice();
    torn[at] = (torn[at] ?? 0) ^ 1;
    assert.throws(() => chunksOf(torn), `byte ${at}`);
  }
});
