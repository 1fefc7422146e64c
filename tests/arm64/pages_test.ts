/** What a real Deno makes of a real runtime for arm64: Deno itself stands in for \`denort\`, which is linked alike. */
import assert from "node:assert/strict";
import { padded, PAGE_SIZES, pageTroubles, readElf } from "../../.build/elf.ts";
import { pageReport } from "../../.build/page_check.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { compiledFor } from "./compiled.ts";
import { emulation } from "./emulation.ts";

const found = emulation();
const ignore = typeof found === "string";
const why = ignore ? ` (not run: ${found})` : "";

/** A small program with this runtime. */
async function compiled(runtime: Uint8Array): Promise<{ bytes: Uint8Array; version: string }> {
  using directory = temporaryDirectory();
  const bytes = await compiledFor(runtime);
  const file = `${directory.path}/program`;
  await Deno.writeFile(file, bytes, { mode: 0o755 });
  return { bytes, version: await versionOf(file) };
}

/** What the stand-in says on the emulated processor: it does not look for a program in itself. */
async function versionOf(path: string): Promise<string> {
  if (typeof found === "string") throw new Error(found);
  const [command, ...options] = found.command;
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...options, path, "--version"],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function runtime(): Uint8Array {
  if (typeof found === "string") throw new Error(found);
  return Deno.readFileSync(found.deno);
}

Deno.test({
  name: `a runtime for arm64 itself suits every size of pages, before and after padding${why}`,
  ignore,
  fn: () => {
    assert.deepEqual(pageReport("before", runtime()), []);
    assert.deepEqual(pageReport("after", padded(runtime())), []);
  },
});

Deno.test({
  name:
    `deno compile puts the program into a page of the runtime's on kernels with 16 KiB pages (control)${why}`,
  ignore,
  fn: async () => {
    const { bytes, version } = await compiled(runtime());
    const elf = readElf(bytes);
    assert.ok(elf);
    assert.deepEqual(PAGE_SIZES.map((page) => pageTroubles(elf, page).length), [0, 1, 1]);
    assert.match(version, /aarch64/);
  },
});

Deno.test({
  name: `with the padded runtime every size of pages suits, and the executable starts${why}`,
  ignore,
  fn: async () => {
    const { bytes, version } = await compiled(padded(runtime()));
    assert.equal(readElf(bytes)?.machine, "aarch64");
    assert.deepEqual(pageReport("executable", bytes), []);
    assert.match(version, /aarch64/);
  },
});
