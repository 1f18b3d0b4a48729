-- consents: the clients that a user let in although nobody at the pool vouches for them (docs/OAUTH.md). consent_key: a hash of
-- the client and of the place to which its answers go. doc: both, the scopes, and what the client said of itself then.
CREATE TABLE consents (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, consent_key KEY NOT NULL, doc DOC NOT NULL, created INT NOT NULL, modified INT NOT NULL,
  mac BYTES, PRIMARY KEY (pool_id, user_id, consent_key)
);
