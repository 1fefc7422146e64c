import assert from "node:assert/strict";
import { showProgress, withProgress } from "../../src/cli/progress.ts";

function screen(isTerminal: boolean) {
  const written: string[] = [];
  const writeSync = (bytes: Uint8Array): number => {
    written.push(new TextDecoder().decode(bytes));
    return bytes.length;
  };
  return { written, isTerminal: () => isTerminal, writeSync };
}

Deno.test("showProgress() writes on a terminal and wipes its line at the end", () => {
  const terminal = screen(true);
  {
    using _progress = showProgress("Making the key", terminal);
    assert.deepEqual(terminal.written, ["Making the key … "]);
  }
  assert.equal(terminal.written.at(-1), "\r\x1b[K");
});

Deno.test("showProgress() writes nothing into a file", () => {
  const file = screen(false);
  {
    using _progress = showProgress("Making the key", file);
  }
  assert.deepEqual(file.written, []);
});

Deno.test("withProgress() answers what the work does, and wipes its line when that fails too", async () => {
  const terminal = screen(true);
  assert.equal(await withProgress("Looking", () => Promise.resolve(7), terminal), 7);
  assert.deepEqual(terminal.written, ["Looking … ", "\r\x1b[K"]);
  const failing = withProgress("Looking", () => Promise.reject(new Error("no")), terminal);
  await assert.rejects(failing, /no/);
  assert.deepEqual(terminal.written.slice(2), ["Looking … ", "\r\x1b[K"]);
});
