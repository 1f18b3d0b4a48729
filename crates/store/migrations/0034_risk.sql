-- mac: over the event's document and key, by which judging later sign-ins believes what it says. Rows of before have none.
ALTER TABLE auth_events ADD COLUMN mac BYTES;
-- risk_messages: the templates of the messages about risky sign-ins, of a pool (client_id 'ALL') or of one of its clients. They are
-- too long for the rows of pools and clients, which are read by every request.
CREATE TABLE risk_messages (
  pool_id KEY NOT NULL, client_id KEY NOT NULL, doc DOC NOT NULL, mac BYTES, PRIMARY KEY (pool_id, client_id)
);
