-- The identifier of a provider may be the domain of its users' addresses, and domains have no case.
CREATE INDEX idp_identifiers_by_domain ON idp_identifiers (pool_id, LOWER(identifier));
