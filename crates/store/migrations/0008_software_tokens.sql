-- Authenticator apps, one per user. seed: the registered one, sealed. last_step: the newest time step whose code was used.
-- pending: a seed that no code has confirmed yet, sealed.
CREATE TABLE software_tokens (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, seed BYTES, last_step INT NOT NULL, pending BYTES, ver INT NOT NULL,
  PRIMARY KEY (pool_id, user_id)
);
