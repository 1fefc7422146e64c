/**
 * The data directory and the files in it: 0700 and 0600, whatever the umask and whoever copied them.
 *
 * A database that is open must not be opened by anything but SQLite, not even to read: closing that second descriptor
 * drops the process's POSIX locks on the file (sqlite.org/howtocorrupt.html, 2.2). So modes are looked at by `stat`.
 */
import { AppError } from "../../core/error.ts";
import { storeFailure } from "./errors.ts";

/** What SQLite puts beside a database. */
const COMPANIONS = ["-wal", "-shm", "-journal"];
/** Names of our own files: only a directory without strangers in it is ours to close to others. */
const OURS =
  /^(companion-token-server\b.*|before-schema-.*|ballast|key(\.next)?(\.new)?|lock(-journal)?|serve\.json|lost\+found)$/;

/** The folder that a file is in. Not by node:path, which takes a tenth of the whole start to load. */
export function folderOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), Deno.build.os === "windows" ? path.lastIndexOf("\\") : -1);
  if (slash === -1) return ".";
  const folder = path.slice(0, slash);
  return folder === "" || folder.endsWith(":") ? path.slice(0, slash + 1) : folder;
}

/** Makes the data directory, or closes it to other users. Refuses one that others may write to and that is not ours. */
export function privateDirectory(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    const mode = modeOf(path);
    if (mode === undefined || (mode & 0o077) === 0) return;
    if (isOurs(path, mode) && closeToOthers(path, mode & 0o700)) return;
    if ((mode & 0o022) === 0) return;
  } catch (error) {
    throw unusable(path, error);
  }
  throw new AppError("data_dir", `Cannot use the data directory ${path}: other users can write to it`, {
    hint: "Choose a directory that holds nothing else with TOKEN_SERVER_DATA_DIR",
  });
}

/** Makes an empty file that only we can read, before SQLite does. Leaves one that is there alone. */
export function createPrivately(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw unusable(path, error);
  }
}

/** Gives a database and what lies beside it the rights 0600; refuses to go on where others can still read it. */
export function keepPrivate(database: string): void {
  for (const path of [database, ...COMPANIONS.map((end) => database + end)]) {
    const mode = modeOf(path);
    if (mode === undefined || mode === 0o600 || closeToOthers(path, 0o600) || (mode & 0o077) === 0) continue;
    throw new AppError("data_dir", `Cannot use ${path}: other users can read it`, {
      hint:
        `Make it private: chmod 600 ${path}. A card or stick without file rights (FAT) is no place for logins`,
    });
  }
}

/** The size in bytes; 0 if there is no such file. */
export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw unusable(path, error);
  }
}

/** Removes a file of ours that is no use; there may be none. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unusable(path, error);
  }
}

/** What the system said, without path and number. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ \(os error \d+\).*$/s, "") : String(error);
}

/** Writes file and name through to the disk. The file must not be an open database. */
export function syncFile(path: string): void {
  using file = Deno.openSync(path, { read: true, write: true });
  file.syncSync();
  if (Deno.build.os === "windows") return;
  using directory = Deno.openSync(folderOf(path));
  directory.syncSync();
}

/** Undefined if there is no such file, or on a system without such rights. */
function modeOf(path: string): number | undefined {
  if (Deno.build.os === "windows") return undefined;
  try {
    const { mode } = Deno.statSync(path);
    return mode === null ? undefined : mode & 0o7777;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable(path, error);
  }
}

/** Sticky directories such as /tmp, and those with other people's things in them, are not. */
function isOurs(path: string, mode: number): boolean {
  return (mode & 0o1000) === 0 && Array.from(Deno.readDirSync(path)).every((entry) => OURS.test(entry.name));
}

function closeToOthers(path: string, mode: number): boolean {
  try {
    Deno.chmodSync(path, mode);
    return ((modeOf(path) ?? 0) & 0o077) === 0;
  } catch {
    return false;
  }
}

function unusable(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotCapable || !(error instanceof Error)) return error;
  const reason = reasonOf(error);
  const code = reason.includes("No space left") ? "disk" : "data_dir";
  return storeFailure(code, `Cannot use ${path}: ${reason}`, error);
}
