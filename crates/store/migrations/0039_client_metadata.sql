-- cimd_policies: which client metadata documents a pool accepts, and the app client whose settings their clients have
-- (docs/service/agents.md 1). The app client may be gone. doc: name, patterns, duration of the cache, JSON.
CREATE TABLE cimd_policies (
  pool_id KEY NOT NULL, policy_id KEY NOT NULL, client_id KEY NOT NULL, doc DOC NOT NULL, created INT NOT NULL, modified INT NOT NULL,
  ver INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, policy_id)
);
-- cimd_documents: the client metadata documents that were fetched for a policy. doc: what one says, JSON; empty for a URL whose
-- document was invalidated, with cached and ends 0. ends: the end of the document in the cache. used: the last use, by the day.
CREATE TABLE cimd_documents (
  pool_id KEY NOT NULL, policy_id KEY NOT NULL, url KEY NOT NULL, doc DOC NOT NULL, cached INT NOT NULL, ends INT NOT NULL,
  used INT NOT NULL, ver INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, policy_id, url)
);
CREATE INDEX cimd_documents_by_use ON cimd_documents (pool_id, policy_id, used);
