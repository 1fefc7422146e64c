import assert from "node:assert/strict";
import type { Surroundings } from "../../src/cli/command.ts";
import { run } from "../../src/cli/run.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A person before a window, with settings that no server starts with. */
function before(
  over: Partial<Surroundings> = {},
): { surroundings: Surroundings; said: string[]; enters: number[] } {
  const said: string[] = [];
  const enters: number[] = [];
  const surroundings: Surroundings = {
    env: { TOKEN_SERVER_PORT: "many" },
    clock: new FakeClock(),
    terminal: {
      print: (text) => said.push(text),
      complain: (text) => said.push(text),
      isTerminal: true,
      readLine: () => Promise.resolve(enters.push(said.length)).then(() => ""),
    },
    onStop: () => ({ [Symbol.dispose]() {} }),
    ...over,
  };
  return { surroundings, said, enters };
}

Deno.test("run() keeps the window of a double-click open until the reason was read", async () => {
  const { surroundings, said, enters } = before({ windowGoes: true });
  assert.equal(await run([], surroundings), 2);
  assert.match(said[0] ?? "", /^Cannot use the settings: TOKEN_SERVER_PORT/);
  assert.deepEqual(said.slice(1), ["Press Enter to close this window"]);
  assert.deepEqual(enters, [2]);
});

Deno.test("run() waits for nobody where the window stays, where a command was given, or where all is well", async () => {
  const stays = before();
  assert.equal(await run([], stays.surroundings), 2);
  const command = before({ windowGoes: true });
  assert.equal(await run(["serve"], command.surroundings), 2);
  const well = before({ windowGoes: true });
  assert.equal(await run(["version"], well.surroundings), 0);
  for (const { said, enters } of [stays, command, well]) {
    assert.equal(said.length, 1);
    assert.deepEqual(enters, []);
  }
});

Deno.test("run() version --json names the versions for programs", async () => {
  const { surroundings, said } = before();
  assert.equal(await run(["version", "--json"], surroundings), 0);
  const version = JSON.parse(said.join());
  assert.deepEqual(Object.keys(version), ["version", "deno", "v8", "typescript", "target"]);
  assert.match(version.version, /^\d+\.\d+\.\d+$/);
  assert.equal(version.target, Deno.build.target);
});
