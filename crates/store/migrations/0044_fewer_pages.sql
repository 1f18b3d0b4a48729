-- SQLite writes whole pages, so a commit costs what the number of pages is that it changes.
--
-- A session is a row of some 400 bytes under a key that is random to the tree: with the rows in the tree of the key, it has nine of
-- them to a page and splits a page at every few sign-ins. Rows go to the end of a tree of their own now, beside each other, and the key
-- is an index.
SQLITE CREATE TABLE sessions_new (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, session_id KEY NOT NULL, client_id KEY NOT NULL, doc DOC NOT NULL,
  created INT NOT NULL, expires INT NOT NULL, ver INT NOT NULL, bucket INT NOT NULL, active INT NOT NULL DEFAULT 0, activity DOC,
  mac BYTES, origin KEY NOT NULL DEFAULT '', PRIMARY KEY (pool_id, user_id, session_id)
);
SQLITE INSERT INTO sessions_new (pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket, active, activity, mac, origin)
  SELECT pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket, active, activity, mac, origin FROM sessions;
SQLITE DROP TABLE sessions;
SQLITE ALTER TABLE sessions_new RENAME TO sessions;
SQLITE CREATE INDEX sessions_by_expiry ON sessions (expires);

-- One writer needs no buckets: what is new goes to one end of the index in the place of 64.
SQLITE DROP INDEX codes_by_expiry;
SQLITE CREATE INDEX codes_by_expiry ON codes (expires);
SQLITE DROP INDEX attempts_by_expiry;
SQLITE CREATE INDEX attempts_by_expiry ON attempts (expires);
SQLITE DROP INDEX spent_by_expiry;
SQLITE CREATE INDEX spent_by_expiry ON spent (expires);
SQLITE DROP INDEX auth_events_by_expiry;
SQLITE CREATE INDEX auth_events_by_expiry ON auth_events (expires);
SQLITE DROP INDEX custom_auth_by_expiry;
SQLITE CREATE INDEX custom_auth_by_expiry ON custom_auth (expires);
SQLITE DROP INDEX browser_sessions_by_expiry;
SQLITE CREATE INDEX browser_sessions_by_expiry ON browser_sessions (expires);
SQLITE DROP INDEX authorization_codes_by_expiry;
SQLITE CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires);
SQLITE DROP INDEX pushed_requests_by_expiry;
SQLITE CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires);
SQLITE DROP INDEX device_requests_by_expiry;
SQLITE CREATE INDEX device_requests_by_expiry ON device_requests (expires);
SQLITE DROP INDEX provider_requests_by_expiry;
SQLITE CREATE INDEX provider_requests_by_expiry ON provider_requests (expires);
SQLITE DROP INDEX provider_sessions_by_expiry;
SQLITE CREATE INDEX provider_sessions_by_expiry ON provider_sessions (expires);
SQLITE DROP INDEX link_offers_by_expiry;
SQLITE CREATE INDEX link_offers_by_expiry ON link_offers (expires);
SQLITE DROP INDEX link_requests_by_expiry;
SQLITE CREATE INDEX link_requests_by_expiry ON link_requests (expires);
