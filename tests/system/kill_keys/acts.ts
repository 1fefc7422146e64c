/** What a process is killed in, and how the keys stand before. */
import type { BackupKey } from "../../../src/core/backup_keys.ts";
import type { SlotKind } from "../../../src/vault/slots.ts";
import { type Opened, typedFor, typedKey } from "../../support/key_place.ts";

/** What the person has on paper and in mind: before, and what takes its place. */
export const PASSPHRASES = ["four words of old", "four words of now"] as const;
export const CODES = [
  "000-000-000-000-000-000-000-000-000",
  "WPF-V22-PTA-3R4-N33-FRQ-25Q-S08-2WJ",
] as const;

/** One of them. */
export interface Act {
  readonly name: string;
  /** The keys that are there before, besides the file unless `withoutFile`; undefined before the first start. */
  readonly before: readonly SlotKind[] | undefined;
  readonly withoutFile?: true;
  /** systemd hands a credential over, besides. */
  readonly credential?: true;
  /** Whether somebody must type something afterwards if it came to its end. */
  readonly locks?: true;
  run(opened: Opened): Promise<void>;
}

const NOW = 9;

function add(kind: SlotKind, make: () => Promise<BackupKey | undefined> = async () => await undefined) {
  return async ({ keyring }: Opened): Promise<void> => await keyring.add(kind, NOW, await make());
}

const addPassphrase = add("passphrase", () => typedKey("passphrase", PASSPHRASES[1]));
const addCode = add("recovery_code", () => typedKey("recovery_code", CODES[1]));

async function rotate({ keyring }: Opened): Promise<void> {
  const kinds = (await keyring.list()).map(({ kind }) => kind);
  const typed: BackupKey[] = [];
  if (kinds.includes("passphrase")) typed.push(await typedFor(keyring, "passphrase", PASSPHRASES[0]));
  if (kinds.includes("recovery_code")) typed.push(await typedKey("recovery_code", CODES[1]));
  await keyring.rotate(NOW, typed);
}

function remove(kind: SlotKind) {
  return async ({ keyring }: Opened): Promise<void> => {
    // The second time it may be gone.
    if ((await keyring.list()).some((slot) => slot.kind === kind)) await keyring.remove(kind, true);
  };
}

/** All of them. */
export const ACTS: readonly Act[] = [
  { name: "first start", before: undefined, run: () => Promise.resolve() },
  {
    name: "first start with a credential",
    before: undefined,
    credential: true,
    run: () => Promise.resolve(),
  },
  { name: "renew the file", before: [], run: add("file") },
  { name: "add a file", before: ["passphrase"], withoutFile: true, run: add("file") },
  { name: "add a credential", before: [], credential: true, run: add("credential") },
  { name: "add a passphrase", before: [], run: addPassphrase },
  {
    name: "change the passphrase",
    before: ["passphrase"],
    withoutFile: true,
    locks: true,
    run: addPassphrase,
  },
  { name: "make a recovery code", before: [], run: addCode },
  {
    name: "renew the recovery code",
    before: ["recovery_code"],
    withoutFile: true,
    locks: true,
    run: addCode,
  },
  { name: "remove the file", before: ["passphrase"], locks: true, run: remove("file") },
  { name: "remove the credential", before: ["credential"], credential: true, run: remove("credential") },
  { name: "remove the passphrase", before: ["passphrase", "recovery_code"], run: remove("passphrase") },
  { name: "rotate with a file", before: [], run: rotate },
  {
    name: "rotate with every kind",
    before: ["credential", "passphrase", "recovery_code"],
    credential: true,
    run: rotate,
  },
  {
    name: "rotate with a passphrase alone",
    before: ["passphrase"],
    withoutFile: true,
    locks: true,
    run: rotate,
  },
];
