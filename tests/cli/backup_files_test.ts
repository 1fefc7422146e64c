import assert from "node:assert/strict";
import {
  addBackup,
  backupName,
  backupsIn,
  checkTarget,
  readBackupFile,
  writeWhole,
} from "../../src/cli/backup_files.ts";
import { DAY } from "../../src/core/account.ts";
import { START } from "../support/fake_clock.ts";
import { modeOf, namesIn, temporaryDirectory } from "../support/temporary_directory.ts";

Deno.test("backupName() and backupsIn() agree on the moment, and on nothing that is not ours", async () => {
  using directory = temporaryDirectory();
  assert.equal(backupName(START + 999), "companion-token-server-20260314T180000Z.backup");
  const strangers = [
    "companion-token-server-20260314T180000Z.backup.bak",
    "my companion-token-server-20260314T180000Z.backup",
    "companion-token-server-20261399T990000Z.backup",
    "companion-token-server-unfinished.backup",
    "holiday.jpg",
  ];
  for (const name of [backupName(START), ...strangers]) {
    await Deno.writeTextFile(`${directory.path}/${name}`, "");
  }
  await Deno.mkdir(`${directory.path}/${backupName(START + DAY)}`);
  assert.deepEqual(await backupsIn(directory.path), [{ name: backupName(START), at: START }]);
  assert.deepEqual(await backupsIn(`${directory.path}/missing`), []);
});

Deno.test("addBackup() keeps the newest seven, and touches nobody else's files", async () => {
  using directory = temporaryDirectory();
  const strangers = ["notes.txt", "companion-token-server.sqlite", "companion-token-server-2020.backup"];
  for (const name of strangers) await Deno.writeTextFile(`${directory.path}/${name}`, name);
  for (let day = 0; day < 10; day++) {
    const left = await addBackup(directory.path, `backup ${day}`, START + day * DAY);
    assert.equal(left.length, Math.min(day + 1, 7));
  }
  const expected = Array.from({ length: 7 }, (_, at) => backupName(START + (3 + at) * DAY));
  assert.deepEqual(namesIn(directory.path), [...strangers, ...expected].sort());
  for (const name of strangers) assert.equal(await Deno.readTextFile(`${directory.path}/${name}`), name);
  const newest = `${directory.path}/${backupName(START + 9 * DAY)}`;
  assert.deepEqual([await Deno.readTextFile(newest), modeOf(newest)], ["backup 9", 0o600]);
});

Deno.test("addBackup() with a clock that went back keeps the backup that it has just made", async () => {
  using directory = temporaryDirectory();
  for (let day = 0; day < 7; day++) await addBackup(directory.path, "later", START + day * DAY);
  const left = await addBackup(directory.path, "now", START - 400 * DAY);
  assert.equal(left.length, 7);
  assert.equal(await Deno.readTextFile(`${directory.path}/${backupName(START - 400 * DAY)}`), "now");
});

Deno.test("writeWhole() makes a private file, in place of one that is there, and leaves nothing unfinished", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/b`;
  await Deno.writeTextFile(`${path}.new`, "from a process that was killed");
  await Deno.writeTextFile(path, "old", { mode: 0o644 });
  await writeWhole(path, "new");
  assert.deepEqual([await Deno.readTextFile(path), modeOf(path), namesIn(directory.path)], ["new", 0o600, [
    "b",
  ]]);
});

Deno.test("writeWhole() says where it cannot write", async () => {
  using directory = temporaryDirectory();
  await assert.rejects(writeWhole(`${directory.path}/missing/b`, "x"), {
    code: "usage",
    message: /^Cannot write .*missing\/b: No such file or directory$/,
  });
});

Deno.test("checkTarget() refuses what is there, unless it is to be written over", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/b`;
  await checkTarget(path, false);
  await Deno.writeTextFile(path, "");
  await assert.rejects(checkTarget(path, false), { code: "exists", hint: /--force/ });
  await checkTarget(path, true);
  await assert.rejects(checkTarget(directory.path, true), { code: "usage", message: /is a folder/ });
  await assert.rejects(checkTarget(`${directory.path}/no/b`, false), { code: "usage", message: /no folder/ });
  await assert.rejects(checkTarget(`${path}/b`, false), { code: "usage", message: /no folder/ });
});

Deno.test("readBackupFile() reads text, and says what is no backup", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/b`;
  await Deno.writeTextFile(path, "text\n");
  assert.equal(await readBackupFile(path), "text\n");
  await assert.rejects(readBackupFile(directory.path), { code: "usage" });
  await assert.rejects(readBackupFile(`${directory.path}/missing`), { code: "not_found" });
  await Deno.truncate(path, 65 * 1024 * 1024);
  await assert.rejects(readBackupFile(path), { code: "usage" });
});
