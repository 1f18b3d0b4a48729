-- provider_sessions: what a sign-out needs of a sign-in through a provider of SAML. session_id: the name of the browser's
-- session that it began, which the token sessions have as their origin. name_key, index_key: MACs of the provider's name of the
-- user and of its session, index_key empty without one. The row outlives the browser's session for the token sessions' sake.
CREATE TABLE provider_sessions (
  pool_id KEY NOT NULL, session_id KEY NOT NULL, user_id KEY NOT NULL, name_key KEY NOT NULL, index_key KEY NOT NULL,
  sealed BYTES NOT NULL, created INT NOT NULL, expires INT NOT NULL, bucket INT NOT NULL, mac BYTES,
  PRIMARY KEY (pool_id, session_id)
);
CREATE INDEX provider_sessions_by_name ON provider_sessions (pool_id, name_key, index_key);
CREATE INDEX provider_sessions_by_user ON provider_sessions (pool_id, user_id);
CREATE INDEX provider_sessions_by_expiry ON provider_sessions (bucket, expires);
-- entity: a hash of the provider's own name in its SAML metadata, by which its messages name it; empty for others.
ALTER TABLE identity_providers ADD COLUMN entity KEY NOT NULL DEFAULT '';
CREATE INDEX identity_providers_by_entity ON identity_providers (entity, pool_id);
