-- Data keys that were changed, each by what its ciphertext begins with: version and key id. A process that was cut off
-- meanwhile may know none but such a key, and what it seals with it would open nowhere after its end. So it is refused,
-- whichever statement brings it; whoever changes the key has locked these tables until the commit.
CREATE TABLE companion_token_server.retired_keys (
  head bytea PRIMARY KEY
);

CREATE FUNCTION companion_token_server.refuse_retired() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sealed bytea;
BEGIN
  IF TG_TABLE_NAME = 'accounts' THEN
    sealed := NEW.sealed_grant;
  ELSIF TG_TABLE_NAME = 'ids' THEN
    sealed := NEW.sealed;
  ELSE
    sealed := NEW.value;
  END IF;
  IF EXISTS (SELECT FROM companion_token_server.retired_keys WHERE head = substr(sealed, 1, 9)) THEN
    RAISE EXCEPTION USING ERRCODE = 'TK001', MESSAGE = 'sealed with a data key that was changed';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER refuse_retired BEFORE INSERT OR UPDATE OF sealed_grant ON companion_token_server.accounts
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.refuse_retired();
CREATE TRIGGER refuse_retired BEFORE INSERT OR UPDATE OF sealed ON companion_token_server.ids
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.refuse_retired();
CREATE TRIGGER refuse_retired BEFORE INSERT OR UPDATE OF value ON companion_token_server.settings
  FOR EACH ROW EXECUTE FUNCTION companion_token_server.refuse_retired();
