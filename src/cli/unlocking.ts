import { AppError } from "../core/error.ts";
import { Guesses } from "../core/guesses.ts";
import type { Secret } from "../core/secret.ts";
import type { KeyDeps } from "../http/settings_deps.ts";
import { makeKey } from "../vault/backup_key.ts";
import { readRecoveryCode } from "../vault/recovery_code.ts";
import { isTyped } from "../vault/slots.ts";
import { typedKind } from "./key_operations.ts";
import type { Program } from "./program.ts";

/** The way to open the logins from a page. Guesses are slowed down as those of the password are. */
export function keysForPeople(program: Pick<Program, "keyring" | "unlock" | "deps">): KeyDeps {
  const { keyring, deps } = program;
  const guesses = new Guesses(deps.shared);
  const opens = async (typed: Secret): Promise<boolean> => {
    const slots = await keyring.list();
    const kind = typedKind(slots, typeof readRecoveryCode(typed) !== "string");
    const making = slots.find((slot) => slot.kind === kind)?.making ?? {};
    try {
      await program.unlock(await makeKey(kind, making, typed));
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "wrong_password") return false;
      throw error;
    }
  };
  return {
    canUnlock: async () => (await keyring.list()).some(({ kind }) => isTyped(kind)),
    async unlock(typed, from) {
      if (await guesses.judge(from, deps.clock.now(), () => opens(typed))) return;
      throw new AppError("wrong_password", "Cannot open the logins: it is not what opens them", {
        hint: "Capital letters count. Passphrases and recovery codes of backups open backups alone",
      });
    },
  };
}
