-- Resource servers of OAuth. scopes: JSON list of the scopes with their descriptions.
CREATE TABLE resource_servers (
  pool_id KEY NOT NULL, identifier KEY NOT NULL, name DOC NOT NULL, scopes DOC NOT NULL, created INT NOT NULL, modified INT NOT NULL,
  ver INT NOT NULL, PRIMARY KEY (pool_id, identifier)
);
