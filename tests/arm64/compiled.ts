import assert from "node:assert/strict";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const TARGET = "aarch64-unknown-linux-gnu";

/** A small program with this runtime, as the Deno that runs the tests compiles it for arm64. */
export async function compiledFor(runtime: Uint8Array): Promise<Uint8Array> {
  using directory = temporaryDirectory();
  const [denort, program, output] = ["denort", "program.ts", "program"]
    .map((name) => `${directory.path}/${name}`) as [string, string, string];
  await Deno.writeFile(denort, runtime, { mode: 0o755 });
  await Deno.writeTextFile(program, "export {};\n");
  const args = ["compile", "--no-check", "--no-code-cache", "--target", TARGET, "--output", output, program];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { DENORT_BIN: denort } })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return await Deno.readFile(output);
}
