import assert from "node:assert/strict";
import { padded, PAGE_SIZES, pageTroubles, readElf } from "../../.build/elf.ts";
import { pageReport } from "../../.build/page_check.ts";
import { LOAD, madeUpElf, type MadeUpSegment, X86_64 } from "./made_up_elf.ts";

const TEXT = { offset: 0, address: 0, memorySize: 0x8000 };
/** Ends at 0x32345, as .bss does: anywhere. */
const BSS = { offset: 0x8000, address: 0x28000, memorySize: 0xa345 };
/** A runtime as it is linked: nothing shares a page of 64 KiB. */
const RUNTIME = [TEXT, BSS];

/** The program in a segment of its own, at the next 4 KiB after .bss, as Deno 2.9 puts it. */
function withProgram(segments: readonly MadeUpSegment[], step: number): MadeUpSegment[] {
  const last = segments.at(-1) ?? BSS;
  const address = Math.ceil((last.address + last.memorySize) / step) * step;
  return [...segments, { offset: address, address, memorySize: 0x5000 }];
}

function troublesBySize(segments: readonly MadeUpSegment[]): number[] {
  const elf = readElf(madeUpElf(segments));
  assert.ok(elf);
  return PAGE_SIZES.map((page) => pageTroubles(elf, page).length);
}

Deno.test("readElf() reads the segments that are loaded, and the machine", () => {
  const elf = readElf(madeUpElf([TEXT, { ...BSS, type: 7 }, BSS]));
  assert.equal(elf?.machine, "aarch64");
  assert.deepEqual(
    elf.segments.map(({ offset, address, memorySize }) => ({ offset, address, memorySize })),
    RUNTIME,
  );
  assert.equal(readElf(madeUpElf(RUNTIME, X86_64))?.machine, "x86_64");
  assert.equal(readElf(madeUpElf(RUNTIME, 40))?.machine, "other");
});

Deno.test("readElf() answers nothing for other files, and throws for what it cannot understand", () => {
  assert.equal(readElf(new TextEncoder().encode("#!/bin/sh\n".repeat(10))), undefined);
  assert.equal(readElf(new Uint8Array(3)), undefined);
  const narrow = madeUpElf(RUNTIME);
  narrow[4] = 1;
  assert.throws(() => readElf(narrow), /not 64-bit/);
  assert.throws(() => readElf(madeUpElf(RUNTIME).subarray(0, 130)), /its program headers are not in it/);
});

Deno.test("pageTroubles() finds no fault with a runtime as it is linked", () => {
  assert.deepEqual(troublesBySize(RUNTIME), [0, 0, 0]);
});

Deno.test("pageTroubles() finds a program at the next 4 KiB, for the larger pages only", () => {
  assert.deepEqual(troublesBySize(withProgram(RUNTIME, 0x1000)), [0, 1, 1]);
  assert.deepEqual(troublesBySize(withProgram(RUNTIME, 0x4000)), [0, 0, 1]);
  assert.deepEqual(troublesBySize(withProgram(RUNTIME, 0x10000)), [0, 0, 0]);
});

Deno.test("pageTroubles() does not depend on the order of the headers", () => {
  assert.deepEqual(troublesBySize(withProgram(RUNTIME, 0x1000).toReversed()), [0, 1, 1]);
});

Deno.test("pageTroubles() finds a segment whose place in the file does not fit its address", () => {
  assert.deepEqual(troublesBySize([TEXT, { ...BSS, offset: 0x9000 }]), [0, 1, 1]);
  assert.deepEqual(troublesBySize([TEXT, { ...BSS, offset: 0x8010 }]), [1, 1, 1]);
});

Deno.test("padded() makes the last segment end on 64 KiB, so that a program at the next 4 KiB is at one", () => {
  const before = madeUpElf(RUNTIME);
  const after = padded(before);
  assert.equal(after.length, before.length);
  const last = readElf(after)?.segments.at(-1);
  assert.equal(last?.memorySize, 0x18000);
  assert.deepEqual(troublesBySize(withProgram([TEXT, { ...BSS, memorySize: last.memorySize }], 0x1000)), [
    0,
    0,
    0,
  ]);
  const changed = Array.from(before.keys()).filter((at) => before[at] !== after[at]);
  assert.ok(changed.length > 0 && changed.every((at) => at >= last.header + 40 && at < last.header + 48));
});

Deno.test("padded() leaves alone what is padded, and its argument", () => {
  const before = madeUpElf(RUNTIME);
  const copy = before.slice();
  const once = padded(before);
  assert.deepEqual(before, copy);
  assert.deepEqual(padded(once), once);
});

Deno.test("padded() refuses what it does not understand", () => {
  assert.throws(() => padded(new Uint8Array(200)), /Cannot pad the runtime/);
  assert.throws(() => padded(madeUpElf([BSS, TEXT])), /Cannot pad the runtime/);
  assert.throws(() => padded(madeUpElf([{ ...BSS, type: LOAD + 1 }])), /Cannot pad the runtime/);
});

Deno.test("pageReport() speaks of executables for aarch64 only, and names the size of the pages", () => {
  const bad = withProgram(RUNTIME, 0x1000);
  assert.deepEqual(pageReport("made-up", madeUpElf(bad)), [
    "made-up: with pages of 16 KiB the segment at 0x33000 shares a page with the one that ends at 0x32345",
    "made-up: with pages of 64 KiB the segment at 0x33000 shares a page with the one that ends at 0x32345",
  ]);
  assert.deepEqual(pageReport("made-up", madeUpElf(bad, X86_64)), []);
  assert.deepEqual(pageReport("made-up", new TextEncoder().encode("MZ".repeat(100))), []);
  assert.deepEqual(pageReport("made-up", madeUpElf(RUNTIME)), []);
});
