-- Sessions of pools that track them. active: when the session last gave out tokens; 0 where nobody asked. activity: from
-- where, JSON.
ALTER TABLE sessions ADD COLUMN active INT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN activity DOC;
-- A row of each user whose sessions are counted. Sign-ins of the user pass its lock one after the other.
CREATE TABLE session_turns (pool_id KEY NOT NULL, user_id KEY NOT NULL, n INT NOT NULL, PRIMARY KEY (pool_id, user_id)) NARROW;
