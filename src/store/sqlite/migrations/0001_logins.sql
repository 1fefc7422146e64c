-- Every table and column is explained in .github/SCHEMA.md.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE slots (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  parameters TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE apps (
  client_id TEXT PRIMARY KEY,
  rotates INTEGER NOT NULL DEFAULT 0,
  old_access TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  position INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  alias TEXT NOT NULL UNIQUE,
  twitch_id TEXT NOT NULL UNIQUE,
  login TEXT NOT NULL,
  label TEXT NOT NULL DEFAULT '',
  client_id TEXT NOT NULL,
  scopes TEXT NOT NULL DEFAULT '[]',
  sealed_grant BLOB NOT NULL,
  generation INTEGER NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_refresh INTEGER,
  health TEXT NOT NULL DEFAULT '{"state":"connected"}',
  refusals TEXT,
  sends TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE ids (
  position INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at INTEGER
) STRICT;

CREATE INDEX ids_of_account ON ids (account);

CREATE TABLE journal (
  account TEXT PRIMARY KEY REFERENCES accounts (key) ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  digest TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
