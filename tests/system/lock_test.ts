import assert from "node:assert/strict";
import { takeLock } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const WRITER = new URL("./store_writer.ts", import.meta.url).pathname;

function startWriter(directory: string): Deno.ChildProcess {
  const args = ["run", "--frozen", "--no-prompt", "--allow-read", "--allow-write", WRITER, directory];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
}

/** Kills the writer after `count` lines, and gives the last line that it got out. */
async function killAfter(writer: Deno.ChildProcess, count: number): Promise<string> {
  let text = "";
  let killed = false;
  for await (const chunk of writer.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (!killed && text.split("\n").length > count) {
      writer.kill("SIGKILL");
      killed = true;
    }
  }
  await writer.status;
  return text.split("\n").at(-2) ?? "";
}

Deno.test("takeLock() is refused to a second process", async () => {
  using directory = temporaryDirectory();
  {
    using lock = takeLock(directory.path);
    assert.ok(lock);
    assert.equal(await killAfter(startWriter(directory.path), 1000), "taken");
  }
  assert.match(await killAfter(startWriter(directory.path), 1), /^\d+$/);
});

Deno.test("takeLock() is refused while another process holds it, and free when that one is killed", async () => {
  using directory = temporaryDirectory();
  const writer = startWriter(directory.path);
  const reader = writer.stdout.getReader();
  await reader.read();
  assert.equal(takeLock(directory.path), undefined);
  assert.equal(takeLock(directory.path), undefined);
  writer.kill("SIGKILL");
  while (!(await reader.read()).done);
  await writer.status;
  using lock = takeLock(directory.path);
  assert.ok(lock);
});

Deno.test("what the store has said to be kept survives kill -9", async () => {
  using directory = temporaryDirectory();
  for (let round = 0; round < 10; round++) {
    const last = Number(await killAfter(startWriter(directory.path), 1 + round * 7));
    using lock = takeLock(directory.path);
    assert.ok(lock);
    using store = openSqliteStore(directory.path, "companion-token-server 1.2.3");
    const kept = Number(new TextDecoder().decode(store.setting("number")));
    assert.ok(last > 0);
    assert.ok(kept === last || kept === last + 1, `said ${last}, kept ${kept}`);
  }
});
