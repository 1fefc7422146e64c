-- Whether the account may be used through the relay. Every account may, until a person switches it off.
ALTER TABLE accounts ADD COLUMN relay INTEGER NOT NULL DEFAULT 1;
