-- CUSTOM_AUTH between two challenges: what was asked and answered so far, and the answer that is expected. user_id: a
-- user's, or the pseudonym of a name that nobody has.
CREATE TABLE custom_auth (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, row_id KEY NOT NULL, sealed BYTES NOT NULL, expires INT NOT NULL, ver INT NOT NULL,
  bucket INT NOT NULL, PRIMARY KEY (pool_id, user_id, row_id)
);
CREATE INDEX custom_auth_by_expiry ON custom_auth (bucket, expires);
