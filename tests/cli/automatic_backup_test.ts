import assert from "node:assert/strict";
import { AutomaticBackup } from "../../src/cli/automatic_backup.ts";
import { backupsIn } from "../../src/cli/backup_files.ts";
import type { Program } from "../../src/cli/program.ts";
import { DAY, HOUR, MINUTE } from "../../src/core/account.ts";
import { type BackupKey, setBackupKeys } from "../../src/core/backup_keys.ts";
import { Secret } from "../../src/core/secret.ts";
import { contentOf } from "../../src/vault/backup_content.ts";
import { openBackup, readBackup } from "../../src/vault/backup_file.ts";
import { settled } from "../support/fake_clock.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { OWL, signedIn, type World, world, WREN } from "../support/world.ts";

const KEY: BackupKey = {
  kind: "recovery_code",
  making: { kdf: "hkdf-sha256", salt: "EBESExQVFhcYGRobHB0eHw==" },
  key: new Secret("5+ZOjzSz2jETzht8ZrPKM3PUWdWKVBbHKUbLYM2KAjo="),
};

function backupsOf(made: World, directory: string): AutomaticBackup {
  const hostNames = { stored: () => ["studio.example"], all: () => [], allow: () => Promise.resolve() };
  return new AutomaticBackup({ ...made, hostNames } as unknown as Program, directory);
}

async function looked(backups: AutomaticBackup): Promise<void> {
  backups.look();
  await backups[Symbol.asyncDispose]();
  await settled();
}

Deno.test("a backup is written after every sign-in and a day after the last, and opens", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  await setBackupKeys(made.deps, [KEY], ["recovery_code"]);
  const backups = backupsOf(made, directory.path);
  const count = async (): Promise<number> => (await backupsIn(directory.path)).length;
  await looked(backups);
  assert.equal(await count(), 0, "nothing is there to keep");

  await signedIn(made, OWL);
  await made.clock.advance(MINUTE);
  for (let again = 0; again < 3; again++) await looked(backups);
  assert.equal(await count(), 1);
  await signedIn(made, WREN);
  await made.clock.advance(MINUTE);
  await looked(backups);
  assert.equal(await count(), 2);
  await made.clock.advance(23 * HOUR);
  await looked(backups);
  assert.equal(await count(), 2);
  await made.clock.advance(HOUR);
  await looked(backups);
  assert.equal(await count(), 3);
  assert.deepEqual(made.log.events("info").filter((event) => event === "backup written").length, 3);

  const newest = (await backupsIn(directory.path)).toSorted((one, other) => other.at - one.at)[0];
  const text = await Deno.readTextFile(`${directory.path}/${newest?.name}`);
  const content = contentOf(await openBackup(readBackup(text), KEY));
  assert.deepEqual(content.accounts.map(({ login }) => login), ["nightowl", "wren"]);
  assert.deepEqual(content.allowedHosts, ["studio.example"]);

  await looked(backupsOf(made, directory.path));
  assert.equal(await count(), 3, "after a restart the names tell when the last one was made");
});

Deno.test("without a passphrase or code none is written, and that is told once a day", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  await signedIn(made);
  const backups = backupsOf(made, directory.path);
  const warnings = (): number => made.log.events("warn").filter((event) => /^no backup/.test(event)).length;
  for (let hour = 0; hour < 50; hour++) {
    await made.clock.advance(HOUR);
    await looked(backups);
  }
  assert.deepEqual([warnings(), await backupsIn(directory.path)], [3, []]);
  await setBackupKeys(made.deps, [KEY], ["recovery_code"]);
  await looked(backups);
  assert.equal((await backupsIn(directory.path)).length, 1);
});

Deno.test("a missing directory is told and tried again hourly, and at once after a sign-in", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/usb`;
  const made = await world();
  await setBackupKeys(made.deps, [KEY], ["recovery_code"]);
  await signedIn(made, OWL);
  const backups = backupsOf(made, path);
  const failures = (): number => made.log.events("error").filter((event) => event === "backup failed").length;
  for (let minute = 0; minute < 119; minute++) {
    await made.clock.advance(MINUTE);
    await looked(backups);
  }
  assert.equal(failures(), 2);
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound, "a mount point is not filled in its place");
  await Deno.mkdir(path);
  await signedIn(made, WREN);
  await made.clock.advance(MINUTE);
  await looked(backups);
  assert.equal((await backupsIn(path)).length, 1);
  assert.equal(failures(), 2);
});

Deno.test("while the key is missing nothing is written and nothing is told", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  await signedIn(made);
  made.vault.locked = "The key file is missing";
  await made.clock.advance(DAY);
  await looked(backupsOf(made, directory.path));
  assert.deepEqual([await backupsIn(directory.path), made.log.events("error")], [[], []]);
});

Deno.test("a bug in a backup goes to the log and no further", async () => {
  using directory = temporaryDirectory();
  const made = await world();
  await signedIn(made);
  await made.clock.advance(MINUTE);
  made.onStore = (method) => {
    if (method === "setting") throw new TypeError("a bug");
  };
  await looked(backupsOf(made, directory.path));
  const [entry] = made.log.entries.filter(({ event }) => event === "backup failed");
  assert.match(String(entry?.fields["stack"]), /a bug/);
});
