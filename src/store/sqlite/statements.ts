import type { StatementSync } from "node:sqlite";
import { ACCOUNT_COLUMNS } from "../rows.ts";

/** Those that an index stands on: to name one in an update writes its index anew, whether it changes or not. */
const INDEXED = ["alias", "twitch_id"];
/** So many rows are read at once: all at once they take up memory for good, which nobody needs afterwards. */
export const PAGE = 200;
const ACCOUNT = `key, revision, ${ACCOUNT_COLUMNS.join(", ")}`;

/** Every statement of the store, prepared once when it is opened. */
export const STATEMENTS = {
  accounts: `SELECT position, ${ACCOUNT} FROM accounts WHERE position > ? ORDER BY position LIMIT ${PAGE}`,
  account: `SELECT ${ACCOUNT} FROM accounts WHERE key = ?`,
  addAccount: `INSERT INTO accounts (${ACCOUNT})
    VALUES (:key, :revision, :${ACCOUNT_COLUMNS.join(", :")}) ON CONFLICT DO NOTHING`,
  replace: `UPDATE accounts SET revision = revision + 1, ${
    ACCOUNT_COLUMNS.map((column) => `${column} = :${column}`).join(", ")
  } WHERE key = :key AND revision = :revision`,
  renew: `UPDATE accounts SET revision = revision + 1, ${
    ACCOUNT_COLUMNS.filter((column) => !INDEXED.includes(column)).map((column) => `${column} = :${column}`)
      .join(", ")
  } WHERE key = :key AND revision = :revision AND alias = :alias AND twitch_id = :twitch_id`,
  remove: "DELETE FROM accounts WHERE key = ? AND revision = ?",
  ids: `SELECT position, digest, account, sealed, created_at, ends_at FROM ids
    WHERE position > ? ORDER BY position LIMIT ${PAGE}`,
  addId: `INSERT INTO ids (digest, account, sealed, created_at, ends_at)
    SELECT :digest, key, :sealed, :created_at, :ends_at FROM accounts WHERE key = :account
    ON CONFLICT DO NOTHING`,
  endId: "UPDATE ids SET ends_at = ? WHERE digest = ?",
  removeId: "DELETE FROM ids WHERE digest = ?",
  journal: "SELECT account, generation, digest, at FROM journal ORDER BY at, account",
  enter: `INSERT OR REPLACE INTO journal (account, generation, digest, at)
    VALUES (:account, :generation, :digest, :at)`,
  strike: "DELETE FROM journal WHERE account = ?",
  facts: "SELECT rotates, old_access FROM apps WHERE client_id = ?",
  learn: `INSERT INTO apps (client_id, rotates, old_access) VALUES (?, ?, ?)
    ON CONFLICT (client_id) DO UPDATE SET
      rotates = max(rotates, excluded.rotates), old_access = coalesce(excluded.old_access, old_access)`,
  setting: "SELECT value FROM settings WHERE name = ?",
  saveSetting: `INSERT INTO settings (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  removeSetting: "DELETE FROM settings WHERE name = ?",
  slots: "SELECT id, kind, wrapped, parameters, created_at FROM slots ORDER BY position",
  addSlot: `INSERT INTO slots (id, kind, wrapped, parameters, created_at)
    VALUES (:id, :kind, :wrapped, :parameters, :created_at) ON CONFLICT DO NOTHING`,
  removeSlot: "DELETE FROM slots WHERE id = ?",
  sealedGrants: "SELECT key, generation, sealed_grant AS sealed FROM accounts ORDER BY position",
  sealedIds: "SELECT digest, account, sealed FROM ids ORDER BY position",
  sealedSettings: `SELECT name, value AS sealed FROM settings
    WHERE substr(value, 1, 1) < x'09' AND length(value) > 0`,
  resealGrant: "UPDATE accounts SET sealed_grant = ? WHERE key = ? AND sealed_grant = ?",
  resealId: "UPDATE ids SET sealed = ? WHERE digest = ? AND sealed = ?",
  resealSetting: "UPDATE settings SET value = ? WHERE name = ? AND value = ?",
  // A setting is text, or sealed: then its first byte is the envelope's version, which no text begins with.
  sealed: `SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM ids)
    OR EXISTS (SELECT 1 FROM settings WHERE substr(value, 1, 1) < x'09') AS sealed`,
} as const;

/** Them, prepared. */
export type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;
