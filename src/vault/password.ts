/**
 * Passwords by scrypt. What a hash cost stands in its text, so that a later version can make it costlier; what is read
 * back is bounded, for it decides how much memory is taken. Known answers in `tests/vault/password_test.ts` hold the
 * format still: `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, salt and key in base64.
 */
import { AppError } from "../core/error.ts";
import type { Passwords } from "../core/ports.ts";
import type { Secret } from "../core/secret.ts";
import { bytesOf, textOf } from "./base64.ts";
import { type Bytes, KEY_LENGTH } from "./envelope.ts";
import { type ScryptCost, scrypted, STANDARD_COST } from "./scrypt.ts";

const SALT_LENGTH = 16;
const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/=]{24,88})\$([A-Za-z0-9+/=]{44})$/;
/** 256 MiB: more than any version is going to ask for. */
const MOST_MEMORY = 2 ** 28;
const MOST_ROUNDS = 16;

interface Hash {
  readonly cost: ScryptCost;
  readonly salt: Bytes;
  readonly key: Bytes;
}

/** Hashes new passwords at this cost and checks those of any cost. */
export function scryptPasswords(cost: ScryptCost = STANDARD_COST): Passwords {
  return {
    async hash(password) {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_LENGTH));
      const key = await scrypted(bytesIn(password), salt, cost);
      return `$scrypt$ln=${Math.log2(cost.N)},r=${cost.r},p=${cost.p}$${textOf(salt)}$${textOf(key)}`;
    },
    async matches(password, text) {
      const { cost, salt, key } = read(text);
      const { timingSafeEqual } = await import("node:crypto");
      return timingSafeEqual(await scrypted(bytesIn(password), salt, cost), key);
    },
  };
}

function bytesIn(password: Secret): Bytes {
  return new TextEncoder().encode(password.reveal());
}

function read(text: string): Hash {
  const [, ln, r, p, salt, key] = FORM.exec(text) ?? [];
  const hash = {
    cost: { N: 2 ** Number(ln), r: Number(r), p: Number(p) },
    salt: bytesOf(salt ?? ""),
    key: bytesOf(key ?? ""),
  };
  if (isSound(hash)) return hash;
  throw new AppError("database_damaged", "Cannot check the password: what is stored of it is damaged", {
    hint: "Run companion-token-server setup --reset-password on the machine itself; no login is lost by it",
  });
}

function isSound(hash: { cost: ScryptCost; salt: Bytes | undefined; key: Bytes | undefined }): hash is Hash {
  const { N, r, p } = hash.cost;
  return N >= 2 && r >= 1 && p >= 1 && p <= MOST_ROUNDS && 128 * N * r <= MOST_MEMORY &&
    hash.salt !== undefined && hash.salt.length >= SALT_LENGTH && hash.key?.length === KEY_LENGTH;
}
