-- pushed_requests: the parameters of an authorization, sent by the client before its user's browser comes. request_key: a MAC
-- of the reference that the client got; the reference itself is nowhere.
CREATE TABLE pushed_requests (
  pool_id KEY NOT NULL, request_key KEY NOT NULL, client_id KEY NOT NULL, doc DOC NOT NULL, created INT NOT NULL,
  expires INT NOT NULL, bucket INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, request_key)
);
CREATE INDEX pushed_requests_by_expiry ON pushed_requests (bucket, expires);
-- device_requests: devices that wait for a user to let them in. device_key and user_key: MACs of the two codes, which are
-- nowhere. state: 0 waiting, 1 allowed, 2 denied. polled: when the device asked last; wait: how long it must wait
-- between two questions. The row outlives its codes.
CREATE TABLE device_requests (
  pool_id KEY NOT NULL, device_key KEY NOT NULL, user_key KEY NOT NULL, client_id KEY NOT NULL, state INT NOT NULL,
  doc DOC NOT NULL, polled INT NOT NULL, wait INT NOT NULL, created INT NOT NULL, expires INT NOT NULL,
  ver INT NOT NULL, bucket INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, device_key)
);
CREATE UNIQUE INDEX device_requests_by_user_code ON device_requests (pool_id, user_key);
CREATE INDEX device_requests_by_expiry ON device_requests (bucket, expires);
