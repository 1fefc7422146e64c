import assert from "node:assert/strict";
import type { CommandParts } from "../../src/cli/command.ts";
import { checkLength, secretLine } from "../../src/cli/passphrase.ts";
import { Secret } from "../../src/core/secret.ts";
import { FakeKeyboard } from "../support/fake_keyboard.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const WANTED = { file: undefined, question: "Passphrase:", again: "Once more:" };

/** The parts of a command that asking takes; `complaints` are what was asked. */
function parts(lines: readonly string[] = []): [CommandParts, string[]] {
  const complaints: string[] = [];
  const input = [...lines];
  const terminal = {
    complain: (text: string) => void complaints.push(text),
    readLine: () => Promise.resolve(input.shift()),
  };
  const surroundings = { onStop: () => ({ [Symbol.dispose]() {} }) };
  return [{ terminal, surroundings } as unknown as CommandParts, complaints];
}

Deno.test("secretLine() asks twice on a terminal, and takes the same answer", async () => {
  const [command, asked] = parts();
  const secret = await secretLine(command, WANTED, new FakeKeyboard(["horse\r", "horse\r"]));
  assert.equal(secret.reveal(), "horse");
  assert.deepEqual(asked, ["Passphrase:", "Once more:"]);
});

Deno.test("secretLine() refuses two answers that differ, and an empty one", async () => {
  const [command] = parts();
  await assert.rejects(secretLine(command, WANTED, new FakeKeyboard(["horse\r", "house\r"])), {
    code: "usage",
    message: /differently the second time/,
  });
  await assert.rejects(secretLine(command, WANTED, new FakeKeyboard(["\r"])), { message: /it is empty/ });
  await assert.rejects(secretLine(command, WANTED, new FakeKeyboard([])), { message: /it is empty/ });
});

Deno.test("secretLine() reads the first line of a file, and of standard input for -", async () => {
  using directory = temporaryDirectory();
  const file = `${directory.path}/p`;
  const [command, asked] = parts([" with blanks "]);
  for (const text of ["horse", "horse\n", "\ufeffhorse\r\nmore\r\n"]) {
    await Deno.writeTextFile(file, text);
    assert.equal((await secretLine(command, { ...WANTED, file })).reveal(), "horse");
  }
  assert.equal((await secretLine(command, { ...WANTED, file: "-" })).reveal(), " with blanks ");
  await assert.rejects(secretLine(command, { ...WANTED, file: "-" }), { message: /it is empty/ });
  await assert.rejects(secretLine(command, { ...WANTED, file: `${file}-missing` }), { code: "usage" });
  assert.deepEqual(asked, []);
});

Deno.test("secretLine() says how to give a passphrase where nobody can be asked", async () => {
  const keyboard = new FakeKeyboard(["horse\r", "horse\r"]);
  keyboard.isTerminal = () => false;
  const [command] = parts();
  await assert.rejects(secretLine(command, WANTED, keyboard), { code: "usage", hint: /--passphrase-file/ });
  assert.deepEqual(keyboard.raw, []);
});

Deno.test("checkLength() counts characters", () => {
  checkLength(new Secret("twelve chars"));
  checkLength(new Secret("ü".repeat(12)));
  for (const short of ["eleven char", "🦉".repeat(11)]) {
    assert.throws(() => checkLength(new Secret(short)), {
      code: "usage",
      message: "Cannot use the passphrase: it has 11 characters and needs 12",
    });
  }
});
