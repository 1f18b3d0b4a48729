-- log_records: records of log delivery that wait for their target, one queue for each source of a pool. record_id: grows with
-- time. sealed: the record, by the key of the pool.
CREATE TABLE log_records (
  pool_id KEY NOT NULL, source KEY NOT NULL, record_id KEY NOT NULL, created INT NOT NULL, sealed BYTES NOT NULL,
  PRIMARY KEY (pool_id, source, record_id)
) NARROW;
