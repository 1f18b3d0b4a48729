-- Point-in-time recovery. paused: 1 while a recovery of the pool is open; writes of its users wait until it is 0 again.
ALTER TABLE pools ADD COLUMN paused INT NOT NULL DEFAULT 0;
-- Rows of users, groups, memberships, authenticator apps, passkeys and links as they were before a change, written in its
-- batch. at: the time of the change. entity: 'user', 'group', 'member', 'token', 'passkey', 'link'. row_key: the key of the
-- row in its pool. ver: its version, 0 where it has none. there: 0 if there was no such row. What the other columns hold
-- depends on the entity (tables/before_images.rs); row_mac is the MAC that the row itself carried.
CREATE TABLE before_images (
  pool_id KEY NOT NULL, at INT NOT NULL, entity KEY NOT NULL, row_key KEY NOT NULL, ver INT NOT NULL, there INT NOT NULL,
  text_1 DOC, text_2 DOC, text_3 DOC, text_4 DOC, int_1 INT, int_2 INT, int_3 INT, sealed BYTES, public BYTES, row_mac BYTES,
  PRIMARY KEY (pool_id, at, entity, row_key, ver)
) NARROW;
-- Recoveries, open and ended. status: as in the API. target: the moment to which the pool returns. changed: when the status
-- last changed. counts: the preview, JSON.
CREATE TABLE recoveries (
  pool_id KEY NOT NULL, restore_id KEY NOT NULL, status KEY NOT NULL, target INT NOT NULL, created INT NOT NULL, changed INT NOT NULL,
  counts DOC, ver INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, restore_id)
);
CREATE INDEX recoveries_by_time ON recoveries (pool_id, created, restore_id);
CREATE INDEX recoveries_by_status ON recoveries (status, created);
-- The rows that a recovery may change. first_…: the oldest image after the target; first_at is -1 for a user of whom other
-- rows change alone. last_…: the newest image of a row that was there, last_ver is -1 without one. action: 0 none, 1 create,
-- 2 update, 3 delete. stage: how far the restoration of this row has come.
CREATE TABLE recovery_items (
  pool_id KEY NOT NULL, restore_id KEY NOT NULL, entity KEY NOT NULL, row_key KEY NOT NULL, first_at INT NOT NULL,
  first_ver INT NOT NULL, first_there INT NOT NULL, last_at INT NOT NULL, last_ver INT NOT NULL, action INT NOT NULL,
  stage INT NOT NULL, PRIMARY KEY (pool_id, restore_id, entity, row_key)
) NARROW;
