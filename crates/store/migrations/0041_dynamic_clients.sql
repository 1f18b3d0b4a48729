-- dynamic_clients: the clients that registered themselves, beside their rows in clients. token_key: the MAC of the token by
-- which such a client reads and changes its registration. used: 1 once it had a token, or an administrator changed it.
CREATE TABLE dynamic_clients (
  pool_id KEY NOT NULL, client_id KEY NOT NULL, token_key KEY NOT NULL, used INT NOT NULL, created INT NOT NULL, mac BYTES,
  PRIMARY KEY (pool_id, client_id)
);
CREATE INDEX dynamic_clients_by_use ON dynamic_clients (used, created);
