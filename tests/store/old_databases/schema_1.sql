-- A database as a program of schema 1 has left it: two logins, an id of each, a refresh whose end is not known.
-- Kept as it is for ever: each later version opens it.
PRAGMA application_id = 1129607019;
PRAGMA user_version = 1;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE slots (
  position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, wrapped BLOB NOT NULL,
  parameters TEXT NOT NULL DEFAULT '{}', created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE apps (
  client_id TEXT PRIMARY KEY, rotates INTEGER NOT NULL DEFAULT 0, old_access TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (
  position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, alias TEXT NOT NULL UNIQUE,
  twitch_id TEXT NOT NULL UNIQUE, login TEXT NOT NULL, label TEXT NOT NULL DEFAULT '', client_id TEXT NOT NULL,
  scopes TEXT NOT NULL DEFAULT '[]', sealed_grant BLOB NOT NULL, generation INTEGER NOT NULL,
  issued_at INTEGER NOT NULL, expires_at INTEGER, last_refresh INTEGER,
  health TEXT NOT NULL DEFAULT '{"state":"connected"}', refusals TEXT, sends TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL, revision INTEGER NOT NULL
) STRICT;
CREATE TABLE ids (
  position INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts (key) ON DELETE CASCADE, sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL, ends_at INTEGER
) STRICT;
CREATE INDEX ids_of_account ON ids (account);
CREATE TABLE journal (
  account TEXT PRIMARY KEY REFERENCES accounts (key) ON DELETE CASCADE, generation INTEGER NOT NULL,
  digest TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('opened_by', 'companion-token-server 1.0.0'), ('usable_from', '1'),
  ('written_by', 'companion-token-server 1.0.0');
INSERT INTO slots VALUES (1, 'slot-1', 'file', x'010203', '{}', 1700000000000);
INSERT INTO settings VALUES ('allowed-hosts', CAST('["stream.example.org"]' AS BLOB));
INSERT INTO apps VALUES ('app-1', 1, 'dies');
INSERT INTO accounts VALUES
  (1, 'key-1', 'nightowl', '12345', 'nightowl', '', 'app-1', '["chat:edit","clips:edit"]', x'01020300ff', 1,
   1700000000000, 1700000014400, NULL, '{"state":"connected"}', NULL, '[]', 1700000000000, 1),
  (2, 'key-2', 'wren', '67890', 'wren', 'Käpt’n', 'app-1', '[]', x'01', 7, 1700000000000, NULL, 1700000001234,
   '{"state":"needs_login","since":5,"reason":"refused"}', '{"count":2,"first":7,"last":8}', '[1,2]',
   1700000000000, 12);
INSERT INTO ids VALUES (1, 'd1', 'key-1', x'090807', 1700000000000, NULL),
  (2, 'd2', 'key-2', x'0907', 1700000000000, 1800000000000);
INSERT INTO journal VALUES ('key-2', 7, 'ab', 1700000100000);
