/**
 * The key file: 32 random bytes that wrap the data key. Never repaired, and replaced by nothing but a new key that opens
 * all that it has opened: whoever has ciphertext and has lost its key must be able to put the key back.
 */
import { type Bytes, type CipherKey, importCipherKey, KEY_LENGTH } from "./envelope.ts";
import { Secret } from "../core/secret.ts";

/** What a look at the key file found. `why` and `hint` are for people and hold nothing of the file's text. */
export type KeyFile =
  | { readonly kind: "read"; readonly key: CipherKey; readonly note: string | undefined }
  | { readonly kind: "missing" }
  | { readonly kind: "unusable"; readonly why: string; readonly hint: string };

const PREFIX = "companion-token-server-key-";
const KEY_LINE = /^companion-token-server-key-1:([A-Za-z0-9_-]{43})$/;
/** Longer than any key file, so that a wrong path does not read a film into memory. */
const READ_LIMIT = 4096;
const COPY_HINT = "put back your copy of the key file, or say where it is with TOKEN_SERVER_KEY_FILE";

/**
 * Reads the key: one line `companion-token-server-key-1:…`, or 32 raw bytes (a systemd credential). A file that others
 * may read is made private and `note` says so; if it is not ours to change and others may read it, it is refused.
 */
export async function readKeyFile(path: string): Promise<KeyFile> {
  try {
    const { isFile, mode } = await Deno.stat(path);
    if (!isFile) return unusable(`the key file ${path} is not a file`);
    const note = await tighten(path, mode);
    if (note === "exposed") {
      return unusable(
        `the key file ${path} can be read by other users`,
        `take that right away: chmod 600 ${path}`,
      );
    }
    const raw = keyBytes(await readStart(path));
    if (typeof raw === "string") return unusable(`the key file ${path} ${raw}`);
    const key = await importCipherKey(raw, "wrapping key");
    raw.fill(0);
    return { kind: "read", key, note };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing" };
    return unusable(
      `the key file ${path} cannot be read (${reasonOf(error)})`,
      "let this program's user read it",
    );
  }
}

/**
 * Makes the key file, mode 0600, whole and on the disk when it returns. Throws `Deno.errors.AlreadyExists` if there
 * is a file of that name.
 */
export async function createKeyFile(path: string): Promise<void> {
  const fresh = unfinished(path);
  await removeIfThere(fresh);
  await writeDurably(fresh, newKeyLine());
  try {
    // A link, unlike a rename, does not replace what is there.
    await Deno.link(fresh, path);
  } finally {
    await Deno.remove(fresh);
  }
  await syncDirectoryOf(path);
}

/** Gives the key file at `from` the name `to`, in the place of what is there; on the disk when it returns. */
export async function replaceKeyFile(from: string, to: string): Promise<void> {
  await Deno.rename(from, to);
  await syncDirectoryOf(to);
}

/** Removes a key file that opens nothing any more; there may be none. */
export async function removeKeyFile(path: string): Promise<void> {
  const removed = [await removeIfThere(path), await removeIfThere(unfinished(path))];
  if (removed.includes(true)) await syncDirectoryOf(path);
}

/** Removes what a process has left that died while it made a key file: it may be one more copy of the key. */
export async function tidyKeyFile(path: string): Promise<void> {
  if (await removeIfThere(unfinished(path))) await syncDirectoryOf(path);
}

/** What the system said, without path or stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ \(os error \d+\).*$/s, "") : String(error);
}

function unusable(why: string, hint = COPY_HINT): KeyFile {
  return { kind: "unusable", why, hint };
}

/** Undefined if nobody else can read it; else what was done about it, or `exposed`. */
async function tighten(path: string, mode: number | null): Promise<string | undefined> {
  if (mode === null || Deno.build.os === "windows" || (mode & 0o077) === 0) return undefined;
  try {
    await Deno.chmod(path, mode & 0o700 | 0o400);
    return `The key file ${path} could be read by other users and is private now`;
  } catch {
    // Not ours. systemd hands credentials over as root's, with an ACL that shows as a right to read for the group.
    return (mode & 0o027) === 0 ? undefined : "exposed";
  }
}

/** The 32 bytes in the file's content, or what is wrong with it. */
function keyBytes(content: Bytes): Bytes | string {
  const line = new TextDecoder().decode(content).trim();
  // A line cut short may have the length of raw bytes.
  if (content.length === KEY_LENGTH && !line.startsWith(PREFIX)) return content;
  content.fill(0);
  const digits = KEY_LINE.exec(line)?.[1];
  if (digits !== undefined) {
    const binary = atob(digits.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  }
  if (line === "") return "is empty";
  if (!line.startsWith(PREFIX)) return "holds no key of this program";
  return line.startsWith(`${PREFIX}1:`)
    ? "is damaged: its line has not the length or the letters of a key"
    : "was written by a newer version of this program";
}

function newKeyLine(): Secret {
  const raw = crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
  const base64 = btoa(String.fromCharCode(...raw));
  raw.fill(0);
  return new Secret(`${PREFIX}1:${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}\n`);
}

async function readStart(path: string): Promise<Bytes> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(READ_LIMIT);
  let length = 0;
  while (length < READ_LIMIT) {
    const read = await file.read(buffer.subarray(length));
    if (read === null) break;
    length += read;
  }
  const content = buffer.slice(0, length);
  buffer.fill(0);
  return content;
}

async function writeDurably(path: string, text: Secret): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(text.reveal());
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  await file.sync();
}

async function syncDirectoryOf(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  // Loaded here, for a key is written once: node:path takes a tenth of the whole start.
  const { dirname } = await import("node:path");
  using directory = await Deno.open(dirname(path));
  await directory.sync();
}

function unfinished(path: string): string {
  return `${path}.new`;
}

/** False if there was none. */
async function removeIfThere(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}
