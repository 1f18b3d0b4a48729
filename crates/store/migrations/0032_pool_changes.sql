-- shape: the number of the rules by which the pool's users are written; the settings repeat it under the MAC. A batch that writes
-- a user requires it, so that no node goes on with rules of before.
ALTER TABLE pools ADD COLUMN shape INT NOT NULL DEFAULT 0;
-- Changes of what Cognito calls immutable. state: the domain's name of it. progress: how far it is.
CREATE TABLE pool_changes (
  pool_id KEY NOT NULL, plan_id KEY NOT NULL, state KEY NOT NULL, doc DOC NOT NULL, progress DOC NOT NULL, created INT NOT NULL,
  modified INT NOT NULL, ver INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, plan_id)
);
CREATE INDEX pool_changes_by_state ON pool_changes (state, pool_id);
-- Users as they were before the change, while it can be undone.
CREATE TABLE pool_change_users (pool_id KEY NOT NULL, user_id KEY NOT NULL, sealed BYTES NOT NULL, PRIMARY KEY (pool_id, user_id));
