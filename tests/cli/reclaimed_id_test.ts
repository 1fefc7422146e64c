import assert from "node:assert/strict";
import type { CommandParts } from "../../src/cli/command.ts";
import { reclaimedId } from "../../src/cli/reclaimed_id.ts";
import { FakeKeyboard } from "../support/fake_keyboard.ts";

const ID = "01234567-89ab-cdef-0123-456789abcdef";

function parts(line?: string): [CommandParts, string[]] {
  const complaints: string[] = [];
  const terminal = {
    complain: (text: string) => void complaints.push(text),
    readLine: () => Promise.resolve(line),
  };
  const surroundings = { onStop: () => ({ [Symbol.dispose]() {} }) };
  return [{ terminal, surroundings } as unknown as CommandParts, complaints];
}

/** Standard input that is no terminal. */
const PIPE = Object.assign(new FakeKeyboard([]), { isTerminal: () => false });

Deno.test("reclaimedId() takes the id as it was meant, from the option, a pipe or hidden typing", async () => {
  assert.equal(await reclaimedId(parts()[0], undefined, PIPE), null);
  assert.equal(await reclaimedId(parts()[0], ` {${ID.toUpperCase()}} `, PIPE), ID);
  assert.equal(await reclaimedId(parts(`?id=${ID}`)[0], "-", PIPE), ID);
  const keyboard = new FakeKeyboard([`${ID}\r`]);
  const [command, complaints] = parts();
  assert.equal(await reclaimedId(command, "-", keyboard), ID);
  assert.deepEqual(keyboard.raw, [true, false]);
  assert.match(complaints.join(), /it is not shown/);
});

Deno.test("reclaimedId() refuses what is no id without repeating it", async () => {
  for (
    const [option, line] of [["canary", undefined], ["-", "canary"], ["-", undefined], [
      "",
      undefined,
    ]] as const
  ) {
    await assert.rejects(reclaimedId(parts(line)[0], option, PIPE), (error: Error & { hint?: string }) => {
      assert.equal(error.message, "Cannot take over the id: this is none");
      return !`${error.message} ${error.hint}`.includes("canary");
    });
  }
});
