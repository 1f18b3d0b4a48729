-- The audit trail of all pools in the order of time, for listing it and for forgetting what is older than the retention.
CREATE INDEX audit_by_time ON audit (at, pool_id, audit_id);
