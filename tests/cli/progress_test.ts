import assert from "node:assert/strict";
import { showProgress } from "../../src/cli/progress.ts";

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
