/**
 * A backup as a file: two lines of ASCII that survive mail and clouds. The first is JSON in clear and says all that is
 * needed to open it, and nothing about accounts; the second is the content in base64, sealed by a random key of its own
 * and bound to every byte of the first. That key is in the first line, once per slot, sealed by the slot's key.
 *
 * These bytes outlive the program that wrote them: what needs another form gets another version, and version 1 stays
 * readable for ever (tests/vault/backup_file_test.ts holds its known answers).
 */
import * as v from "valibot";
import type { Time } from "../core/account.ts";
import type { BackupKey, BackupKeyKind } from "../core/backup_keys.ts";
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { bytesOf, textOf } from "./base64.ts";
import {
  binding,
  type Bytes,
  decrypt,
  encrypt,
  importCipherKey,
  KEY_LENGTH,
  type NonceSource,
  randomNonce,
} from "./envelope.ts";

const FORMAT = "companion-token-server-backup";
const VERSION = 1;
const KINDS: readonly unknown[] = ["passphrase", "recovery_code"] satisfies readonly BackupKeyKind[];
const ASCII = /^[\x20-\x7e\n]*$/;

/** One way to open a backup. */
export interface BackupSlot {
  readonly kind: BackupKeyKind;
  readonly making: BackupKey["making"];
  /** The file's key, sealed. */
  readonly wrapped: Bytes;
}

/** The first line of a backup. */
export interface BackupHeader {
  readonly createdAt: Time;
  /** Name and version of the program that made it. */
  readonly program: string;
  readonly slots: readonly BackupSlot[];
}

/** A backup whose form was checked and whose content was not opened yet. */
export interface BackupFile {
  readonly header: BackupHeader;
  readonly line: string;
  readonly sealed: Bytes;
}

/** What differs from one sealing to the next; tests fix it. */
export interface Chance {
  readonly fileKey: Bytes;
  readonly nonce: NonceSource;
}

/** Seals a text so that each of `keys` opens it. The answer is the file's text. */
export async function sealBackup(
  content: Secret,
  about: Pick<BackupHeader, "createdAt" | "program">,
  keys: readonly BackupKey[],
  chance: Chance = { fileKey: crypto.getRandomValues(new Uint8Array(KEY_LENGTH)), nonce: randomNonce },
): Promise<string> {
  const { fileKey, nonce } = chance;
  const slots = [];
  for (const { kind, making, key } of keys) {
    const wrapping = await importCipherKey(bytesOf(key.reveal()) ?? new Uint8Array(), "wrapping key");
    const wrapped = await encrypt(wrapping, fileKey, slotBinding(kind), nonce);
    slots.push({ kind, ...making, wrapped: textOf(wrapped) });
  }
  const createdAt = new Date(about.createdAt).toISOString();
  const line = JSON.stringify({ format: FORMAT, version: VERSION, createdAt, program: about.program, slots });
  const key = await importCipherKey(fileKey, "data key");
  fileKey.fill(0);
  const text = new TextEncoder().encode(content.reveal());
  return `${line}\n${textOf(await encrypt(key, text, contentBinding(line), nonce))}\n`;
}

/**
 * Reads the form of a backup. Throws `AppError`: `usage` if it is none, `database_newer`, and `database_damaged` if it is
 * torn or altered as far as can be seen without a key.
 */
export function readBackup(text: string): BackupFile {
  if (!text.startsWith(`{"format":"${FORMAT}",`)) throw noBackup();
  const [line = "", body, end, ...more] = text.split("\n");
  const header = parsed(line);
  if (header === undefined) throw damaged();
  if (header.version > VERSION) throw newer(header.program);
  const known = v.safeParse(HEADER, header);
  const sealed = bytesOf(body ?? "");
  const whole = end === "" && more.length === 0 && ASCII.test(text);
  if (!known.success || !whole || sealed === undefined || sealed.length === 0) throw damaged();
  return { header: { ...known.output, createdAt: Date.parse(known.output.createdAt) }, line, sealed };
}

/**
 * The content. Throws `AppError`: `locked` if the backup has no slot that this key opens, and `database_damaged` if it
 * has one and was altered all the same.
 */
export async function openBackup(file: BackupFile, key: BackupKey): Promise<Secret> {
  const wrapping = await importCipherKey(bytesOf(key.key.reveal()) ?? new Uint8Array(), "wrapping key");
  for (const { kind, wrapped } of file.header.slots) {
    if (kind !== key.kind) continue;
    const fileKey = await decrypt(wrapping, wrapped, slotBinding(kind));
    if (fileKey === "other_key") continue;
    if (typeof fileKey === "string") throw damaged();
    const cipher = await importCipherKey(fileKey, "data key");
    fileKey.fill(0);
    const content = await decrypt(cipher, file.sealed, contentBinding(file.line));
    if (typeof content === "string") throw damaged();
    return new Secret(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content));
  }
  throw wrongKey(key.kind);
}

const SLOT = v.pipe(
  v.looseObject({ kind: v.string(), kdf: v.string(), wrapped: v.string() }),
  v.transform(({ kind, wrapped, ...making }) => ({
    kind: kind as BackupKeyKind,
    making: making as BackupKey["making"],
    wrapped: bytesOf(wrapped) ?? new Uint8Array(),
  })),
);
const HEADER = v.object({
  version: v.literal(VERSION),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  program: v.string(),
  // A later 1.x may know further kinds: what is not known here opens nothing here.
  slots: v.pipe(
    v.array(SLOT),
    v.maxLength(16),
    v.transform((all) => all.filter(({ kind }) => KINDS.includes(kind))),
  ),
});
const ANY_VERSION = v.looseObject({ version: v.number(), program: v.optional(v.string(), "") });

function parsed(line: string): v.InferOutput<typeof ANY_VERSION> | undefined {
  try {
    const result = v.safeParse(ANY_VERSION, JSON.parse(line));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

function slotBinding(kind: BackupKeyKind): Bytes {
  return binding("companion-token-server backup key", "1", kind);
}

function contentBinding(line: string): Bytes {
  return binding("companion-token-server backup", "1", line);
}

function noBackup(): AppError {
  return new AppError("usage", "Cannot open the backup: this file is no backup of companion-token-server", {
    hint: "Name a file that the command backup wrote",
  });
}

function newer(program: string): AppError {
  const writer = /^[\w. -]{1,80}$/.test(program) ? program : "another version";
  return new AppError(
    "database_newer",
    `Cannot open the backup: it was written by ${writer}, which is newer`,
    {
      hint: "Install that version of this program or a newer one",
    },
  );
}

function damaged(): AppError {
  return new AppError("database_damaged", "Cannot open the backup: the file is torn or was altered", {
    hint: "Copy it anew from where it lies, or use another backup; nothing was changed here",
  });
}

const WRONG: Readonly<Record<BackupKeyKind, string>> = {
  passphrase: "the passphrase is not the one that it was made with",
  recovery_code: "the recovery code is not the one that it was made with",
};

function wrongKey(kind: BackupKeyKind): AppError {
  return new AppError("locked", `Cannot open the backup: ${WRONG[kind]}`, {
    hint: "Try again, or use another backup; nothing was changed here",
  });
}
