import assert from "node:assert/strict";
import { HiddenLines } from "../../src/cli/hidden_line.ts";
import { FakeKeyboard } from "../support/fake_keyboard.ts";

const NEVER = new AbortController().signal;

async function typed(...pieces: readonly (string | Uint8Array)[]): Promise<string | undefined> {
  const keyboard = new FakeKeyboard(pieces);
  const line = await new HiddenLines(keyboard).next(NEVER);
  assert.deepEqual(keyboard.raw, [true, false]);
  return line;
}

Deno.test("next() reads a line key by key, and shows what is typed again afterwards", async () => {
  assert.equal(await typed("a", "b", "c", "\r"), "abc");
  assert.equal(await typed("pasted at once\n"), "pasted at once");
  assert.equal(await typed("without an end"), "without an end");
  assert.equal(await typed(), undefined);
  assert.equal(await typed("\r"), "");
});

Deno.test("next() puts a letter together whose bytes come one by one", async () => {
  const bytes = [...new TextEncoder().encode("ü🦉")].map((byte) => Uint8Array.of(byte));
  assert.equal(await typed(...bytes, "\r"), "ü🦉");
});

Deno.test("next() knows backspace, Ctrl+U, Ctrl+D, and passes over arrows and other keys", async () => {
  assert.equal(await typed("abü\x7f\x08c\r"), "ac");
  assert.equal(await typed("🦉\x7fx\r"), "x");
  assert.equal(await typed("wrong\x15right\r"), "right");
  assert.equal(await typed("a\x1b[Ab\x1b[3~c\x1bOPd\te\r"), "abcde");
  assert.equal(await typed("\x04"), undefined);
  assert.equal(await typed("a\x04b\r"), "ab");
  assert.equal(await typed("\x7f\x7fa\r"), "a");
});

Deno.test("next() keeps what was typed ahead for the next line", async () => {
  const lines = new HiddenLines(new FakeKeyboard(["first\r\nsecond\nthird\r"]));
  assert.equal(await lines.next(NEVER), "first");
  assert.equal(await lines.next(NEVER), "second");
  assert.equal(await lines.next(NEVER), "third");
  assert.equal(await lines.next(NEVER), undefined);
});

Deno.test("next() is cancelled by Ctrl+C and by a signal, and the terminal is as before", async () => {
  const keyboard = new FakeKeyboard(["abc\x03def\r"]);
  await assert.rejects(new HiddenLines(keyboard).next(NEVER), { code: "refused" });
  assert.deepEqual(keyboard.raw, [true, false]);

  const silent = new FakeKeyboard([], false);
  const stop = new AbortController();
  const waiting = new HiddenLines(silent).next(stop.signal);
  stop.abort();
  await assert.rejects(waiting, { code: "refused" });
  assert.deepEqual(silent.raw, [true, false]);
});

Deno.test("next() shows what is typed again when reading fails", async () => {
  const keyboard = new FakeKeyboard([]);
  keyboard.read = () => Promise.reject(new Error("unplugged"));
  await assert.rejects(new HiddenLines(keyboard).next(NEVER), { message: "unplugged" });
  assert.deepEqual(keyboard.raw, [true, false]);
});
