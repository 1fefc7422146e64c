import assert from "node:assert/strict";
import { checksumIn, runtimeFor, sha256 } from "../../.build/runtime.ts";
import { readElf } from "../../.build/elf.ts";
import { releaseName, TARGETS } from "../../.build/targets.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { madeUpElf } from "./made_up_elf.ts";
import { zip } from "./made_up_zip.ts";

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

/** A site that has the runtime for Windows, and counts the questions. */
function site(archive: Uint8Array<ArrayBuffer>, sum: string) {
  const asked: string[] = [];
  const address =
    "https://github.com/denoland/deno/releases/download/v2.9.6/denort-x86_64-pc-windows-msvc.zip";
  const files = new Map<string, BodyInit>([[address, archive], [
    `${address}.sha256sum`,
    `${sum}  denort.zip\n`,
  ]]);
  function fetch(url: string): Promise<Response> {
    asked.push(url);
    const body = files.get(url);
    return Promise.resolve(body === undefined ? new Response("", { status: 404 }) : new Response(body));
  }
  return { asked, fetch };
}

Deno.test("runtimeFor() downloads what its checksum vouches for, once", async () => {
  using directory = temporaryDirectory();
  const runtime = new Uint8Array([1, 2, 3]);
  const archive = await zip([{ name: "denort.exe", bytes: runtime, deflated: true }]);
  const { asked, fetch } = site(archive, await sha256(archive));
  const sources = { downloads: `${directory.path}/downloads`, version: "2.9.6", fetch };
  assert.deepEqual(await runtimeFor("x86_64-pc-windows-msvc", sources), runtime);
  assert.equal(asked.length, 2);
  assert.deepEqual(await runtimeFor("x86_64-pc-windows-msvc", sources), runtime);
  assert.equal(asked.length, 2);
});

Deno.test("runtimeFor() keeps nothing that its checksum does not vouch for, or that is not there", async () => {
  using directory = temporaryDirectory();
  const archive = await zip([{ name: "denort.exe", bytes: new Uint8Array([1]), deflated: false }]);
  const sources = { downloads: `${directory.path}/downloads`, version: "2.9.6" };
  const wrong = { ...sources, fetch: site(archive, SUM).fetch };
  await assert.rejects(runtimeFor("x86_64-pc-windows-msvc", wrong), /not what its checksum says/);
  const missing = { ...sources, fetch: site(archive, await sha256(archive)).fetch };
  await assert.rejects(runtimeFor("x86_64-apple-darwin", missing), /it was answered 404/);
  assert.throws(() => Deno.statSync(sources.downloads), Deno.errors.NotFound);
});
