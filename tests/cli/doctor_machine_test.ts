import assert from "node:assert/strict";
import { directoryChecks } from "../../src/cli/doctor_machine.ts";
import { parseConfig } from "../../src/cli/config.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

Deno.test("directoryChecks() of two who look at the same time finds a directory that takes a write, and leaves nothing", async () => {
  using directory = temporaryDirectory();
  const env = { TOKEN_SERVER_DATA_DIR: directory.path };
  const config = parseConfig({ flags: {}, env, stored: {}, exists: () => false, readFile: () => "" });
  const all = await Promise.all([directoryChecks(config), directoryChecks(config), directoryChecks(config)]);
  assert.deepEqual(all.map(([check]) => check?.state), ["ok", "ok", "ok"]);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
});
