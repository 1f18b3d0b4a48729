-- Passkeys. credential_id: base64url. rp_id: the relying party for which it was made. public_key: COSE. sign_count: what its
-- authenticator counted at the last use, 0 when it does not count. doc: what is shown of it, JSON. used: the last sign-in, 0
-- before the first.
CREATE TABLE passkeys (
  pool_id KEY NOT NULL, credential_id KEY NOT NULL, user_id KEY NOT NULL, rp_id KEY NOT NULL, public_key BYTES NOT NULL,
  sign_count INT NOT NULL, doc DOC NOT NULL, created INT NOT NULL, used INT NOT NULL, PRIMARY KEY (pool_id, credential_id)
);
CREATE INDEX passkeys_by_user ON passkeys (pool_id, user_id, created, credential_id);
