-- Column kinds (substituted per engine by migrate.rs): KEY = text compared bytewise, INT = 64-bit integer,
-- DOC = JSON text that is never searched, BYTES = sealed or binary.
-- Times are microseconds since the epoch, flags 0/1, `ver` grows with every change of its row.
-- NARROW marks tables that SQLite keeps WITHOUT ROWID. Every table is STRICT there. SQLITE begins a statement for that engine
-- alone.

CREATE TABLE meta (name KEY PRIMARY KEY, value DOC NOT NULL);

-- Batches whose outcome could be asked for after a lost connection.
CREATE TABLE batches (batch_id KEY PRIMARY KEY, at INT NOT NULL) NARROW;

CREATE TABLE access_keys (
  key_id KEY PRIMARY KEY, doc DOC NOT NULL, sealed BYTES NOT NULL, enabled INT NOT NULL, created INT NOT NULL, ver INT NOT NULL
);

-- state: 0 active, 1 deleting, 2 purged. data_key: the pool's key, wrapped by the sealing key. issuer: set by `pool set-issuer` only.
CREATE TABLE pools (
  pool_id KEY PRIMARY KEY, region KEY NOT NULL, state INT NOT NULL, doc DOC NOT NULL, data_key BYTES NOT NULL,
  issuer DOC, created INT NOT NULL, modified INT NOT NULL, ver INT NOT NULL
);
CREATE INDEX pools_by_region ON pools (region, state, pool_id);

-- sealed: JSON list of the client's secrets.
CREATE TABLE clients (
  pool_id KEY NOT NULL, client_id KEY NOT NULL, doc DOC NOT NULL, sealed BYTES, created INT NOT NULL, modified INT NOT NULL,
  ver INT NOT NULL, PRIMARY KEY (pool_id, client_id)
);
CREATE TABLE client_pools (client_id KEY PRIMARY KEY, pool_id KEY NOT NULL) NARROW;

-- key_use: 'id' or 'access'. state: 0 published only, 1 signs, 2 retired.
CREATE TABLE signing_keys (
  pool_id KEY NOT NULL, kid KEY NOT NULL, key_use KEY NOT NULL, state INT NOT NULL, public DOC NOT NULL, sealed BYTES NOT NULL,
  created INT NOT NULL, PRIMARY KEY (pool_id, kid)
);
-- One signing key per pool and use.
CREATE TABLE current_keys (pool_id KEY NOT NULL, key_use KEY NOT NULL, kid KEY NOT NULL, PRIMARY KEY (pool_id, key_use)) NARROW;
CREATE TABLE spare_keys (spare_id KEY PRIMARY KEY, public DOC NOT NULL, sealed BYTES NOT NULL, created INT NOT NULL);

-- user_id is the immutable `sub`. username: display text. status: the API's name of it. credential: sealed, versioned.
CREATE TABLE users (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, username KEY NOT NULL, status KEY NOT NULL, enabled INT NOT NULL, doc DOC NOT NULL,
  credential BYTES, created INT NOT NULL, modified INT NOT NULL, ver INT NOT NULL, PRIMARY KEY (pool_id, user_id)
);
-- One namespace for user names and aliases. name is folded. kind: 'username', 'email', 'phone_number', 'preferred_username'.
CREATE TABLE logins (
  pool_id KEY NOT NULL, name KEY NOT NULL, kind KEY NOT NULL, user_id KEY NOT NULL, PRIMARY KEY (pool_id, name)
) NARROW;
CREATE INDEX logins_by_user ON logins (pool_id, user_id);
-- Searchable attributes; value is the first 256 characters of the folded text.
CREATE TABLE user_attrs (
  pool_id KEY NOT NULL, attr KEY NOT NULL, value KEY NOT NULL, user_id KEY NOT NULL, PRIMARY KEY (pool_id, attr, value, user_id)
) NARROW;
CREATE TABLE tombstones (pool_id KEY NOT NULL, user_id KEY NOT NULL, at INT NOT NULL, PRIMARY KEY (pool_id, user_id)) NARROW;
CREATE TABLE user_counts (pool_id KEY NOT NULL, shard INT NOT NULL, n INT NOT NULL, PRIMARY KEY (pool_id, shard)) NARROW;

-- A pending code. purpose: 'sign_up', 'reset', 'verify:email', … failures: wrong answers to this code.
CREATE TABLE codes (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, purpose KEY NOT NULL, sealed BYTES NOT NULL, created INT NOT NULL, expires INT NOT NULL,
  failures INT NOT NULL, ver INT NOT NULL, bucket INT NOT NULL, PRIMARY KEY (pool_id, user_id, purpose)
);
CREATE INDEX codes_by_expiry ON codes (bucket, expires);

-- Failed passwords and counted requests. subject: a user id, or the HMAC of a folded name that does not exist.
CREATE TABLE attempts (
  pool_id KEY NOT NULL, subject KEY NOT NULL, kind KEY NOT NULL, n INT NOT NULL, since INT NOT NULL, last INT NOT NULL,
  expires INT NOT NULL, bucket INT NOT NULL, PRIMARY KEY (pool_id, subject, kind)
) NARROW;
CREATE INDEX attempts_by_expiry ON attempts (bucket, expires);

-- A signed-in session; every access and refresh token maps to one (session_id = origin_jti, else event_id).
CREATE TABLE sessions (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, session_id KEY NOT NULL, client_id KEY NOT NULL, doc DOC NOT NULL,
  created INT NOT NULL, expires INT NOT NULL, ver INT NOT NULL, bucket INT NOT NULL, PRIMARY KEY (pool_id, user_id, session_id)
) NARROW;
CREATE INDEX sessions_by_expiry ON sessions (bucket, expires);
-- Nonces of challenges that were answered with success.
CREATE TABLE spent (pool_id KEY NOT NULL, nonce KEY NOT NULL, expires INT NOT NULL, bucket INT NOT NULL, PRIMARY KEY (pool_id, nonce)) NARROW;
CREATE INDEX spent_by_expiry ON spent (bucket, expires);

-- user_id: or the pseudonym of a name that nobody has, kept only while its attempts are.
CREATE TABLE auth_events (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, at INT NOT NULL, event_id KEY NOT NULL, doc DOC NOT NULL, expires INT NOT NULL,
  bucket INT NOT NULL, PRIMARY KEY (pool_id, user_id, at, event_id)
) NARROW;
CREATE INDEX auth_events_by_expiry ON auth_events (bucket, expires);
CREATE TABLE audit (pool_id KEY NOT NULL, at INT NOT NULL, audit_id KEY NOT NULL, doc DOC NOT NULL, PRIMARY KEY (pool_id, at, audit_id)) NARROW;

-- The courier's rows. state: 0 waiting to be sent, 1 sent, 2 given up, 3 kept in the inbox of `dev`.
CREATE TABLE messages (
  pool_id KEY NOT NULL, message_id KEY NOT NULL, user_id KEY NOT NULL, state INT NOT NULL, due INT NOT NULL, sealed BYTES NOT NULL,
  created INT NOT NULL, ver INT NOT NULL, bucket INT NOT NULL, PRIMARY KEY (pool_id, message_id)
);
CREATE INDEX messages_by_id ON messages (message_id);
CREATE INDEX messages_due ON messages (state, bucket, due);

CREATE TABLE jobs (
  kind KEY NOT NULL, job_key KEY NOT NULL, owner KEY NOT NULL, lease_until INT NOT NULL, cursor DOC NOT NULL, ver INT NOT NULL,
  PRIMARY KEY (kind, job_key)
);
