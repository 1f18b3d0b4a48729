-- mac: HMAC-SHA256 by the pool's key over what the row says that decides something (docs/decisions/009). NULL only in rows of
-- pools whose key still stands in the older form; the start that finds such a pool signs its rows.
ALTER TABLE pools ADD COLUMN mac BYTES;
ALTER TABLE clients ADD COLUMN mac BYTES;
ALTER TABLE signing_keys ADD COLUMN mac BYTES;
ALTER TABLE users ADD COLUMN mac BYTES;
ALTER TABLE passkeys ADD COLUMN mac BYTES;
ALTER TABLE user_groups ADD COLUMN mac BYTES;
ALTER TABLE group_members ADD COLUMN mac BYTES;
ALTER TABLE devices ADD COLUMN mac BYTES;
ALTER TABLE software_tokens ADD COLUMN mac BYTES;
ALTER TABLE identity_providers ADD COLUMN mac BYTES;
ALTER TABLE provider_links ADD COLUMN mac BYTES;
ALTER TABLE sessions ADD COLUMN mac BYTES;
ALTER TABLE domains ADD COLUMN mac BYTES;
ALTER TABLE resource_servers ADD COLUMN mac BYTES;
-- The MAC of a membership is read with it, for each token: without it in this index SQLite reads every membership of the pool.
DROP INDEX group_members_by_user;
CREATE INDEX group_members_by_user ON group_members (pool_id, user_id, group_id, mac);
