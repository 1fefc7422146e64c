import assert from "node:assert/strict";
import { warnOfShow } from "../../src/cli/disturb.ts";
import { MINUTE } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import type { InUse } from "../../src/core/show.ts";
import { FakeClock, START } from "../support/fake_clock.ts";

const USED: readonly InUse[] = [{ alias: "nightowl", askedAt: START - 3 * MINUTE }];

async function warned(
  used: readonly InUse[],
  { answer, yes = false, alias }: { answer?: string; yes?: boolean; alias?: string } = {},
): Promise<
  { readonly lines: readonly string[]; readonly code: string | undefined; readonly asked: boolean }
> {
  const lines: string[] = [];
  let asked = false;
  const terminal = {
    print: () => {},
    complain: (line: string) => void lines.push(line),
    isTerminal: true,
    hasKeyboard: answer !== undefined,
    readLine: () => {
      asked = true;
      return Promise.resolve(answer);
    },
  };
  const disturbance = { what: "forgets nightowl", yes, ...(alias === undefined ? {} : { alias }) };
  try {
    const operations = { inUse: () => Promise.resolve(used) };
    await warnOfShow({ terminal, clock: new FakeClock() }, operations, disturbance);
    return { lines, code: undefined, asked };
  } catch (error) {
    assert.ok(error instanceof AppError);
    return { lines, code: error.code, asked };
  }
}

Deno.test("warnOfShow() says nothing and asks nothing while nobody is at work", async () => {
  assert.deepEqual(await warned([], { answer: "no" }), { lines: [], code: undefined, asked: false });
  const other = await warned(USED, { answer: "no", alias: "wren" });
  assert.deepEqual(other, { lines: [], code: undefined, asked: false });
});

Deno.test("warnOfShow() warns a script in one line and goes on", async () => {
  const { lines, code, asked } = await warned(USED);
  assert.deepEqual([code, asked], [undefined, false]);
  assert.deepEqual(lines, [
    "This forgets nightowl, and somebody is at work: the token of nightowl was asked for 3 min ago.",
  ]);
});

Deno.test("warnOfShow() asks a person, and not one who has said yes already", async () => {
  assert.equal((await warned(USED, { answer: "yes" })).code, undefined);
  assert.equal((await warned(USED, { answer: "no" })).code, "usage");
  assert.equal((await warned(USED, { answer: "" })).code, "usage");
  assert.equal((await warned(USED, { answer: "no", yes: true })).asked, false);
});
