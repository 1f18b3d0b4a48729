//! Attributes and names that are not the attacker's to change or to take.
