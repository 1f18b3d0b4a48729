-- pools.issuer_host: the host, and the port if it is not the usual one, of an issuer that is a host and nothing else, in small
-- letters; NULL for every other issuer. It finds pools alone: whoever reads it looks into `issuer`, which is signed. What an
-- older program sets meanwhile is found once it is set again.
ALTER TABLE pools ADD COLUMN issuer_host KEY;
UPDATE pools SET issuer_host = lower(replace(replace(replace(issuer, '{"custom":"https://', ''), ':443"}', ''), '"}', ''))
  WHERE issuer LIKE '{"custom":"https://%"}' AND issuer NOT LIKE '{"custom":"https://%/%' AND length(issuer) < 280;
UPDATE pools SET issuer_host = lower(replace(replace(replace(issuer, '{"custom":"http://', ''), ':80"}', ''), '"}', ''))
  WHERE issuer LIKE '{"custom":"http://%"}' AND issuer NOT LIKE '{"custom":"http://%/%' AND length(issuer) < 280;
CREATE INDEX pools_by_issuer_host ON pools (issuer_host);
