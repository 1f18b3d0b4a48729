-- The audit trail as a chain (docs/decisions/019). link: the number of the first row of the link that holds this row; 0 until
-- it is linked. row_mac: over the other columns, by the key of the trail.
ALTER TABLE audit ADD COLUMN link INT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN row_mac BYTES;
CREATE INDEX audit_by_link ON audit (link, at);
-- audit_links: the links. first: the number of their first row, counted from 1 over the whole trail. n: their rows. newest:
-- the latest time of any row so far. entries: key and digest of each row. hash: over the hash of the link before and the
-- other columns.
CREATE TABLE audit_links (
  first INT NOT NULL, n INT NOT NULL, newest INT NOT NULL, entries BYTES NOT NULL, hash BYTES NOT NULL, link_mac BYTES NOT NULL,
  PRIMARY KEY (first)
);
-- event_webhooks: where the events of a pool are sent. webhook_id: made of the URL. sealed: the secret of the signatures.
-- place: the number of the last row of the trail that was sent or is not for it; -1 for the end of the chain. due: when it is looked at
-- next; until then the node owner sends to it, or it rests after a failure. failures: in a row. problem: the last one.
CREATE TABLE event_webhooks (
  pool_id KEY NOT NULL, webhook_id KEY NOT NULL, doc DOC NOT NULL, sealed BYTES NOT NULL, created INT NOT NULL,
  modified INT NOT NULL, ver INT NOT NULL, mac BYTES, place INT NOT NULL, due INT NOT NULL, owner KEY NOT NULL,
  failures INT NOT NULL, problem DOC NOT NULL, PRIMARY KEY (pool_id, webhook_id)
);
