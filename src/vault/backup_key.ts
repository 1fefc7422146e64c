/**
 * From what a person keeps to the key that seals a backup. How it is made stands in the backup in clear, so that a
 * later version can make it costlier; what is read from a file is bounded, for it decides how much memory is taken.
 */
import * as v from "valibot";
import type { BackupKey, BackupKeyKind } from "../core/backup_keys.ts";
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { bytesOf, textOf } from "./base64.ts";
import { type Bytes, KEY_LENGTH } from "./envelope.ts";
import { readRecoveryCode } from "./recovery_code.ts";
import { type ScryptCost, scrypted, STANDARD_COST } from "./scrypt.ts";

/** A file may ask for so much memory and no more. */
const MOST_MEMORY = 2 ** 30;
const SALT_LENGTH = 16;
const CODE_INFO = "companion-token-server recovery code";

const salt = v.pipe(
  v.string(),
  v.check((text) => (bytesOf(text)?.length ?? 0) >= SALT_LENGTH),
  v.maxLength(128),
);
const SCRYPT = v.pipe(
  v.object({
    kdf: v.literal("scrypt"),
    N: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(2 ** 20)),
    r: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32)),
    p: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16)),
    salt,
  }),
  v.check(({ N, r }) => Number.isInteger(Math.log2(N)) && 128 * N * r <= MOST_MEMORY),
);
const HKDF = v.object({ kdf: v.literal("hkdf-sha256"), salt });

/** How new keys of a kind are made: a passphrase slowly, a recovery code at once, for nobody guesses 128 bits. */
export function newMaking(kind: BackupKeyKind, cost: ScryptCost = STANDARD_COST): BackupKey["making"] {
  const salt = textOf(crypto.getRandomValues(new Uint8Array(SALT_LENGTH)));
  return kind === "passphrase" ? { kdf: "scrypt", ...cost, salt } : { kdf: "hkdf-sha256", salt };
}

/**
 * Makes the key. Throws `AppError` `usage` if `typed` is no recovery code and should be one, `database_newer` if this
 * program does not know `making`, `database_damaged` if that asks for absurd amounts of memory or time.
 */
export async function makeKey(
  kind: BackupKeyKind,
  making: BackupKey["making"],
  typed: Secret,
): Promise<BackupKey> {
  if (making["kdf"] === "scrypt") {
    const { N, r, p, salt } = checked(SCRYPT, making);
    const key = await scrypted(secretBytes(kind, typed), bytesOf(salt) ?? new Uint8Array(), { N, r, p });
    return { kind, making, key: new Secret(textOf(key)) };
  }
  if (making["kdf"] === "hkdf-sha256") {
    const { salt } = checked(HKDF, making);
    const key = await expanded(secretBytes(kind, typed), bytesOf(salt) ?? new Uint8Array());
    return { kind, making, key: new Secret(textOf(key)) };
  }
  throw new AppError(
    "database_newer",
    "Cannot open the backup: its key is made in a way that is not known here",
    {
      hint: "Install the newest version of this program",
    },
  );
}

function checked<T>(schema: v.GenericSchema<unknown, T>, making: BackupKey["making"]): T {
  const result = v.safeParse(schema, making);
  if (result.success) return result.output;
  throw new AppError(
    "database_damaged",
    "Cannot open the backup: it asks for an absurd amount of memory or time",
    {
      hint: "The file was altered; use another backup",
    },
  );
}

function secretBytes(kind: BackupKeyKind, typed: Secret): Bytes {
  // Keyboards differ in how they compose an é.
  if (kind === "passphrase") return new TextEncoder().encode(typed.reveal().normalize("NFC"));
  const bytes = readRecoveryCode(typed);
  if (typeof bytes !== "string") return bytes;
  throw new AppError("usage", `Cannot use the recovery code: ${bytes}`, {
    hint: "Type it as it was printed; small letters and missing dashes do no harm",
  });
}

async function expanded(secret: Bytes, salt: Bytes): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const info = new TextEncoder().encode(CODE_INFO);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, KEY_LENGTH * 8));
}
