/** What can be expected to go wrong with keys. */
import type { BackupKeyKind } from "../core/backup_keys.ts";
import { AppError } from "../core/error.ts";

/** Nothing of that kind opens the logins. */
export function noSuchSlot(): AppError {
  return new AppError("not_found", "Cannot find such a key: the logins have none of that kind", {
    hint: "companion-token-server key list says which there are",
  });
}

/** Without this key nobody could open anything. */
export function lastKey(): AppError {
  return new AppError("usage", "Cannot remove the key: no other is known to open the logins", {
    hint: "Add another first with companion-token-server key add",
  });
}

/** After this somebody must be there at each start. */
export function lastUnattended(): AppError {
  return new AppError(
    "usage",
    "Cannot remove the key: it is the last that opens the logins with nobody there",
    {
      hint:
        "With --unlock-after-each-reboot it goes, and after each start Companion gets no token before somebody has run " +
        "companion-token-server key unlock",
    },
  );
}

/** A slot or a setting of a later version. */
export function madeByNewer(): AppError {
  return new AppError(
    "database_newer",
    "Cannot rotate the key: a newer version has sealed something that is not known here",
    {
      hint: "Install the newest version of this program",
    },
  );
}

/** What must be typed was not. */
export function missing(kind: BackupKeyKind): AppError {
  return new AppError("usage", `Cannot go on without the ${WORDS[kind]} of the logins`, {
    hint: "Run companion-token-server key rotate or key add on a terminal, which asks for it",
  });
}

/** It opens no slot. */
export function wrongOne(kind: BackupKeyKind): AppError {
  return new AppError("wrong_password", `Cannot open the logins: this is not their ${WORDS[kind]}`, {
    hint: kind === "passphrase"
      ? "Capital letters count. The passphrase of a backup opens that backup alone"
      : "Take the last one that key recovery has shown; the recovery code of backups opens backups alone",
  });
}

/** The credential is not the one that the slot was made with. */
export function otherCredential(): AppError {
  return new AppError("locked", "Cannot rotate the key: the systemd credential is another than before", {
    hint: "Put the old one back, or take it out with companion-token-server key remove credential",
  });
}

/** No systemd credential was handed over. */
export function noCredential(): AppError {
  return new AppError("usage", "Cannot use a systemd credential: this process was given none", {
    hint:
      "Give the service LoadCredentialEncrypted=companion-token-server.key and start it again; then it can be added",
  });
}

/** A slot whose bytes were altered. */
export function slotDamaged(): AppError {
  return new AppError("locked", "Cannot open the logins: the key slot in the database is damaged", {
    hint: "Restore a backup",
  });
}

/** A key file that cannot be read or written: `why` reads on after a colon. */
export function unusable(why: string): AppError {
  return new AppError("settings", `Cannot make the key: ${why}`, {
    hint:
      "Let this program write there, or name another place with TOKEN_SERVER_KEY_FILE; nothing was changed",
  });
}

const WORDS: Readonly<Record<BackupKeyKind, string>> = {
  passphrase: "passphrase",
  recovery_code: "recovery code",
};
