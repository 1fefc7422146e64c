import assert from "node:assert/strict";
import { checksumIn, runtimeFor, sha256 } from "../../.build/runtime.ts";
import { readElf } from "../../.build/elf.ts";
import { releaseName, TARGETS } from "../../.build/targets.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { madeUpElf } from "./made_up_elf.ts";

const SUM = "0123456789abcdef".repeat(4);

Deno.test("checksumIn() reads what sha256sum, shasum and PowerShell write", () => {
  assert.equal(checksumIn(`${SUM}  denort.zip\n`), SUM);
  assert.equal(
    checksumIn(`\r\nAlgorithm : SHA256\r\nHash      : ${SUM.toUpperCase()}\r\nPath      : D:\\a\r\n`),
    SUM,
  );
  assert.equal(checksumIn(Array.from(`Hash : ${SUM}`).join("\0")), SUM);
  assert.equal(checksumIn("404: Not Found"), undefined);
  assert.equal(checksumIn(`${SUM}0`), undefined);
});

Deno.test("sha256() is SHA-256", async () => {
  assert.equal(
    await sha256(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("runtimeFor() takes a runtime from a folder, and pads the one for Linux on aarch64 only", async () => {
  using directory = temporaryDirectory();
  const runtime = madeUpElf([{ offset: 0, address: 0, memorySize: 0x1234 }]);
  for (const target of TARGETS) {
    const name = `denort-${target}${target.includes("windows") ? ".exe" : ""}`;
    await Deno.writeFile(`${directory.path}/${name}`, runtime);
  }
  const sizes = [];
  for (const target of TARGETS) {
    const sources = { folder: directory.path, downloads: `${directory.path}/none`, version: "2.9.6" };
    sizes.push(readElf(await runtimeFor(target, sources))?.segments[0]?.memorySize);
  }
  assert.deepEqual(sizes, [0x1234, 0x10000, 0x1234, 0x1234, 0x1234]);
});

Deno.test("releaseName() tells the targets apart", () => {
  assert.equal(new Set(TARGETS.map(releaseName)).size, 5);
  assert.equal(releaseName("x86_64-pc-windows-msvc"), "companion-token-server-x86_64-pc-windows-msvc.exe");
  assert.equal(releaseName("aarch64-unknown-linux-gnu"), "companion-token-server-aarch64-unknown-linux-gnu");
});
