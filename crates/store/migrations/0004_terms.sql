-- Terms documents of app clients, at most one of each name. doc: source, enforcement and links, JSON.
CREATE TABLE terms (
  pool_id KEY NOT NULL, terms_id KEY NOT NULL, client_id KEY NOT NULL, name KEY NOT NULL, doc DOC NOT NULL, created INT NOT NULL,
  modified INT NOT NULL, ver INT NOT NULL, PRIMARY KEY (pool_id, terms_id)
);
CREATE UNIQUE INDEX terms_by_client ON terms (pool_id, client_id, name);
