-- Identity providers. provider_id is never used again: a link names it, so what was linked through a deleted provider is
-- not linked through a new one of the same name. doc: settings, JSON. sealed: JSON map of the secret settings.
CREATE TABLE identity_providers (
  pool_id KEY NOT NULL, name KEY NOT NULL, provider_id KEY NOT NULL, doc DOC NOT NULL, sealed BYTES, created INT NOT NULL,
  modified INT NOT NULL, ver INT NOT NULL, PRIMARY KEY (pool_id, name)
);
CREATE UNIQUE INDEX identity_providers_by_id ON identity_providers (pool_id, provider_id);
CREATE TABLE idp_identifiers (
  pool_id KEY NOT NULL, identifier KEY NOT NULL, name KEY NOT NULL, PRIMARY KEY (pool_id, identifier)
) NARROW;
CREATE INDEX idp_identifiers_by_name ON idp_identifiers (pool_id, name);
-- Outside identities that sign in as a user. link_key: a hash of attribute and value, for values may be too long for an index.
CREATE TABLE provider_links (
  pool_id KEY NOT NULL, provider_id KEY NOT NULL, link_key KEY NOT NULL, user_id KEY NOT NULL, attribute DOC NOT NULL,
  value DOC NOT NULL, created INT NOT NULL, PRIMARY KEY (pool_id, provider_id, link_key)
);
CREATE INDEX provider_links_by_user ON provider_links (pool_id, user_id);
