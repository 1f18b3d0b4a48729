-- Domains of pools. domain_key: a custom domain as it is, a prefix behind its region and a slash. custom: 0 prefix, 1 custom;
-- a pool has at most one of each. doc: versions, certificate and the names shown for the distribution, JSON.
CREATE TABLE domains (
  domain_key KEY PRIMARY KEY, pool_id KEY NOT NULL, custom INT NOT NULL, doc DOC NOT NULL, created INT NOT NULL,
  modified INT NOT NULL, ver INT NOT NULL
);
CREATE UNIQUE INDEX domains_by_pool ON domains (pool_id, custom);
