-- The outbox. state: 0 waiting to be sent, 1 being sent by the node `owner`, 2 given up, 3 kept in the inbox of `dev`, 4 sent,
-- 5 dead; sent and dead messages have no body. due: when a waiting message is tried next, when the lease of one that is being
-- sent ends, when the others are swept. destination: a pseudonym of medium and address, by which messages keep their order and
-- from which nobody learns an address. ends: the end of the secret in it. tried: the last try. masked: the address as answers
-- show it.
ALTER TABLE messages ADD COLUMN destination KEY NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN ends INT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN attempts INT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN tried INT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN owner KEY NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN kind KEY NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN medium KEY NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN masked KEY NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN outcome KEY NOT NULL DEFAULT '';
-- Only messages on their way are in these, so that they stay small whatever is kept.
CREATE INDEX messages_on_their_way ON messages (due) WHERE state < 2;
CREATE INDEX messages_in_order ON messages (pool_id, destination, message_id) WHERE state < 2;
CREATE INDEX messages_by_user ON messages (pool_id, user_id, message_id);
