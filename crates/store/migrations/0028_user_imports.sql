-- user_import_jobs: the imports of users by CSV. status: 0 created, 1 pending, 2 in progress, 4 stopped, 5 expired, 6 failed,
-- 7 succeeded. doc: what the job was made with, its file, how far it is and its counters.
CREATE TABLE user_import_jobs (
  pool_id KEY NOT NULL, job_id KEY NOT NULL, status INT NOT NULL, doc DOC NOT NULL, created INT NOT NULL, ver INT NOT NULL,
  mac BYTES, PRIMARY KEY (pool_id, job_id)
);
CREATE INDEX user_import_jobs_by_age ON user_import_jobs (pool_id, created, job_id);
CREATE INDEX user_import_jobs_by_id ON user_import_jobs (job_id);
-- Few jobs are in these at any time.
CREATE INDEX user_import_jobs_active ON user_import_jobs (pool_id) WHERE status > 0 AND status < 4;
CREATE INDEX user_import_jobs_waiting ON user_import_jobs (created, pool_id, job_id) WHERE status = 0;
-- user_import_chunks: the pieces of uploaded files, until their job ends.
CREATE TABLE user_import_chunks (
  pool_id KEY NOT NULL, job_id KEY NOT NULL, upload_id KEY NOT NULL, n INT NOT NULL, sealed BYTES NOT NULL,
  PRIMARY KEY (pool_id, job_id, upload_id, n)
);
-- user_import_results: what became of the lines of a file, without anything that is in them. line: the first of the row.
CREATE TABLE user_import_results (
  pool_id KEY NOT NULL, job_id KEY NOT NULL, line INT NOT NULL, doc DOC NOT NULL, PRIMARY KEY (pool_id, job_id, line)
);
