-- The user who let a device in; empty before. A user's devices that have no tokens yet end with the user's sessions.
-- Requests of before are signed without a user: their devices ask anew.
DELETE FROM device_requests;
ALTER TABLE device_requests ADD COLUMN user_id KEY NOT NULL DEFAULT '';
CREATE INDEX device_requests_by_user ON device_requests (pool_id, user_id);
