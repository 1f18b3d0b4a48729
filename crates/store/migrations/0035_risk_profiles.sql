-- risk_profiles: what earlier sign-ins of a user were like, in marks that tell nobody what they stand for (docs/THREATS.md).
CREATE TABLE risk_profiles (
  pool_id KEY NOT NULL, user_id KEY NOT NULL, doc DOC NOT NULL, ver INT NOT NULL, mac BYTES, PRIMARY KEY (pool_id, user_id)
);
