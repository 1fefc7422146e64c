import assert from "node:assert/strict";
import { createKeyFile, type KeyFile, readKeyFile, removeKeyFile, tidyKeyFile } from "../../src/vault/key.ts";
import { modeOf, namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

const LINE = `companion-token-server-key-1:${"A".repeat(43)}`;

async function writtenKey(path: string, content: string | Uint8Array, mode = 0o600): Promise<KeyFile> {
  await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  await Deno.chmod(path, mode);
  return await readKeyFile(path);
}

function idOf(file: KeyFile): Uint8Array {
  assert.ok(file.kind === "read", JSON.stringify(file));
  return file.key.id;
}

Deno.test("tidyKeyFile() removes the copy that is left of a file that was made, and not the file", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/key`;
  await createKeyFile(path);
  await Deno.link(path, `${path}.new`);
  await tidyKeyFile(path);
  assert.deepEqual(namesIn(directory.path), ["key"]);
  await Deno.link(path, `${path}.new`);
  await removeKeyFile(path);
  assert.deepEqual(namesIn(directory.path), []);
});

Deno.test("createKeyFile() makes a private file with one line that readKeyFile() reads", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/key`;
  await createKeyFile(path);
  assert.match(await Deno.readTextFile(path), /^companion-token-server-key-1:[A-Za-z0-9_-]{43}\n$/);
  assert.equal(modeOf(path), 0o600);
  const read = await readKeyFile(path);
  assert.deepEqual([read.kind, read.kind === "read" && read.note], ["read", undefined]);
  assert.deepEqual(namesIn(directory.path), ["key"]);
});

Deno.test("createKeyFile() makes another key each time", async () => {
  using directory = temporaryDirectory();
  await createKeyFile(`${directory.path}/a`);
  await createKeyFile(`${directory.path}/b`);
  const keys = [await readKeyFile(`${directory.path}/a`), await readKeyFile(`${directory.path}/b`)].map(idOf);
  assert.notDeepEqual(keys[0], keys[1]);
});

Deno.test("createKeyFile() never replaces what is there", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/key`;
  for (const content of ["", "something else", LINE]) {
    await Deno.writeTextFile(path, content);
    await assert.rejects(createKeyFile(path), Deno.errors.AlreadyExists);
    assert.equal(await Deno.readTextFile(path), content);
  }
  assert.deepEqual(namesIn(directory.path), ["key"]);
});

Deno.test("createKeyFile() gets over a file that a crash left unfinished", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/key`;
  await Deno.writeTextFile(`${path}.new`, "companion-token-ser");
  await createKeyFile(path);
  assert.equal((await readKeyFile(path)).kind, "read");
});

Deno.test("readKeyFile() reads 32 raw bytes, the line without its end, and one from a Windows editor", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/key`;
  const raw = idOf(await writtenKey(path, new Uint8Array(32)));
  assert.deepEqual(idOf(await writtenKey(path, LINE)), raw);
  assert.deepEqual(idOf(await writtenKey(path, `\ufeff${LINE}\r\n`)), raw);
  assert.notDeepEqual(idOf(await writtenKey(path, new Uint8Array(32).fill(1))), raw);
});

Deno.test("readKeyFile() says that the file is missing", async () => {
  using directory = temporaryDirectory();
  assert.deepEqual(await readKeyFile(`${directory.path}/key`), { kind: "missing" });
});

Deno.test("readKeyFile() says what is wrong with a file, and leaves it as it is", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/key`;
  const cases: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ["", /is empty$/],
    [new Uint8Array(31), /holds no key of this program$/],
    [new Uint8Array(33), /holds no key of this program$/],
    [new Uint8Array(100_000), /holds no key of this program$/],
    ["hunter2hunter2", /holds no key of this program$/],
    [LINE.slice(0, -1), /is damaged/],
    [`${LINE}A`, /is damaged/],
    [LINE.slice(0, -1) + "+", /is damaged/],
    [`${LINE}\n${LINE}`, /is damaged/],
    [LINE.slice(0, 32), /is damaged/],
    ["companion-token-server-key-2:xyz", /newer version/],
  ];
  for (const [content, why] of cases) {
    const read = await writtenKey(path, content);
    assert.ok(read.kind === "unusable", JSON.stringify(read));
    assert.match(read.why, why);
    assert.ok(read.why.includes(path));
    assert.ok(!`${read.why}${read.hint}`.includes("hunter2"));
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    assert.deepEqual(new Uint8Array(await Deno.readFile(path)), bytes);
  }
});

Deno.test("readKeyFile() refuses a directory", async () => {
  using directory = temporaryDirectory();
  const read = await readKeyFile(directory.path);
  assert.ok(read.kind === "unusable");
  assert.match(read.why, /is not a file$/);
});

Deno.test("readKeyFile() closes a key file to others, and says so", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/key`;
  for (const mode of [0o644, 0o640, 0o604, 0o666]) {
    const read = await writtenKey(path, LINE, mode);
    assert.ok(read.kind === "read");
    assert.match(read.note ?? "", /could be read by other users and is private now$/);
    assert.equal(modeOf(path), 0o600);
  }
  for (const mode of [0o600, 0o400]) {
    const read = await writtenKey(path, LINE, mode);
    assert.ok(read.kind === "read" && read.note === undefined);
    assert.equal(modeOf(path), mode);
  }
});
