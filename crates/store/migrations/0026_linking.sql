-- link_offers: first sign-ins whose users were asked if they have an account already. offer_key: a MAC of a value that the
-- browser alone has. sealed: what the provider said.
CREATE TABLE link_offers (
  pool_id KEY NOT NULL, offer_key KEY NOT NULL, provider_id KEY NOT NULL, client_id KEY NOT NULL, sealed BYTES NOT NULL,
  created INT NOT NULL, expires INT NOT NULL, bucket INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, offer_key)
);
CREATE INDEX link_offers_by_expiry ON link_offers (bucket, expires);
-- link_requests: first sign-ins that wait for an administrator, and those to which one said no. request_id: a MAC of
-- provider and subject.
CREATE TABLE link_requests (
  pool_id KEY NOT NULL, request_id KEY NOT NULL, provider_id KEY NOT NULL, state INT NOT NULL, doc DOC NOT NULL,
  created INT NOT NULL, expires INT NOT NULL, bucket INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, request_id)
);
CREATE INDEX link_requests_by_expiry ON link_requests (bucket, expires);
CREATE INDEX link_requests_by_provider ON link_requests (pool_id, provider_id, state, created);
-- retired_providers: the provider that was deleted last of each name, so that one of the same name and the same authority
-- has its users and links again. doc: that authority, and by what its users were linked.
CREATE TABLE retired_providers (
  pool_id KEY NOT NULL, name KEY NOT NULL, provider_id KEY NOT NULL, doc DOC NOT NULL, mac BYTES,
  PRIMARY KEY (pool_id, name)
);
