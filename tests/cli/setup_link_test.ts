import assert from "node:assert/strict";
import type { CommandParts } from "../../src/cli/command.ts";
import { linkForPhone } from "../../src/cli/owner_operations.ts";
import { resetPassword, setupText } from "../../src/cli/setup_link.ts";
import { AppError } from "../../src/core/error.ts";

const LINKS = ["http://pi.local:8948/welcome?code=A", "http://192.168.1.20:8948/welcome?code=A"];

Deno.test("linkForPhone() takes an IP address before a name, for not every phone knows .local", () => {
  assert.equal(linkForPhone(LINKS), LINKS[1]);
  assert.equal(
    linkForPhone(["https://token.example.org/welcome?code=A"]),
    "https://token.example.org/welcome?code=A",
  );
  assert.equal(linkForPhone([]), undefined);
});

Deno.test("setupText() lists every link, and has a picture of one on a terminal alone", () => {
  const door = { hasPassword: false, links: LINKS };
  const plain = setupText(door, { isTerminal: false });
  assert.deepEqual(plain.split("\n").slice(1), LINKS.map((link) => `  ${link}`));
  assert.match(setupText(door, { isTerminal: true }), /[█▀▄]{10}/);
});

Deno.test("resetPassword() does nothing before a person has said yes", async () => {
  const asked: string[] = [];
  const terminal = (isTerminal: boolean, answer: string) => ({
    print: () => {},
    complain: (text: string) => void asked.push(text),
    isTerminal,
    readLine: () => Promise.resolve(answer),
  });
  const parts = (isTerminal: boolean, answer: string) =>
    ({ terminal: terminal(isTerminal, answer) }) as unknown as CommandParts;
  for (const answer of ["", "no", "yesterday"]) {
    await assert.rejects(
      resetPassword(parts(true, answer), false),
      (error) => error instanceof AppError && error.code === "refused",
    );
  }
  assert.equal(asked.length, 3);
  await assert.rejects(
    resetPassword(parts(false, "yes"), false),
    (error) => error instanceof AppError && error.code === "usage",
  );
});
