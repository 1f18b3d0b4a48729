-- Groups. A membership names the group by an id that is never used again, so the members of a deleted group are in no
-- group from then on, and a job takes their rows away. folded: names that differ only by case collide.
CREATE TABLE user_groups (
  pool_id KEY NOT NULL, name KEY NOT NULL, folded KEY NOT NULL, group_id KEY NOT NULL, description DOC, role DOC, precedence INT,
  created INT NOT NULL, modified INT NOT NULL, ver INT NOT NULL, PRIMARY KEY (pool_id, name)
);
CREATE UNIQUE INDEX user_groups_by_folded ON user_groups (pool_id, folded);
CREATE UNIQUE INDEX user_groups_by_id ON user_groups (pool_id, group_id);
CREATE TABLE group_members (
  pool_id KEY NOT NULL, group_id KEY NOT NULL, user_id KEY NOT NULL, PRIMARY KEY (pool_id, group_id, user_id)
) NARROW;
CREATE INDEX group_members_by_user ON group_members (pool_id, user_id, group_id);

-- How many of a resource a pool has, for the resources with a quota.
CREATE TABLE resource_counts (pool_id KEY NOT NULL, resource KEY NOT NULL, n INT NOT NULL, PRIMARY KEY (pool_id, resource)) NARROW;
