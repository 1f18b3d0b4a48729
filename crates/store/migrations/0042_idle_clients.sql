-- dynamic_clients.idle_since: since when nobody signed in by a client that nobody answers for (docs/OAUTH.md), as of a day ago at
-- most. NULL: the client stays, however long it is not used.
ALTER TABLE dynamic_clients ADD COLUMN idle_since INT;
CREATE INDEX dynamic_clients_by_idle ON dynamic_clients (used, idle_since);
