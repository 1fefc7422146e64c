/**
 * Backups as files: whole under their name or not there, readable by us alone. Of what lies in a backup directory only
 * files with our own names are ever looked at or removed.
 */
import { dirname } from "node:path";
import type { Time } from "../core/account.ts";
import { surplusBackups } from "../core/backup_schedule.ts";
import { AppError } from "../core/error.ts";

const NAME = /^companion-token-server-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.backup$/;
/** One name for every file that is not whole yet, so that a process that was killed leaves no more than one. */
const UNFINISHED = "companion-token-server-unfinished.backup";
/** No backup is larger; a wrong path does not read a film into memory. */
const READ_LIMIT = 64 * 1024 * 1024;

/** A backup in a backup directory. */
export interface FoundBackup {
  readonly name: string;
  /** By its name, in whole seconds. */
  readonly at: Time;
}

/** The backups in a directory, in any order; none if there is no such directory. */
export async function backupsIn(directory: string): Promise<FoundBackup[]> {
  const found: FoundBackup[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(directory)) {
      const at = timeIn(name);
      if (isFile && at !== undefined) found.push({ name, at });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

/** The name of a backup that is made now: `companion-token-server-20260314T180000Z.backup`. */
export function backupName(now: Time): string {
  return `companion-token-server-${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z.backup`;
}

function timeIn(name: string): Time | undefined {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** Writes a backup into its directory, which must be there, and removes those that are too many. Answers what lies there now. */
export async function addBackup(directory: string, text: string, now: Time): Promise<readonly FoundBackup[]> {
  const name = backupName(now);
  await writeWhole(`${directory}/${name}`, text, `${directory}/${UNFINISHED}`);
  const found = await backupsIn(directory);
  const written = found.find((one) => one.name === name);
  if (written === undefined) throw new AppError("disk", `Cannot keep the backup: ${name} is gone again`);
  const surplus = surplusBackups(found, written);
  for (const one of surplus) await Deno.remove(`${directory}/${one.name}`);
  return found.filter((one) => !surplus.includes(one));
}

/**
 * Writes a file, mode 0600: under `path` it is there with all of `text`, on the disk, or not at all. Throws `AppError`
 * `disk` if there is no room, `usage` if it cannot be written there.
 */
export async function writeWhole(path: string, text: string, unfinished = `${path}.new`): Promise<void> {
  try {
    await removeIfThere(unfinished);
    await writeDurably(unfinished, text);
    await Deno.rename(unfinished, path);
    await syncDirectoryOf(path);
  } catch (error) {
    await removeIfThere(unfinished).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

/** Throws `AppError` `exists` or `usage` if a backup cannot be written to `path`, as far as can be told beforehand. */
export async function checkTarget(path: string, overwrite: boolean): Promise<void> {
  const there = await statOf(path);
  if (there?.isDirectory) throw unusable(path, "it is a folder", "Name a file in it");
  if (there !== undefined && !overwrite) {
    throw new AppError("exists", `Cannot write ${path}: it is there already`, {
      hint: "Choose another name, or give --force to write over it",
    });
  }
  const folder = dirname(path);
  if ((await statOf(folder))?.isDirectory) return;
  throw unusable(path, `there is no folder ${folder}`, "Make it, or choose another place");
}

/** The text of a backup. Throws `AppError` `not_found` or `usage`. */
export async function readBackupFile(path: string): Promise<string> {
  const there = await statOf(path);
  if (there === undefined) {
    throw new AppError("not_found", `Cannot read ${path}: there is no such file`, { hint: "Check the name" });
  }
  if (!there.isFile || there.size > READ_LIMIT) {
    throw unusable(path, "it is no backup", "Name a file that the command backup wrote");
  }
  try {
    // Bytes that are no text show as such, and the check of the file's form refuses them.
    return new TextDecoder("latin1").decode(await Deno.readFile(path));
  } catch (error) {
    throw unusable(path, reasonOf(error), "Let this user read it");
  }
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (missing) return undefined;
    throw unusable(path, reasonOf(error), "Choose another place");
  }
}

function unusable(path: string, reason: string, hint: string): AppError {
  return new AppError("usage", `Cannot use ${path}: ${reason}`, { hint });
}

function cannotWrite(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const reason = reasonOf(error);
  if (/No space left|quota|Read-only/i.test(reason)) {
    return new AppError("disk", `Cannot write ${path}: ${reason}`, {
      hint: "Make room there, or choose another place",
      cause: error,
    });
  }
  return new AppError("usage", `Cannot write ${path}: ${reason}`, {
    hint: "Choose a folder that this user can write to",
    cause: error,
  });
}

/** What the system said, without path and number. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ \(os error \d+\).*$/s, "") : String(error);
}

async function writeDurably(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  await file.sync();
}

async function syncDirectoryOf(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using directory = await Deno.open(dirname(path));
  await directory.sync();
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
