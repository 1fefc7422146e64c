/** Every statement of the store. Columns are named in each, so that a later schema may add some. */

import { ACCOUNT_COLUMNS } from "../rows.ts";

const S = "companion_token_server";
const ACCOUNT = `key, revision, ${ACCOUNT_COLUMNS.join(", ")}`;
const ID = "digest, account, sealed, created_at, ends_at";
/** Milliseconds since 1970 by the server's clock: it is the one that all processes share. */
const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** What `guarded` puts before a write's own parameters: the account's key and revision, the lease's name and fence. */
const GUARDS = 4;
/** The first parameter behind those of a guarded write. */
const NEXT = GUARDS + ACCOUNT_COLUMNS.length + 1;
const parameters = (from: number, count: number): string =>
  Array.from({ length: count }, (_, at) => `$${from + at}`).join(", ");

/**
 * A write of an account and what goes with it, in one round trip and one commit. Under a lease (a fence that is not
 * null) the database says by its own clock whether the lease is held with that very fence, and its row stays locked
 * until the commit: nobody takes it over between check and commit.
 */
function guarded(more: string): string {
  const set = ACCOUNT_COLUMNS.map((column, at) => `${column} = $${GUARDS + 1 + at}`).join(", ");
  return `WITH held AS MATERIALIZED (
      SELECT FROM ${S}.leases
      WHERE name = $3 AND fence = $4::bigint AND until > clock_timestamp() FOR SHARE
    ), written AS (
      UPDATE ${S}.accounts SET revision = revision + 1, ${set}
      WHERE key = $1 AND revision = $2 AND ($4::bigint IS NULL OR EXISTS (SELECT FROM held))
      RETURNING key, client_id
    )${more}
    SELECT EXISTS (SELECT FROM written) AS written, $4::bigint IS NULL OR EXISTS (SELECT FROM held) AS held`;
}

const UPSERT_FACTS = `ON CONFLICT (client_id) DO UPDATE SET
  rotates = greatest(known.rotates, excluded.rotates),
  old_access = coalesce(excluded.old_access, known.old_access)`;
const LEARNED = `, learned AS (
      INSERT INTO ${S}.apps AS known (client_id, rotates, old_access)
      SELECT client_id, $${NEXT}::integer, $${NEXT + 1}::text FROM written
      WHERE $${NEXT}::integer <> 0 OR $${NEXT + 1}::text IS NOT NULL ${UPSERT_FACTS}
    )`;

export const STATEMENTS = {
  accounts: `SELECT ${ACCOUNT} FROM ${S}.accounts ORDER BY position`,
  account: `SELECT ${ACCOUNT} FROM ${S}.accounts WHERE key = $1`,
  outline: `SELECT 'account' AS kind, key AS name, revision AS number FROM ${S}.accounts
    UNION ALL SELECT 'id', digest, ends_at FROM ${S}.ids`,
  // In one statement, so that all of it is of one moment.
  kept: `SELECT ${ACCOUNT},
      (SELECT json_agg(json_build_object('digest', digest, 'account', account, 'sealed', encode(sealed, 'hex'),
          'created_at', created_at, 'ends_at', ends_at) ORDER BY position)::text
        FROM ${S}.ids WHERE account = owner.key) AS ids,
      (SELECT json_build_object('account', account, 'generation', generation, 'digest', digest, 'at', at)::text
        FROM ${S}.journal WHERE account = owner.key) AS open
    FROM ${S}.accounts AS owner WHERE key = $1`,
  accountOf: `SELECT account FROM ${S}.ids WHERE digest = $1`,
  // The id must be new as well: where another process adds it at the same time its constraint undoes all.
  add: `WITH account AS (
      INSERT INTO ${S}.accounts (${ACCOUNT})
      SELECT ${parameters(1, ACCOUNT_COLUMNS.length + 2)}
      WHERE NOT EXISTS (SELECT FROM ${S}.ids WHERE digest = $${ACCOUNT_COLUMNS.length + 3})
      ON CONFLICT DO NOTHING RETURNING key
    )
    INSERT INTO ${S}.ids (${ID}) SELECT ${parameters(ACCOUNT_COLUMNS.length + 3, 5)} FROM account`,
  replace: guarded(""),
  beginRefresh: guarded(`${LEARNED}, entered AS (
      INSERT INTO ${S}.journal (account, generation, digest, at)
      SELECT ${parameters(NEXT + 2, 4)} FROM written
      ON CONFLICT (account) DO UPDATE SET
        generation = excluded.generation, digest = excluded.digest, at = excluded.at
    )`),
  endRefresh: guarded(`${LEARNED}, struck AS (
      DELETE FROM ${S}.journal WHERE account IN (SELECT key FROM written)
    )`),
  remove: `DELETE FROM ${S}.accounts WHERE key = $1 AND revision = $2`,
  ids: `SELECT ${ID} FROM ${S}.ids ORDER BY position`,
  addId: `INSERT INTO ${S}.ids (${ID})
    SELECT $1, key, $3, $4, $5 FROM ${S}.accounts WHERE key = $2 ON CONFLICT DO NOTHING`,
  endId: `UPDATE ${S}.ids SET ends_at = $2 WHERE digest = $1`,
  removeId: `DELETE FROM ${S}.ids WHERE digest = $1`,
  journal: `SELECT account, generation, digest, at FROM ${S}.journal ORDER BY at, account COLLATE "C"`,
  facts: `SELECT rotates, old_access FROM ${S}.apps WHERE client_id = $1`,
  learn:
    `INSERT INTO ${S}.apps AS known (client_id, rotates, old_access) VALUES ($1, $2, $3) ${UPSERT_FACTS}`,
  setting: `SELECT value FROM ${S}.settings WHERE name = $1`,
  hasSetting: `SELECT FROM ${S}.settings WHERE name = $1`,
  saveSetting: `INSERT INTO ${S}.settings (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  addSetting: `INSERT INTO ${S}.settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
  changeSetting: `UPDATE ${S}.settings SET value = $3 WHERE name = $1 AND value = $2`,
  removeSetting: `DELETE FROM ${S}.settings WHERE name = $1`,
  removeSettingThatIs: `DELETE FROM ${S}.settings WHERE name = $1 AND value = $2`,
  slots: `SELECT id, kind, wrapped, parameters, created_at FROM ${S}.slots ORDER BY position`,
  addSlot: `INSERT INTO ${S}.slots (id, kind, wrapped, parameters, created_at)
    VALUES (${parameters(1, 5)}) ON CONFLICT DO NOTHING`,
  removeSlot: `DELETE FROM ${S}.slots WHERE id = $1`,
  isRetired: `SELECT FROM ${S}.retired_keys WHERE head = $1`,
  retire: `INSERT INTO ${S}.retired_keys (head) VALUES ($1)`,
  sealedGrants: `SELECT key, generation, sealed_grant AS sealed FROM ${S}.accounts ORDER BY position`,
  sealedIds: `SELECT digest, account, sealed FROM ${S}.ids ORDER BY position`,
  // A setting is text, or sealed: then its first byte is the envelope's version, which no text begins with.
  sealedSettings: `SELECT name, value AS sealed FROM ${S}.settings
    WHERE length(value) > 0 AND substr(value, 1, 1) < '\\x09'::bytea ORDER BY name COLLATE "C"`,
  sealed: `SELECT EXISTS (SELECT FROM ${S}.accounts) OR EXISTS (SELECT FROM ${S}.ids)
    OR EXISTS (SELECT FROM ${S}.settings WHERE length(value) > 0 AND substr(value, 1, 1) < '\\x09'::bytea) AS sealed`,
  lockSealed: `LOCK TABLE ${S}.slots, ${S}.accounts, ${S}.ids, ${S}.settings IN SHARE ROW EXCLUSIVE MODE`,
  resealGrants: resealing("accounts", "key", "sealed_grant"),
  resealIds: resealing("ids", "digest", "sealed"),
  resealSettings: resealing("settings", "name", "value"),
  // Who dies gives nothing back: what ran out long ago goes with the next that is taken. Fences come from a sequence, so
  // that none is given twice whatever becomes of the rows. That of a process lasts: cut off for hours it lives all the same.
  takeLease: `WITH forgotten AS (
      DELETE FROM ${S}.leases WHERE name IN (
        SELECT name FROM ${S}.leases WHERE name <> $1 AND until < clock_timestamp() -
          CASE WHEN starts_with(name, 'serving ') THEN interval '30 days' ELSE interval '1 hour' END
        LIMIT 10 FOR UPDATE SKIP LOCKED
      )
    ), free AS MATERIALIZED (
      SELECT name FROM ${S}.leases
      WHERE name = $1 AND (until <= clock_timestamp() OR holder = $2) FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE ${S}.leases AS lease
      SET holder = $2, fence = DEFAULT, until = clock_timestamp() + $3::bigint * interval '1 millisecond'
      FROM free WHERE lease.name = free.name RETURNING lease.fence
    ), made AS (
      INSERT INTO ${S}.leases (name, holder, until)
      SELECT $1, $2, clock_timestamp() + $3::bigint * interval '1 millisecond'
      WHERE NOT EXISTS (SELECT FROM ${S}.leases WHERE name = $1)
      ON CONFLICT DO NOTHING RETURNING fence
    )
    SELECT fence FROM taken UNION ALL SELECT fence FROM made`,
  // Also one that has run out: with its fence nobody can have held it since.
  renewLease: `UPDATE ${S}.leases SET until = clock_timestamp() + $3::bigint * interval '1 millisecond'
    WHERE name = $1 AND fence = $2`,
  giveLeaseBack: `DELETE FROM ${S}.leases WHERE name = $1 AND fence = $2`,
  othersHold: `SELECT count(*)::integer AS count FROM ${S}.leases
    WHERE starts_with(name, $1) AND holder <> $2 AND until > clock_timestamp()`,
  countWrong: `WITH forgotten AS (
      DELETE FROM ${S}.guesses WHERE address IN (
        SELECT address FROM ${S}.guesses WHERE forgotten_at < ${NOW} AND address <> $1
        ORDER BY forgotten_at LIMIT 100 FOR UPDATE SKIP LOCKED
      )
    )
    INSERT INTO ${S}.guesses AS known (address, count, at, before, forgotten_at)
    SELECT $1, 1, now, NULL, now + $2::bigint FROM (SELECT ${NOW} AS now) AS clock
    ON CONFLICT (address) DO UPDATE SET
      count = CASE WHEN known.at + $2::bigint <= excluded.at THEN 1 ELSE known.count + 1 END,
      before = CASE WHEN known.at + $2::bigint <= excluded.at THEN NULL ELSE known.at END,
      at = excluded.at, forgotten_at = excluded.forgotten_at
    RETURNING count, at - before AS ago`,
  wrong: `SELECT count, ${NOW} - at AS ago FROM ${S}.guesses WHERE address = $1`,
  forgetWrong: `DELETE FROM ${S}.guesses WHERE address = $1`,
  beat: "SELECT pg_notify($1, $2)",
} as const;

/** All rows of a table that change, in one statement: `$1` is a JSON array of { place, was, sealed }, bytes in hex. */
function resealing(table: string, key: string, column: string): string {
  return `UPDATE ${S}.${table} AS old SET ${column} = decode(fresh.sealed, 'hex')
    FROM jsonb_to_recordset($1::text::jsonb) AS fresh (place text, was text, sealed text)
    WHERE old.${key} = fresh.place AND old.${column} = decode(fresh.was, 'hex')`;
}
