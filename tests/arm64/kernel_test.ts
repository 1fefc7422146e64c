/**
 * A kernel with memory pages of 16 KiB, as a Raspberry Pi 5 has: an executable as Deno lays it out dies there, one of
 * ours works. Deno itself stands in for `denort`, so what runs is Deno.
 */
import assert from "node:assert/strict";
import { padded } from "../../.build/elf.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { compiledFor } from "./compiled.ts";
import { emulation } from "./emulation.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** Long enough for machine code to be made, and run. */
const SCRIPT =
  "/program eval 'let sum = 0; for (let i = 0; i < 3e6; i++) sum = (sum * 31 + i) | 0; console.log(\"sum\", sum)'";
const UNAVAILABLE = 69;
const SEGMENTATION_FAULT = 139;

const found = emulation();
const why = typeof found === "string" ? ` (not run: ${found})` : "";

async function boot(program: Uint8Array): Promise<{ code: number; stdout: string; stderr: string }> {
  using directory = temporaryDirectory();
  const file = `${directory.path}/program`;
  await Deno.writeFile(file, program);
  const { code, stdout, stderr } = await new Deno.Command(`${ROOT}.ci/boot-16k`, { args: [file, SCRIPT] })
    .output();
  const [out, problems] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ];
  return { code, stdout: out, stderr: problems };
}

Deno.test({
  name: `on a kernel with 16 KiB pages the padded executable works, and the other one dies (control)${why}`,
  ignore: typeof found === "string",
  fn: async (t) => {
    const runtime = await Deno.readFile(typeof found === "string" ? "" : found.deno);
    const works = await boot(await compiledFor(padded(runtime)));
    if (works.code === UNAVAILABLE) {
      const reason = works.stderr.trim().split("\n").at(-1);
      await t.step({ name: `(not run: ${reason})`, ignore: true, fn: () => {} });
      return;
    }
    assert.equal(works.code, 0, works.stdout + works.stderr);
    assert.match(works.stdout, /^pages: 16 KiB$/m);
    assert.match(works.stdout, /^sum -?\d+$/m);
    const dies = await boot(await compiledFor(runtime));
    assert.equal(dies.code, SEGMENTATION_FAULT, dies.stdout + dies.stderr);
  },
});
