-- browser_sessions: who is signed in to a pool in which browser. session_key: a MAC of the cookie's value and of the host that
-- set it; the value itself is nowhere. session_id: the name of the session in listings.
CREATE TABLE browser_sessions (
  pool_id KEY NOT NULL, session_key KEY NOT NULL, user_id KEY NOT NULL, session_id KEY NOT NULL, doc DOC NOT NULL,
  created INT NOT NULL, expires INT NOT NULL, bucket INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, session_key)
);
CREATE INDEX browser_sessions_by_user ON browser_sessions (pool_id, user_id, session_id);
CREATE INDEX browser_sessions_by_expiry ON browser_sessions (bucket, expires);
-- authorization_codes: code_key is a MAC of the code. used: 0 until tokens were given for it; the row outlives the code, so that
-- a second use is noticed.
CREATE TABLE authorization_codes (
  pool_id KEY NOT NULL, code_key KEY NOT NULL, user_id KEY NOT NULL, doc DOC NOT NULL, used INT NOT NULL,
  created INT NOT NULL, expires INT NOT NULL, bucket INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, code_key)
);
CREATE INDEX authorization_codes_by_user ON authorization_codes (pool_id, user_id);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (bucket, expires);
-- The browser's session that a token session came out of; empty for none.
ALTER TABLE sessions ADD COLUMN origin KEY NOT NULL DEFAULT '';
