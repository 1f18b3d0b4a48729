-- Devices that users confirmed. name: what the user calls it. sealed: salt and verifier of its password, absent when the
-- client sent none. pending: the sealed session of a sign-in that waits for this device, for clients that send no session.
CREATE TABLE devices (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, device_key KEY NOT NULL, group_key KEY NOT NULL, name DOC, sealed BYTES,
  remembered INT NOT NULL, last_ip DOC NOT NULL, pending BYTES, created INT NOT NULL, modified INT NOT NULL,
  authenticated INT NOT NULL, PRIMARY KEY (pool_id, user_id, device_key)
);
