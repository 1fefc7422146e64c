-- Everything stands in a schema of its own, so that a database may hold other things too. Every name is written with
-- it, whatever search_path says. Columns are explained in .github/SCHEMA.md: they are those of the SQLite database.
-- Times are milliseconds since 1970; JSON stands in text columns, because what cannot be read must not stop a start.
CREATE TABLE companion_token_server.meta (
  name text PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE companion_token_server.slots (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  kind text NOT NULL,
  wrapped bytea NOT NULL,
  parameters text NOT NULL DEFAULT '{}',
  created_at bigint NOT NULL
);

CREATE TABLE companion_token_server.settings (
  name text PRIMARY KEY,
  value bytea NOT NULL
);

CREATE TABLE companion_token_server.apps (
  client_id text PRIMARY KEY,
  rotates integer NOT NULL DEFAULT 0,
  old_access text
);

CREATE TABLE companion_token_server.accounts (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  alias text NOT NULL UNIQUE,
  twitch_id text NOT NULL UNIQUE,
  login text NOT NULL,
  label text NOT NULL DEFAULT '',
  client_id text NOT NULL,
  scopes text NOT NULL DEFAULT '[]',
  sealed_grant bytea NOT NULL,
  generation bigint NOT NULL,
  issued_at bigint NOT NULL,
  expires_at bigint,
  last_refresh bigint,
  health text NOT NULL DEFAULT '{"state":"connected"}',
  refusals text,
  sends text NOT NULL DEFAULT '[]',
  created_at bigint NOT NULL,
  relay integer NOT NULL DEFAULT 1,
  password_digest text,
  revision bigint NOT NULL
);

CREATE TABLE companion_token_server.ids (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest text NOT NULL UNIQUE,
  account text NOT NULL REFERENCES companion_token_server.accounts (key) ON DELETE CASCADE,
  sealed bytea NOT NULL,
  created_at bigint NOT NULL,
  ends_at bigint
);

CREATE INDEX ids_of_account ON companion_token_server.ids (account);

CREATE TABLE companion_token_server.journal (
  account text PRIMARY KEY REFERENCES companion_token_server.accounts (key) ON DELETE CASCADE,
  generation bigint NOT NULL,
  digest text NOT NULL,
  at bigint NOT NULL
);

-- Who may do what only one process may do at a time. A lease that is given back has no row: fences never repeat.
CREATE SEQUENCE companion_token_server.fences;

CREATE TABLE companion_token_server.leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  fence bigint NOT NULL DEFAULT nextval('companion_token_server.fences'),
  until timestamptz NOT NULL
);

-- Wrong guesses of passwords and ids by address. Nothing here outlives a crash of the server, and nothing needs to.
CREATE UNLOGGED TABLE companion_token_server.guesses (
  address text PRIMARY KEY,
  count integer NOT NULL,
  at bigint NOT NULL,
  before bigint,
  forgotten_at bigint NOT NULL
);

CREATE INDEX guesses_by_end ON companion_token_server.guesses (forgotten_at);

-- Tells the other processes what was written, by names that are no secret. Who has written is said by application_name.
CREATE FUNCTION companion_token_server.tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed record;
  told jsonb;
BEGIN
  IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
  IF TG_TABLE_NAME = 'accounts' THEN
    told := jsonb_build_object('kind', 'account', 'key', changed.key);
  ELSIF TG_TABLE_NAME IN ('ids', 'journal') THEN
    told := jsonb_build_object('kind', 'account', 'key', changed.account);
  ELSIF TG_TABLE_NAME = 'settings' THEN
    told := jsonb_build_object('kind', 'setting', 'name', changed.name);
  ELSIF TG_TABLE_NAME = 'apps' THEN
    told := jsonb_build_object('kind', 'app', 'clientId', changed.client_id);
  ELSE
    told := jsonb_build_object('kind', 'slots');
  END IF;
  told := told || jsonb_build_object('by', current_setting('application_name'));
  -- A payload ends at 8000 bytes, and a name that is too long for it must not stop the write.
  IF octet_length(told::text) > 7000 THEN
    told := jsonb_build_object('kind', 'anything', 'by', current_setting('application_name'));
  END IF;
  PERFORM pg_notify('companion_token_server', told::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON companion_token_server.accounts
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON companion_token_server.ids
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON companion_token_server.journal
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON companion_token_server.settings
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON companion_token_server.apps
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON companion_token_server.slots
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.tell();
