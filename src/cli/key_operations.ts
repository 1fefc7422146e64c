/** What `key` asks of the logins. A passphrase or code never comes here, only the key that was made of it. */
import type { BackupKeyKind } from "../core/backup_keys.ts";
import { AppError } from "../core/error.ts";
import { activeShow } from "../core/show.ts";
import type { SlotKind } from "../vault/slots.ts";
import { type BackupKeyJson, keyOf } from "./backup_operations.ts";
import { openAlone, type Program, SERVING } from "./program.ts";
import type { Host } from "./sign_in_operations.ts";

/** A way to open the logins. */
export interface KeyJson {
  readonly kind: string;
  readonly createdAt: string;
  /** Whether it opens them now with nobody there; null where a person must type something. */
  readonly opens: boolean | null;
}

/** A slot and how its key is made, for whoever has something to type. */
export interface KeySlotJson extends KeyJson {
  readonly making: BackupKeyJson["making"];
}

/** How the keys stand. */
export interface KeysJson {
  /** Why the logins cannot be opened; null when they can. */
  readonly locked: string | null;
  readonly slots: readonly KeySlotJson[];
}

/** The part of `Operations` that is about keys. */
export interface KeyOperations {
  keys(input: Record<never, never>): Promise<KeysJson>;
  unlock(
    input: { readonly key: BackupKeyJson },
  ): Promise<{ readonly accounts: number; readonly lasts: boolean }>;
  /** `key` for what a person types; null for a key file and a credential. */
  addKey(input: { readonly kind: SlotKind; readonly key: BackupKeyJson | null }): Promise<KeysJson>;
  /** `file`: the key file that went with it; null if none did. */
  removeKey(
    input: { readonly kind: SlotKind; readonly unlockAfterEachReboot: boolean },
  ): Promise<{ readonly file: string | null }>;
  /** `keys`: the passphrase that there is, a new recovery code in place of the one that there is. */
  rotateKey(input: { readonly keys: readonly BackupKeyJson[] }): Promise<KeysJson>;
}

/** Those operations on a program in this process. */
export function keyOperations(program: Program, host: Host): KeyOperations {
  const { keyring, deps, roster } = program;
  const state = async (): Promise<KeysJson> => ({
    locked: deps.vault.locked ?? null,
    slots: (await keyring.list()).map(({ kind, createdAt, opens, making }) => ({
      kind,
      createdAt: new Date(createdAt).toISOString(),
      opens: opens ?? null,
      making,
    })),
  });
  /** Whoever looks for a reason later finds it here. */
  const note = (event: string, kind?: string): void => {
    const used = activeShow(roster, deps.clock.now()).map(({ alias }) => alias).join(" ");
    if (used !== "") deps.log.warn("keys are changed while somebody is at work", { accounts: used });
    deps.log.info(event, { kind });
  };
  return {
    keys: state,
    async unlock({ key }) {
      await program.unlock(keyOf(key));
      return { accounts: roster.all().length, lasts: host.lasts };
    },
    async addKey({ kind, key }) {
      const add = () => keyring.add(kind, deps.clock.now(), key === null ? undefined : keyOf(key));
      if (kind === "file") await alone(program, "make a new key file", add);
      else await add();
      note("key added", kind);
      return await state();
    },
    async removeKey({ kind, unlockAfterEachReboot }) {
      const file = await keyring.remove(kind, unlockAfterEachReboot);
      note("key removed", kind);
      return { file: file ?? null };
    },
    async rotateKey({ keys }) {
      try {
        await alone(program, "rotate the key", () => keyring.rotate(deps.clock.now(), keys.map(keyOf)));
      } catch (error) {
        // The message names the setting or says that it is a login; the log says which and why.
        const cause = error instanceof AppError ? error.cause : undefined;
        if (cause instanceof AppError) deps.log.error("key not rotated", { error: cause.message });
        throw error;
      }
      note("key rotated");
      return await state();
    },
  };
}

/** Other processes know the old key alone, and would seal with it what nobody can open afterwards. None opens meanwhile. */
async function alone<T>(
  { deps: { shared, clock } }: Program,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  return await openAlone(shared, clock, async () => {
    const others = await shared?.othersHold(SERVING) ?? 0;
    if (others > 0) throw notAlone(doing, others);
    return await work();
  });
}

function notAlone(doing: string, others: number): AppError {
  return new AppError(
    "busy",
    `Cannot ${doing}: ${others} running ${others === 1 ? "instance uses" : "instances use"} it`,
    {
      hint: "Stop every instance, run this, give each the new key file, and start them again",
    },
  );
}

/** The kind of the slot that what was typed is for. Throws `AppError` `not_found` if nothing that is typed opens it. */
export function typedKind(
  slots: readonly { readonly kind: string }[],
  isCode: boolean,
): BackupKeyKind {
  const kinds = (["passphrase", "recovery_code"] as const)
    .filter((kind) => slots.some((slot) => slot.kind === kind));
  const kind = kinds.find((one) => (one === "recovery_code") === isCode) ?? kinds[0];
  if (kind !== undefined) return kind;
  throw new AppError("not_found", "Cannot unlock: no passphrase and no recovery code opens the logins", {
    hint: "Put back the key file or the systemd credential, and start the server again",
  });
}
