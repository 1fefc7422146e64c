-- SHA-256 of the password that has to come with the account's ids; NULL: the id is enough.
ALTER TABLE accounts ADD COLUMN password_digest TEXT;
