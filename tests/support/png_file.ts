/** PNG files as a reader sees them, who trusts nothing: every length, checksum and order is looked at. */
import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";
import type { Pixels, Rgb } from "../../src/http/png.ts";

const SIGNATURE = "\x89PNG\r\n\x1a\n";

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The chunks of a file. Asserts the signature, the lengths and the checksums. */
export function chunksOf(file: Uint8Array): readonly Chunk[] {
  assert.equal(latin1(file.subarray(0, 8)), SIGNATURE);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks: Chunk[] = [];
  let at = 8;
  while (at < file.length) {
    const length = view.getUint32(at);
    const checked = file.subarray(at + 4, at + 8 + length);
    assert.equal(view.getUint32(at + 8 + length), crc32(checked), "checksum");
    chunks.push({ type: latin1(checked.subarray(0, 4)), data: checked.subarray(4) });
    at += 12 + length;
  }
  assert.equal(at, file.length, "nothing behind the last chunk");
  return chunks;
}

/** What a file shows. Asserts that it is a palette picture of 8 bits, not interlaced, not filtered. */
export function readPng(file: Uint8Array): Pixels {
  const [head, palette, body, end, ...others] = chunksOf(file);
  assert.deepEqual([head?.type, palette?.type, body?.type, end?.type], ["IHDR", "PLTE", "IDAT", "IEND"]);
  assert.deepEqual([others.length, head?.data.length, end?.data.length], [0, 13, 0]);
  assert.ok(head !== undefined && palette !== undefined && body !== undefined);
  assert.deepEqual([...head.data.subarray(8)], [8, 3, 0, 0, 0]);
  const view = new DataView(head.data.buffer, head.data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const lines = new Uint8Array(inflateSync(body.data));
  assert.equal(lines.length, (width + 1) * height, "size of the pixels");
  const colours = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const line = lines.subarray(y * (width + 1), (y + 1) * (width + 1));
    assert.equal(line[0], 0, "filter");
    colours.set(line.subarray(1), y * width);
  }
  return { width, height, palette: coloursOf(palette.data), colours };
}

function coloursOf(data: Uint8Array): readonly Rgb[] {
  assert.equal(data.length % 3, 0);
  return Array.from({ length: data.length / 3 }, (_, at): Rgb => {
    const [red = 0, green = 0, blue = 0] = data.subarray(at * 3);
    return [red, green, blue];
  });
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
