-- Under which subject of `attempts` the wrong answers to a code are counted: a pseudonym of the address or number that it
-- was sent to. Codes that were sent before are as good as expired.
ALTER TABLE codes ADD COLUMN counted KEY NOT NULL DEFAULT '';
-- `due` of a message that nobody will deliver is the end of its time.
UPDATE messages SET due = due + 604800000000 WHERE state > 1;
