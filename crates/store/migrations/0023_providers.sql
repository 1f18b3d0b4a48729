-- provider_requests: sign-ins that wait for the answer of an identity provider. request_key: a MAC of the value by which the
-- provider's answer names it, which is nowhere. answered: 1 once a checked answer is in doc, which the browser then fetches.
CREATE TABLE provider_requests (
  pool_id KEY NOT NULL, request_key KEY NOT NULL, client_id KEY NOT NULL, answered INT NOT NULL, doc DOC NOT NULL,
  created INT NOT NULL, expires INT NOT NULL, bucket INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, request_key)
);
CREATE INDEX provider_requests_by_expiry ON provider_requests (bucket, expires);
