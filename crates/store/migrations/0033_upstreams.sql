-- upstreams: the pool of another server in front of which a pool stands; one a pool. user_pool: the other pool's id. sealed:
-- the secrets of its clients and of an access key.
CREATE TABLE upstreams (
  pool_id KEY NOT NULL, user_pool KEY NOT NULL, doc DOC NOT NULL, sealed BYTES NOT NULL, created INT NOT NULL,
  modified INT NOT NULL, ver INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, user_pool)
);
-- upstream_users: the users whom the other server knew when they signed in here. state: 1 once their password is here, so
-- that the other server is asked no more; mark: a digest of what then was their credential. The row stays when the upstream
-- ends.
CREATE TABLE upstream_users (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, state INT NOT NULL, mark BYTES, first INT NOT NULL, last INT NOT NULL,
  mac BYTES,
  PRIMARY KEY (pool_id, user_id)
);
