import assert from "node:assert/strict";
import { unzip } from "../../.build/zip.ts";
import { zip } from "./made_up_zip.ts";

const TEXT = new TextEncoder().encode("denort ".repeat(500));

Deno.test("unzip() finds a file by its name, deflated or stored", async () => {
  const other = { name: "README", bytes: new Uint8Array([1, 2, 3]), deflated: false };
  const archive = await zip([other, { name: "denort", bytes: TEXT, deflated: true }]);
  assert.ok(archive.length < TEXT.length);
  assert.deepEqual(await unzip(archive, "denort"), TEXT);
  assert.deepEqual(await unzip(archive, "README"), other.bytes);
});

Deno.test("unzip() refuses an archive without the file, one that is cut off, and one that is damaged", async () => {
  const archive = await zip([{ name: "denort", bytes: TEXT, deflated: false }]);
  await assert.rejects(unzip(archive, "denort.exe"), /there is no denort\.exe in it/);
  await assert.rejects(unzip(archive.slice(0, -30), "denort"), /no zip file, or cut off/);
  const shorter = archive.slice();
  const at = shorter.length - 22 - (46 + 6 + 2 + 1) + 24;
  assert.equal(new DataView(shorter.buffer).getUint32(at, true), TEXT.length);
  shorter[at] = 1;
  await assert.rejects(unzip(shorter, "denort"), /damaged/);
});
